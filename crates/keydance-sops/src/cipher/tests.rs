//! The vectors of stock, and the composed GCM beside the library's.

use aes_gcm::aead::array::ArraySize;
use aes_gcm::aead::consts::{U1, U12, U16};
use aes_gcm::aead::{Nonce, Tag as AeadTag};
use proptest::prelude::*;

use super::*;
use crate::scalar::Digits;
use crate::tree::{Time, Value};

/// `00 01 02 … 1f`.
fn data_key() -> DataKey {
    DataKey::copy_of(&std::array::from_fn(|at| u8::try_from(at).unwrap()))
}

/// `20 21 22 … 3f`.
fn iv() -> Iv {
    Iv::new(std::array::from_fn(|at| 0x20 + u8::try_from(at).unwrap()))
}

fn enc(data: &str, tag: &str, kind: &str) -> String {
    let iv = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]")
}

fn open(aad: &str, text: &str) -> Result<(Kind, Vec<u8>), OpenError> {
    let mut workspace = Workspace::default();
    let opened =
        Cipher::new(&data_key()).decrypt(text.as_bytes(), aad.as_bytes(), &mut workspace)?;
    Ok((opened.plaintext.kind, opened.plaintext.bytes.to_vec()))
}

#[test]
fn every_kind_of_scalar_encrypts_as_stock_encrypts_it() {
    let time = Time::parse("2025-01-02T03:04:05.678+02:00").unwrap();
    for (aad, value, data, tag) in [
        (
            "a:",
            Value::from("hello"),
            "f6SdJOI=",
            "Aev7PNzF9ifk0oM4U+MGlg==",
        ),
        ("b:num:", Value::Int(42), "I/M=", "SOtzuCJYlaso4oz8KKr2Ww=="),
        (
            "b:f:",
            Value::Float(1.5),
            "Ju/E",
            "lr8YBNqszziawO3QIlNY4w==",
        ),
        (
            "big:",
            Value::Float(1e21),
            "JvHBeL0/5hP2YVZH1rBRz7ehh5Rbxw==",
            "9bp9SMzvb4Uydj76T+Jb8A==",
        ),
        (
            "t:",
            Value::Bool(true),
            "Q7OELQ==",
            "4iWWWhCEZvejl7gDSpigug==",
        ),
        (
            "when:",
            Value::Time(time),
            "JfHDfaA/5w72YzJH1bpRy72hgopdwBF7lwIH568=",
            "gpW2qAxuf0luxYoS+en55g==",
        ),
        ("l:", Value::from("x"), "bw==", "emsKTumWHeAc5dAMVnQ/BQ=="),
        (
            "a:b:",
            Value::from("naïve 😀\n"),
            "eaAy5/tq9tNZyeZ9",
            "jjevtJGmdoPKQ5ZllI9lRw==",
        ),
    ] {
        let mut digits = Digits::new();
        let plaintext = Plaintext::of(&value, &mut digits).unwrap();
        let text = enc(data, tag, plaintext.kind.word());
        let sealed = Cipher::new(&data_key())
            .encrypt(plaintext, aad.as_bytes(), &iv())
            .unwrap();
        assert_eq!(sealed.expose_str(), Some(text.as_str()), "{aad}");
        let (kind, bytes) = open(aad, &text).unwrap();
        assert_eq!(kind.value(&bytes), Some(value), "{aad}");
    }
}

#[test]
fn a_comment_encrypts_as_stock_encrypts_it() {
    let note = Text::from(" note");
    let sealed = Cipher::new(&data_key()).encrypt(Plaintext::of_comment(&note), b":", &iv());
    let text = enc("N6+ePOg=", "cPJU+gQfuk2Cck4/gS4NwA==", "comment");
    assert_eq!(sealed.unwrap().expose_str(), Some(text.as_str()));
    assert_eq!(open(":", &text), Ok((Kind::Comment, b" note".to_vec())));
}

#[test]
fn an_iv_of_12_bytes_is_read() {
    let text = "ENC[AES256_GCM,data:ul/KHAM=,iv:ICEiIyQlJicoKSor,\
        tag:/jGmwZs6AzB53QjESIMKEA==,type:str]";
    assert_eq!(open("a:", text), Ok((Kind::Str, b"hello".to_vec())));
}

#[test]
fn what_was_changed_or_moved_does_not_decrypt() {
    let (data, tag) = ("f6SdJOI=", "Aev7PNzF9ifk0oM4U+MGlg==");
    let text = enc(data, tag, "str");
    for (aad, text, error) in [
        ("b:", text.clone(), OpenError::NotAuthentic),
        ("a:", text.replace("f6", "e6"), OpenError::NotAuthentic),
        ("a:", text.replace("Aev", "Bev"), OpenError::NotAuthentic),
        ("a:", text.replace("ICE", "ICF"), OpenError::NotAuthentic),
        ("a:", text.replace("ICE", ""), OpenError::Malformed),
        (
            "a:",
            enc(data, "Aev7PNzF9ifk0oM4U+MG", "str"),
            OpenError::Malformed,
        ),
        ("a:", enc("f6SdJO", tag, "str"), OpenError::Malformed),
        ("a:", enc(data, tag, "string"), OpenError::UnknownKind),
        ("a:", "hello".into(), OpenError::NotCiphertext),
    ] {
        assert_eq!(open(aad, &text), Err(error), "{text}");
    }
}

#[test]
fn the_kind_is_not_authenticated() {
    let text = enc("f6SdJOI=", "Aev7PNzF9ifk0oM4U+MGlg==", "bytes");
    assert_eq!(open("a:", &text), Ok((Kind::Bytes, b"hello".to_vec())));
}

#[test]
fn text_behind_the_bracket_and_other_ivs_are_noted() {
    let cipher = Cipher::new(&data_key());
    let mut workspace = Workspace::default();
    let text = enc("f6SdJOI=", "Aev7PNzF9ifk0oM4U+MGlg==", "str");
    let opened = cipher
        .decrypt(text.as_bytes(), b"a:", &mut workspace)
        .unwrap();
    assert_eq!((opened.form, opened.iv), (Form::Exact, Some(iv())));
    let text = format!("{text} ");
    let opened = cipher
        .decrypt(text.as_bytes(), b"a:", &mut workspace)
        .unwrap();
    assert_eq!((opened.form, opened.iv), (Form::Loose, Some(iv())));
}

/// Encrypts with the library and decrypts with the composition, and changes one bit.
fn agrees<N: ArraySize>(key: [u8; 32], iv: &[u8], aad: &[u8], plaintext: &[u8]) -> bool {
    let aes = Aes256::new(&key.into());
    let gcm = AesGcm::<Aes256, N>::from(aes.clone());
    let any_iv = AnyIv::new(aes);
    let nonce: &Nonce<AesGcm<Aes256, N>> = iv.try_into().unwrap();
    let mut buffer = plaintext.to_vec();
    let tag: AeadTag<AesGcm<Aes256, N>> = gcm
        .encrypt_inout_detached(nonce, aad, buffer.as_mut_slice().into())
        .unwrap();
    let mut tag: Tag = tag.into();
    let ciphertext = buffer.clone();
    let opened = any_iv.open(iv, aad, &mut buffer, &tag).is_ok() && buffer == plaintext;
    tag[15] ^= 1;
    buffer.clone_from(&ciphertext);
    opened && any_iv.open(iv, aad, &mut buffer, &tag).is_err() && buffer == ciphertext
}

proptest! {
    #[test]
    fn the_composed_gcm_decrypts_what_the_library_encrypts(
        key: [u8; 32],
        iv: [u8; 32],
        aad in prop::collection::vec(any::<u8>(), 0..70),
        plaintext in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        prop_assert!(agrees::<U1>(key, &iv[..1], &aad, &plaintext));
        prop_assert!(agrees::<U12>(key, &iv[..12], &aad, &plaintext));
        prop_assert!(agrees::<U16>(key, &iv[..16], &aad, &plaintext));
        prop_assert!(agrees::<U32>(key, &iv, &aad, &plaintext));
    }

    #[test]
    fn any_text_in_place_of_ciphertext_is_an_error(text: String, aad: Vec<u8>) {
        let mut workspace = Workspace::default();
        let cipher = Cipher::new(&data_key());
        prop_assert!(cipher.decrypt(text.as_bytes(), &aad, &mut workspace).is_err());
    }
}

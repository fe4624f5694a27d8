//! The text of an encrypted scalar: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.

use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use base64::{Engine as _, alphabet, encoded_len};

use crate::cipher::{Iv, Tag};
use crate::scalar::Kind;

/// An encrypted scalar taken apart. None of it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enc<'t> {
    /// The ciphertext, in base64.
    pub data: &'t [u8],
    /// The initialisation vector, in base64.
    pub iv: &'t [u8],
    /// The authentication tag, in base64.
    pub tag: &'t [u8],
    /// The word for the kind of the value; see [`Kind::of_word`].
    pub kind: &'t [u8],
    /// What follows the closing bracket: ignored on reading, never written.
    pub rest: &'t [u8],
}

/// Whether a text is the one that would be written for what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Exact,
    Loose,
}

/// A part of an encrypted scalar that is no base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64;

impl<'t> Enc<'t> {
    /// Takes a text apart; nothing if it is no encrypted scalar.
    ///
    /// Finds what `^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]` finds, with the same
    /// parts: the expression is greedy, so the bracket is the last one on the line, and every
    /// separator is the last one that leaves a byte to the part behind it.
    #[must_use]
    pub fn recognise(text: &'t [u8]) -> Option<Self> {
        let parts = text.strip_prefix(PREFIX)?;
        let line = parts.split(|byte| *byte == b'\n').next()?;
        let end = line.iter().rposition(|byte| *byte == b']')?;
        let (all, rest) = parts.split_at_checked(end)?;
        let (before, kind) = split_last(all, b",type:")?;
        let (before, tag) = split_last(before, b",tag:")?;
        let (data, iv) = split_last(before, b",iv:")?;
        (!data.is_empty()).then_some(Self {
            data,
            iv,
            tag,
            kind,
            rest: rest.strip_prefix(b"]")?,
        })
    }
}

/// Appends the bytes that a part stands for.
pub(crate) fn decode(part: &[u8], bytes: &mut Vec<u8>) -> Result<Form, NotBase64> {
    let start = bytes.len();
    if STANDARD.decode_vec(part, bytes).is_ok() {
        return Ok(Form::Exact);
    }
    bytes.truncate(start);
    LENIENT.decode_vec(part, bytes).map_err(|_| NotBase64)?;
    Ok(Form::Loose)
}

/// The text of a ciphertext, without spare capacity.
pub(crate) fn text(kind: Kind, data: &[u8], iv: &Iv, tag: &Tag) -> String {
    let variable = encoded_len(data.len(), true).unwrap_or_default();
    let capacity = FIXED_LEN
        .saturating_add(kind.word().len())
        .saturating_add(variable);
    let mut text = String::with_capacity(capacity);
    text.push_str("ENC[AES256_GCM,data:");
    STANDARD.encode_string(data, &mut text);
    text.push_str(",iv:");
    STANDARD.encode_string(iv.as_bytes(), &mut text);
    text.push_str(",tag:");
    STANDARD.encode_string(tag, &mut text);
    text.push_str(",type:");
    text.push_str(kind.word());
    text.push(']');
    text
}

/// Splits at the last separator that leaves at least one byte behind it.
fn split_last<'t>(text: &'t [u8], separator: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let (_, searched) = text.split_last()?;
    let at = searched
        .windows(separator.len())
        .rposition(|window| window == separator)?;
    let (before, behind) = text.split_at_checked(at)?;
    Some((before, behind.strip_prefix(separator)?))
}

const PREFIX: &[u8] = b"ENC[AES256_GCM,data:";

/// The length of a text without its data and the word for its kind.
const FIXED_LEN: usize = "ENC[AES256_GCM,data:,iv:,tag:,type:]".len() + 44 + 24;

/// Go ignores the bits of the last character that belong to no byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    PAD.with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: &str = "ENC[AES256_GCM,data:f6SdJOI=,iv:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,\
        tag:Aev7PNzF9ifk0oM4U+MGlg==,type:str]";

    #[test]
    fn a_text_is_taken_apart_and_put_together() {
        let enc = Enc::recognise(FULL.as_bytes()).unwrap();
        assert_eq!(enc.data, b"f6SdJOI=");
        assert_eq!(enc.kind, b"str");
        assert_eq!(enc.rest, b"");
        let (mut data, mut tag) = (Vec::new(), Vec::new());
        assert_eq!(decode(enc.data, &mut data), Ok(Form::Exact));
        assert_eq!(decode(enc.tag, &mut tag), Ok(Form::Exact));
        let iv = Iv::new(std::array::from_fn(|at| 0x20 + u8::try_from(at).unwrap()));
        let written = text(Kind::Str, &data, &iv, &tag.try_into().unwrap());
        assert_eq!(written, FULL);
        assert_eq!(written.capacity(), written.len());
    }

    #[test]
    fn what_follows_the_bracket_is_set_apart() {
        let text = format!("{FULL} # note\nmore]");
        assert_eq!(
            Enc::recognise(text.as_bytes()).unwrap().rest,
            b" # note\nmore]"
        );
        let text = format!("{FULL}]");
        assert_eq!(Enc::recognise(text.as_bytes()).unwrap().kind, b"str]");
    }

    #[test]
    fn every_part_needs_a_byte_and_the_beginning_is_fixed() {
        for text in [
            "",
            "ENC[AES256_GCM,data:,iv:a,tag:b,type:c]",
            "ENC[AES256_GCM,data:a,iv:,tag:b,type:c]",
            "ENC[AES256_GCM,data:a,iv:b,tag:,type:c]",
            "ENC[AES256_GCM,data:a,iv:b,tag:c,type:]",
            "ENC[AES256_GCM,data:a,iv:b,tag:c,type:d",
            "ENC[AES256_GCM,data:a,iv:b,\ntag:c,type:d]",
            "ENC[AES256_GCM,iv:b,data:a,tag:c,type:d]",
            " ENC[AES256_GCM,data:a,iv:b,tag:c,type:d]",
            "enc[AES256_GCM,data:a,iv:b,tag:c,type:d]",
        ] {
            assert_eq!(Enc::recognise(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn bits_beyond_the_last_byte_are_ignored_but_noted() {
        let mut bytes = vec![7];
        assert_eq!(decode(b"QR==", &mut bytes), Ok(Form::Loose));
        assert_eq!(bytes, b"\x07A");
        for bad in ["QQ", "QQ=", "Q===", "Q Q=", "QQ==\n", "-_==", "===="] {
            assert_eq!(
                decode(bad.as_bytes(), &mut Vec::new()),
                Err(NotBase64),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_recogniser_finds_what_the_expression_finds(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "ENC[AES256_GCM,data:", ",iv:", ",tag:", ",type:", "]", "a", "\n", "é", ",", ":",
                ]),
                0..16,
            ),
            prefixed: bool,
        ) {
            let text = format!("{}{}", if prefixed { "ENC[AES256_GCM,data:" } else { "" }, pieces.concat());
            let expression =
                regex::Regex::new(r"^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]").unwrap();
            let expected = expression.captures(&text).map(|found| {
                let parts: [&str; 4] = found.extract().1;
                (parts.map(|part| part.as_bytes().to_vec()), text.as_bytes()[found[0].len()..].to_vec())
            });
            let found = Enc::recognise(text.as_bytes())
                .map(|enc| ([enc.data, enc.iv, enc.tag, enc.kind].map(<[u8]>::to_vec), enc.rest.to_vec()));
            prop_assert_eq!(found, expected);
        }
    }
}

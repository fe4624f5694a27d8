//! The known checkpoint of the contract, and what must not verify.

use super::*;
use crate::merkle::{Frontier, leaf_hash};

const NAME: &str = "keydance.example/acme";
const NOTE: &str = "\
keydance.example/acme
3
2y7/5k02NSvNTCYL3g4RODEMn3e4nUxXV4ZS+bGFtjA=

— keydance.example/acme aAw+UiSKWB9YSpd0HVjcT6hOwj1k19P2xhDUVcmhXcCJ/bMWYc7KHG5on37EBTp1AD+E+WddM4MWfXTy91iUDX+/Eww=
";

fn signer(name: &str) -> LogSigner {
    LogSigner::from_seed(name, &Key32::copy_of(&core::array::from_fn(|i| i as u8))).unwrap()
}

fn checkpoint() -> Checkpoint {
    let mut log = Frontier::new();
    for body in ["event-0", "event-1", "event-2"] {
        log.append(leaf_hash(body.as_bytes()));
    }
    Checkpoint {
        origin: NAME.to_owned(),
        size: log.size(),
        root: log.root(),
    }
}

#[test]
fn the_known_checkpoint_holds() {
    let signer = signer(NAME);
    assert_eq!(signer.verifier().key_id(), [0x68, 0x0c, 0x3e, 0x52]);
    assert_eq!(signer.sign(&checkpoint()).as_deref(), Ok(NOTE));
    assert_eq!(signer.verifier().verify(NOTE), Ok(checkpoint()));
}

#[test]
fn a_verifier_is_the_same_after_its_text_form() {
    let signer = signer(NAME);
    let text = signer.verifier().to_string();
    assert!(
        text.starts_with("keydance.example/acme+680c3e52+A"),
        "{text}"
    );
    assert_eq!(text.parse().as_ref(), Ok(signer.verifier()));
    for bad in [
        "",
        NAME,
        &text.replace("680c", "680d"),
        &text.replace("680c", "680C"),
    ] {
        assert_eq!(
            bad.parse::<LogVerifier>(),
            Err(CheckpointError::VerifierKey),
            "{bad}"
        );
    }
    for end in 0..text.len() {
        assert!(text[..end].parse::<LogVerifier>().is_err());
    }
}

#[test]
fn every_changed_byte_of_the_signed_text_is_noticed() {
    let signer = signer(NAME);
    let length = NOTE.find("\n\n").unwrap() + 1;
    for position in 0..length {
        let mut bytes = NOTE.as_bytes().to_vec();
        bytes[position] ^= 1;
        let note = String::from_utf8(bytes).unwrap();
        assert!(signer.verifier().verify(&note).is_err(), "{note}");
    }
    for end in 0..NOTE.len() {
        if NOTE.is_char_boundary(end) {
            assert!(signer.verifier().verify(&NOTE[..end]).is_err(), "{end}");
        }
    }
}

#[test]
fn the_signature_of_another_name_is_none_of_ours() {
    let other = signer("keydance.example/other");
    assert_eq!(
        other.verifier().verify(NOTE),
        Err(CheckpointError::Unsigned)
    );
}

#[test]
fn lines_of_unknown_keys_are_ignored_and_a_wrong_line_of_the_known_key_is_not() {
    let signer = signer(NAME);
    let with_witness = format!("{NOTE}— witness.example AAAAAAAAAAAA\n");
    assert_eq!(signer.verifier().verify(&with_witness), Ok(checkpoint()));
    let forged = BASE64.encode([&signer.verifier().key_id()[..], &[0; 64]].concat());
    let with_forgery = format!("{NOTE}— {NAME} {forged}\n");
    assert_eq!(
        signer.verifier().verify(&with_forgery),
        Err(CheckpointError::Signature)
    );
    let with_noise = format!("{NOTE}noise\n");
    assert_eq!(
        signer.verifier().verify(&with_noise),
        Err(CheckpointError::Malformed)
    );
}

#[test]
fn a_signed_text_that_is_no_checkpoint_is_refused() {
    let signer = signer(NAME);
    let root = BASE64.encode([7; 32]);
    for text in [
        "acme\n".to_owned(),
        format!("acme\n03\n{root}\n"),
        format!("acme\n+3\n{root}\n"),
        format!("acme\n18446744073709551616\n{root}\n"),
        format!("\n3\n{root}\n"),
        "acme\n3\nAAAA\n".to_owned(),
    ] {
        let signature = signer.pair.sign(text.as_bytes());
        let line = [&signer.verifier().key_id()[..], signature.as_ref()].concat();
        let note = format!("{text}\n— {NAME} {}\n", BASE64.encode(line));
        assert_eq!(
            signer.verifier().verify(&note),
            Err(CheckpointError::Malformed),
            "{text}"
        );
    }
}

#[test]
fn names_and_origins_that_would_break_the_note_are_refused() {
    let seed = Key32::copy_of(&[0; 32]);
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
        assert_eq!(
            LogSigner::from_seed(name, &seed).err(),
            Some(CheckpointError::Name)
        );
    }
    for origin in ["", "a\nb"] {
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            ..checkpoint()
        };
        assert_eq!(signer(NAME).sign(&checkpoint), Err(CheckpointError::Origin));
    }
}

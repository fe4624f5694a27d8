use age::x25519;
use proptest::prelude::*;

use super::*;

/// A stanza that says nothing, for a file key kept aside.
fn seal_with(file_key_out: &Cell<[u8; 16]>, data_key: &[u8], body: usize) -> String {
    seal(data_key, |file_key| {
        file_key_out.set(*file_key.expose_secret());
        let (tag, args) = ("test".to_owned(), vec!["argument".to_owned()]);
        Ok(vec![Stanza {
            tag,
            args,
            body: vec![7; body],
        }])
    })
    .unwrap()
}

fn file_key_of(bytes: [u8; 16]) -> FileKey {
    FileKey::init_with_mut(|file_key| *file_key = bytes)
}

#[test]
fn a_sealed_file_is_always_as_long_and_ends_a_line() {
    let key = Cell::new([0; 16]);
    let sealed = seal_with(&key, &[1; 32], 32);
    assert!(sealed.ends_with("\n-----END AGE ENCRYPTED FILE-----\n"));
    assert!(sealed.lines().all(|line| line.len() <= 64));
    assert!((0..20).all(|_| seal_with(&key, &[1; 32], 32).len() == sealed.len()));
}

#[test]
fn blanks_around_a_file_and_its_lines_do_not_matter() {
    let key = Cell::new([0; 16]);
    let sealed = seal_with(&key, &[1; 32], 32);
    let unwrap = |_: &[Stanza]| Ok(file_key_of(key.get()));
    for spelled in [
        sealed.clone(),
        sealed.trim_end().to_owned(),
        sealed.replace('\n', "\r\n"),
        format!("\n\n  {}  \n", sealed.replace('\n', " \n\t  ")),
    ] {
        assert_eq!(**open(&spelled, unwrap).unwrap(), [1; 32]);
    }
}

#[test]
fn a_file_by_the_age_crate_is_opened_in_spite_of_its_second_stanza() {
    let identity = x25519::Identity::generate();
    let enc = age::encrypt_and_armor(&identity.to_public(), b"data key").unwrap();
    let data_key = open(&enc, |stanzas| {
        assert!(stanzas.len() > 1);
        age::Identity::unwrap_stanzas(&identity, stanzas)
            .unwrap()
            .map_err(unreadable)
    });
    assert_eq!(**data_key.unwrap(), *b"data key");
}

#[test]
fn the_reason_why_no_stanza_helps_is_kept() {
    let sealed = seal_with(&Cell::new([0; 16]), &[1; 32], 32);
    let refusal = KeyError::Failed("why not".to_owned());
    assert_eq!(open(&sealed, |_| Err(refusal.clone())).err(), Some(refusal));
}

#[test]
fn a_changed_file_is_refused() {
    let key = Cell::new([0; 16]);
    let sealed = seal_with(&key, &[1; 33], 32);
    let unwrap = |_: &[Stanza]| Ok(file_key_of(key.get()));
    for position in (0..sealed.trim_end().len()).step_by(7) {
        let mut changed = sealed.clone().into_bytes();
        changed[position] = if changed[position] == b'A' {
            b'B'
        } else {
            b'A'
        };
        let changed = String::from_utf8(changed).unwrap();
        assert!(open(&changed, unwrap).is_err(), "at {position}");
        assert!(
            open(&sealed[..position], unwrap).is_err(),
            "cut at {position}"
        );
    }
    let wrong_key = |_: &[Stanza]| Ok(file_key_of([0; 16]));
    let changed = KeyError::Malformed("an age file whose header was changed");
    assert_eq!(open(&sealed, wrong_key).err(), Some(changed));
}

#[test]
fn what_is_longer_than_the_limit_is_not_parsed() {
    let long = "A".repeat(LIMIT + 1);
    let refused = KeyError::Malformed("too long for an age file with a data key");
    assert_eq!(open(&long, |_| panic!("parsed")).err(), Some(refused));
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(data_key in prop::collection::vec(any::<u8>(), 0..80), body in 0_usize..200) {
        let key = Cell::new([0; 16]);
        let sealed = seal_with(&key, &data_key, body);
        let opened = open(&sealed, |stanzas| {
            assert_eq!(stanzas, [Stanza {
                tag: "test".to_owned(),
                args: vec!["argument".to_owned()],
                body: vec![7; body],
            }]);
            Ok(file_key_of(key.get()))
        });
        prop_assert_eq!(&**opened.unwrap(), &data_key);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(age-encryption.org/v1\n)?[ -~\n]{0,200}") {
        open(&text, |_| Ok(file_key_of([0; 16]))).err();
        let armored = armored(text.as_bytes());
        open(&armored, |_| Ok(file_key_of([0; 16]))).err();
    }
}

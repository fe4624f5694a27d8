//! Who can open the files of these tests. The keys are public, and of no use anywhere else.

use std::path::PathBuf;

use keydance_sops::age::AgeIdentities;
use keydance_sops::recipient::{Recipient, RecipientKind};

/// A name stands for the file `tests/corpus/keys/NAME.txt`, as age-keygen wrote it.
pub(crate) fn key_file(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/corpus/keys").join(format!("{name}.txt"))
}

pub(crate) fn identities(names: &[&str]) -> AgeIdentities {
    let mut identities = AgeIdentities::without_passphrases();
    for name in names {
        let text = std::fs::read(key_file(name)).unwrap();
        identities.add(name, &text).unwrap();
    }
    identities
}

/// What age-keygen says is the recipient of a key file.
pub(crate) fn recipient_text(name: &str) -> String {
    let text = std::fs::read_to_string(key_file(name)).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "));
    line.unwrap().to_owned()
}

pub(crate) fn recipient(name: &str) -> Recipient {
    Recipient::parse(RecipientKind::Age, &recipient_text(name)).unwrap()
}

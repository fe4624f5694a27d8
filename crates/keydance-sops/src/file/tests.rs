use sha2::{Digest as _, Sha256};

use super::*;
use crate::age::AgeIdentities;
use crate::keys::{DECRYPTION_ORDER, recover};
use crate::random::RandomError;

/// The worked example: a file of known key and IVs.
const EXAMPLE: &[u8] = include_bytes!("example.yaml");
const IDENTITY: &str = "AGE-SECRET-KEY-15XFKEVL2RLH2QJQ9AEDJ579F4YGR09K5W98QVNJPMR6PG4Q928QQ55LCGK";

/// The IV of the n-th item is n, 32 times; that of the MAC 0xff.
struct Counting(u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomError> {
        self.0 += 1;
        bytes.fill(if self.0 == 9 { 0xff } else { self.0 });
        Ok(())
    }
}

fn example() -> File {
    File::read(Format::Yaml, EXAMPLE, &ReadOptions::default()).unwrap()
}

fn data_key() -> DataKey {
    DataKey::copy_of(&std::array::from_fn(|n| u8::try_from(n).unwrap()))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn the_example_reads_and_writes_to_the_same_bytes() {
    let written = example().write(&WriteOptions::default()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(EXAMPLE)
    );
}

#[test]
fn the_example_opens_to_its_plaintext() {
    let opened = example().open(&data_key()).unwrap().verify().unwrap();
    assert_eq!(opened.warnings, []);
    let plain = Format::Yaml
        .write(&opened.tree, None, &WriteOptions::default())
        .unwrap();
    let expected = "82c131bf6b5963ff142f4b9c1c4757b1d6f6fa1ad5690ab74f9d7d4bc5e69742";
    assert_eq!(
        sha256(&plain),
        expected,
        "{}",
        String::from_utf8_lossy(&plain)
    );
}

#[test]
fn the_example_is_sealed_to_the_same_bytes_with_the_same_ivs() {
    let Opened {
        format,
        tree,
        metadata,
        ..
    } = example().open(&data_key()).unwrap().verify().unwrap();
    let now = metadata.last_modified.unwrap();
    let anew = Opened::new(format, tree, metadata);
    let file = anew.seal(&data_key(), now, &mut Counting(0)).unwrap();
    let written = file.write(&WriteOptions::default()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&written),
        String::from_utf8_lossy(EXAMPLE)
    );
}

#[test]
fn the_data_key_of_the_example_is_recovered_with_its_identity() {
    let mut identities = AgeIdentities::without_passphrases();
    identities.add("the test", IDENTITY.as_bytes()).unwrap();
    let recovered = recover(&example().metadata, &identities, &DECRYPTION_ORDER).unwrap();
    assert!(recovered.key.ct_eq(&data_key()));
}

#[test]
fn what_did_not_change_keeps_its_ciphertext() {
    let opened = example().open(&data_key()).unwrap().verify().unwrap();
    let later = Time::parse("2027-01-01T00:00:00Z").unwrap();
    let file = opened.seal(&data_key(), later, &mut Counting(100)).unwrap();
    let written = file.write(&WriteOptions::default()).unwrap();
    let lines = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let changed: Vec<_> = lines(EXAMPLE)
        .iter()
        .zip(lines(&written))
        .filter(|(before, after)| *before != after)
        .map(|(before, _)| before.trim().split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(changed, ["lastmodified", "mac"]);
}

#[test]
fn a_file_with_another_content_than_its_mac_says_is_not_used() {
    let text =
        String::from_utf8_lossy(EXAMPLE).replace("u_unencrypted: plain", "u_unencrypted: other");
    let file = File::read(Format::Yaml, text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(
        file.open(&data_key()).unwrap().verify().err(),
        Some(MacError::Mismatch)
    );
}

#[test]
fn a_new_binary_file_is_encrypted_whatever_its_rule_says() {
    let mut tree = Tree::default();
    let mut document = crate::tree::Map::default();
    document.push("data", "bytes");
    tree.documents.push(document);
    let rule = Rule::of_field("encrypted_regex", "nothing");
    let mut metadata = Metadata::new(Vec::new(), 0, rule);
    metadata.mac_scope = MacScope::Encrypted;
    let now = Time::parse("2027-01-01T00:00:00Z").unwrap();
    let opened = Opened::new(Format::Binary, tree, metadata);
    let file = opened.seal(&data_key(), now, &mut Counting(0)).unwrap();
    let written = file.write(&WriteOptions::default()).unwrap();
    let written = String::from_utf8_lossy(&written);
    assert!(!written.contains("bytes"), "{written}");
    assert!(file.metadata.rule.is_none());
    assert_eq!(file.metadata.mac_scope, MacScope::All);
}

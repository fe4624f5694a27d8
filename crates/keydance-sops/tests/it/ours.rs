//! What this crate does with a file, from bytes to bytes. Every refusal is a sentence.

use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, Opened};
use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::keys::{DECRYPTION_ORDER, recover, wrap};
use keydance_sops::mac::MacScope;
use keydance_sops::metadata::Metadata;
use keydance_sops::readers::Readers;
use keydance_sops::select::Rule;
use keydance_sops::tree::{Time, Tree};

use crate::identities::{identities, recipient};
use crate::rng::Rng;
use crate::stock::Creation;

pub(crate) fn encrypt(
    format: Format,
    plain: &[u8],
    creation: &Creation,
    seed: u64,
) -> Result<Vec<u8>, String> {
    let mut rng = Rng::new(seed);
    let tree = format.read_plain(plain, &ReadOptions::default());
    let tree = tree.map_err(|error| error.to_string())?;
    let key = DataKey::random(&mut rng).unwrap();
    let now = Time::parse("2026-01-02T03:04:05Z").unwrap();
    let opened = Opened::new(format, tree, metadata(creation, &key, now, &mut rng));
    let file = opened.seal(&key, now, &mut rng);
    let file = file.map_err(|error| error.to_string())?;
    Ok(file.write(&WriteOptions::default()).unwrap())
}

fn metadata(creation: &Creation, key: &DataKey, now: Time, rng: &mut Rng) -> Metadata {
    let groups = creation.groups.iter();
    let groups = groups.map(|group| group.iter().map(|name| recipient(name)).collect());
    let threshold = creation.threshold;
    let nobody = identities(&[]);
    let groups = wrap(
        Readers {
            groups: groups.collect(),
            threshold,
        },
        key,
        &nobody,
        now,
        rng,
    )
    .unwrap();
    let rule = creation.rule;
    let rule = rule.and_then(|(field, text)| Rule::of_field(field, text));
    let mut metadata = Metadata::new(groups, threshold, rule);
    if creation.mac_only_encrypted {
        metadata.mac_scope = MacScope::Encrypted;
    }
    metadata
}

pub(crate) fn read(format: Format, encrypted: &[u8]) -> Result<File, String> {
    File::read(format, encrypted, &ReadOptions::default()).map_err(|error| error.to_string())
}

pub(crate) fn open(format: Format, encrypted: &[u8], names: &[&str]) -> Result<Opened, String> {
    let file = read(format, encrypted)?;
    let recovered = recover(&file.metadata, &identities(names), &DECRYPTION_ORDER);
    let key = recovered.map_err(|error| error.to_string())?.key;
    let unverified = file.open(&key).map_err(|error| error.to_string())?;
    unverified.verify().map_err(|error| error.to_string())
}

pub(crate) fn decrypt(format: Format, encrypted: &[u8], names: &[&str]) -> Result<Vec<u8>, String> {
    let opened = open(format, encrypted, names)?;
    Ok(write(format, &opened.tree))
}

pub(crate) fn write(format: Format, tree: &Tree) -> Vec<u8> {
    format.write(tree, None, &WriteOptions::default()).unwrap()
}

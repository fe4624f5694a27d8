//! Files for PGP keys: what the real sops writes opens here, and what is written here opens there.

use std::path::Path;
use std::process::Command;

use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, Opened};
use keydance_sops::format::{Format, ReadOptions, WriteOptions};
use keydance_sops::keys::{DECRYPTION_ORDER, recover, wrap};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::tree::Time;

use crate::gpg::{Home, recipient};
use crate::peers::{program, run};

const PLAIN: &[u8] = b"a: secret\nb:\n    - 1\n";

/// The real sops with the keys of a home of gpg.
fn sops(home: &Home, folder: &Path) -> Command {
    let mut command = Command::new(program("sops"));
    command
        .current_dir(folder)
        .env("GNUPGHOME", home.path())
        .env("SOPS_DISABLE_VERSION_CHECK", "1");
    command
}

fn encrypt(home: &Home, fingerprint: &str) -> Vec<u8> {
    let mut random = SystemRandom;
    let now = Time::parse("2026-01-02T03:04:05Z").unwrap();
    let key = DataKey::random(&mut random).unwrap();
    let readers = Readers {
        groups: vec![vec![recipient(fingerprint)]],
        threshold: 0,
    };
    let groups = wrap(readers, &key, &home.service(), now, &mut random).unwrap();
    let tree = Format::Yaml
        .read_plain(PLAIN, &ReadOptions::default())
        .unwrap();
    let opened = Opened::new(Format::Yaml, tree, Metadata::new(groups, 0, None));
    let file = opened.seal(&key, now, &mut random).unwrap();
    file.write(&WriteOptions::default()).unwrap()
}

fn decrypt(home: &Home, encrypted: &[u8]) -> Vec<u8> {
    let file = File::read(Format::Yaml, encrypted, &ReadOptions::default()).unwrap();
    let recovered = recover(&file.metadata, &home.service(), &DECRYPTION_ORDER).unwrap();
    let opened = file.open(&recovered.key).unwrap().verify().unwrap();
    let written = Format::Yaml.write(&opened.tree, None, &WriteOptions::default());
    written.unwrap()
}

#[test]
fn files_for_pgp_keys_open_on_both_sides() {
    let home = Home::new();
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("file.yaml");
    for fingerprint in [&home.fingerprints[0], &home.fingerprints[1]] {
        std::fs::write(&name, PLAIN).unwrap();
        let encrypt_for = ["encrypt", "--pgp", fingerprint, "file.yaml"];
        let by_sops = run(&mut sops(&home, folder.path()), &encrypt_for, b"");
        assert_eq!(decrypt(&home, &by_sops), PLAIN);

        std::fs::write(&name, encrypt(&home, fingerprint)).unwrap();
        let decrypt = ["decrypt", "file.yaml"];
        assert_eq!(run(&mut sops(&home, folder.path()), &decrypt, b""), PLAIN);
    }
}

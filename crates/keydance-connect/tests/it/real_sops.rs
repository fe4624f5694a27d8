//! The real sops, which has to understand what we wrap, and we what it wraps.

use std::path::PathBuf;
use std::process::Command;

use keydance_connect::HttpConfig;
use keydance_sops::data_key::DataKey;
use keydance_sops::file::{File, Opened};
use keydance_sops::format::Format;
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{recover, wrap};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::readers::Readers;
use keydance_sops::recipient::Recipient;
use keydance_sops::tree::Time;
use tempfile::TempDir;

use crate::peers::{program, run};

const PLAIN: &[u8] = b"password: hunter2\n";

/// sops in an empty home, with these variables.
pub(crate) struct Sops<'e> {
    home: TempDir,
    environment: &'e [(&'e str, &'e str)],
}

impl<'e> Sops<'e> {
    pub(crate) fn new(environment: &'e [(&'e str, &'e str)]) -> Self {
        let home = TempDir::new().unwrap();
        Self { home, environment }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("sops"));
        command
            .env("HOME", self.home.path())
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .envs(self.environment.iter().copied())
            .current_dir(self.home.path());
        command
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("secret.yaml")
    }

    /// What sops encrypts with these flags.
    pub(crate) fn encrypt(&self, flags: &[&str]) -> Vec<u8> {
        let path = self.path();
        std::fs::write(&path, PLAIN).unwrap();
        run(self.command().arg("encrypt").args(flags), &[path], b"")
    }

    /// sops opens what this service wraps for the recipient.
    pub(crate) fn opens(&self, recipient: &Recipient, service: &dyn KeyService) {
        let path = self.path();
        std::fs::write(&path, sealed(recipient, service)).unwrap();
        assert_eq!(run(self.command().arg("decrypt"), &[path], b""), PLAIN);
    }
}

/// A file that only this recipient opens.
fn sealed(recipient: &Recipient, service: &dyn KeyService) -> Vec<u8> {
    let now = Time::parse("2026-01-02T03:04:05Z").unwrap();
    let key = DataKey::random(&mut SystemRandom).unwrap();
    let readers = Readers {
        groups: vec![vec![recipient.clone()]],
        threshold: 0,
    };
    let groups = wrap(readers, &key, service, now, &mut SystemRandom).unwrap();
    let tree = Format::Yaml.read_plain(PLAIN, &Default::default()).unwrap();
    let metadata = Metadata::new(groups, 0, Default::default());
    let file = Opened::new(Format::Yaml, tree, metadata);
    let file = file.seal(&key, now, &mut SystemRandom).unwrap();
    file.write(&Default::default()).unwrap()
}

/// The service opens the file; gives who its recipient is.
pub(crate) fn opened_by(service: &dyn KeyService, file: &[u8]) -> Recipient {
    let file = File::read(Format::Yaml, file, &Default::default()).unwrap();
    let recovered = recover(&file.metadata, service, &[]).unwrap_or_else(|error| panic!("{error}"));
    let recipient = file.metadata.groups[0].wrappings[0].recipient.clone();
    file.open(&recovered.key).unwrap().verify().unwrap();
    recipient
}

/// Calls servers within a minute.
pub(crate) fn http() -> HttpConfig {
    HttpConfig {
        timeout: std::time::Duration::from_secs(60),
        proxy: None,
    }
}

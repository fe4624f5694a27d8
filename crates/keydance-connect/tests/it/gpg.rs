//! PGP by the real gpg, and by programs that only pretend to be it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use keydance_connect::keys::gpg::{Gpg, GpgConfig};
use keydance_sops::key_service::{KeyError, KeyService as _};
use keydance_sops::recipient::{Recipient, RecipientKind};
use tempfile::TempDir;

use crate::peers::{DATA_KEY, program, run, write_program};

/// A home of gpg with one key, whose agent ends with it.
pub(crate) struct Home {
    folder: TempDir,
    /// The fingerprints of the key and its subkey.
    pub(crate) fingerprints: Vec<String>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let private = std::fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new()
            .permissions(private)
            .tempdir()
            .unwrap();
        let mut home = Self {
            folder,
            fingerprints: Vec::new(),
        };
        let key = ["--batch", "--passphrase", "", "--quick-generate-key"];
        let kind = [
            "Alice <alice@example.test>",
            "future-default",
            "default",
            "never",
        ];
        run(home.gpg().args(key), &kind, b"");
        let keys = run(&mut home.gpg(), &["--list-keys", "--with-colons"], b"");
        let keys = String::from_utf8(keys).unwrap();
        home.fingerprints = keys
            .lines()
            .filter(|line| line.starts_with("fpr:"))
            .map(|line| line.split(':').nth(9).unwrap().to_owned())
            .collect();
        assert_eq!(home.fingerprints.len(), 2);
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn gpg(&self) -> Command {
        let mut command = Command::new(program("gpg"));
        command.arg("--quiet").env("GNUPGHOME", self.folder.path());
        command
    }

    pub(crate) fn service(&self) -> Gpg {
        Gpg::new(GpgConfig {
            home: Some(self.folder.path().to_owned()),
            ..config(program("gpg"))
        })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let mut command = Command::new(program("gpgconf"));
        command.env("GNUPGHOME", self.folder.path());
        command.args(["--kill", "gpg-agent"]).status().unwrap();
    }
}

fn config(program: PathBuf) -> GpgConfig {
    GpgConfig {
        program,
        home: None,
        timeout: Duration::from_secs(60),
    }
}

pub(crate) fn recipient(fingerprint: &str) -> Recipient {
    Recipient::parse(RecipientKind::Pgp, fingerprint).unwrap()
}

/// A service whose gpg is a shell script in a folder.
fn pretending(folder: &Path, script: &str) -> Gpg {
    let program = folder.join("gpg");
    write_program(&program, &format!("#!/bin/sh\n{script}\n"));
    Gpg::new(config(program))
}

fn failed(problem: &str) -> KeyError {
    KeyError::Failed(format!("gpg: {problem}"))
}

#[test]
fn what_is_wrapped_for_a_key_or_its_subkey_is_unwrapped() {
    let home = Home::new();
    let service = home.service();
    for fingerprint in [
        home.fingerprints[0].clone(),
        format!("{}!", home.fingerprints[1]),
    ] {
        let recipient = recipient(&fingerprint);
        let enc = service.wrap(&recipient, &DATA_KEY).unwrap();
        assert!(enc.starts_with("-----BEGIN PGP MESSAGE-----\n"));
        assert!(enc.ends_with("\n-----END PGP MESSAGE-----"));
        assert_eq!(**service.unwrap(&recipient, &enc).unwrap(), DATA_KEY);
        assert_eq!(run(&mut home.gpg(), &["-d"], enc.as_bytes()), DATA_KEY);
    }
}

#[test]
fn what_gpg_says_is_the_reason() {
    let home = Home::new();
    let service = home.service();
    let nobody = recipient("FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4");
    for refused in [
        service.wrap(&nobody, &DATA_KEY).map(drop),
        service
            .unwrap(
                &nobody,
                "-----BEGIN PGP MESSAGE-----\n\nnone\n-----END PGP MESSAGE-----",
            )
            .map(drop),
    ] {
        let Err(KeyError::Failed(reason)) = refused else {
            panic!("not refused");
        };
        assert!(reason.starts_with("gpg: gpg: "), "{reason}");
        assert!(!reason.contains('\n'), "{reason}");
    }
}

#[test]
fn gpg_is_called_as_stock_calls_it() {
    let folder = TempDir::new().unwrap();
    let arguments = folder.path().join("arguments");
    let script = format!(
        "printf '%s\\n' \"$@\" > {0}; cat >> {0}; echo -----BEGIN PGP MESSAGE-----",
        arguments.display()
    );
    let service = pretending(folder.path(), &script);
    let fingerprint = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";
    service.wrap(&recipient(fingerprint), b"data key").unwrap();
    let called = "--no-default-recipient\n--yes\n--encrypt\n-a\n-r\n\
        FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4\n--trusted-key\n3D16CEE4A27381B4\n--no-encrypt-to\n\
        data key";
    assert_eq!(std::fs::read_to_string(&arguments).unwrap(), called);
    service.unwrap(&recipient(fingerprint), "message").unwrap();
    assert_eq!(std::fs::read_to_string(&arguments).unwrap(), "-d\nmessage");
}

#[test]
fn success_without_a_word_is_a_failure() {
    let folder = TempDir::new().unwrap();
    let service = pretending(folder.path(), "cat > /dev/null");
    let silent = failed("it succeeded, but wrote nothing");
    assert_eq!(
        service.wrap(&recipient("AB"), &DATA_KEY).err(),
        Some(silent.clone())
    );
    assert_eq!(service.unwrap(&recipient("AB"), "enc").err(), Some(silent));
}

#[test]
fn gpg_is_not_waited_for_forever() {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("gpg");
    write_program(&program, "#!/bin/sh\nexec tail -f /dev/null\n");
    let service = Gpg::new(GpgConfig {
        timeout: Duration::from_millis(100),
        ..config(program)
    });
    let late = failed("it did not answer in time");
    assert_eq!(service.unwrap(&recipient("AB"), "enc").err(), Some(late));
}

#[test]
fn gpg_that_is_not_there_or_never_stops_is_a_failure() {
    let service = Gpg::new(config(PathBuf::from("/nonexistent/gpg")));
    let absent = failed("it cannot be started: entity not found");
    assert_eq!(service.unwrap(&recipient("AB"), "enc").err(), Some(absent));

    let folder = TempDir::new().unwrap();
    let service = pretending(folder.path(), "exec yes");
    let endless = failed("it writes without end");
    assert_eq!(service.unwrap(&recipient("AB"), "enc").err(), Some(endless));
}

#[test]
fn recipients_of_others_are_not_its_own() {
    let service = Gpg::new(config(PathBuf::from("/nonexistent/gpg")));
    let age = Recipient::parse(RecipientKind::Age, "age1x").unwrap();
    assert_eq!(service.wrap(&age, &DATA_KEY), Err(KeyError::NotMine));
    assert_eq!(service.unwrap(&age, "enc").err(), Some(KeyError::NotMine));
}

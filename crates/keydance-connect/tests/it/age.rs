//! What we wrap is opened by age, and what age wraps by us.

use std::path::Path;
use std::process::Command;

use keydance_sops::age::AgeIdentities;
use keydance_sops::key_service::KeyService as _;
use keydance_sops::recipient::{Recipient, RecipientKind};
use tempfile::TempDir;

use crate::peers::{DATA_KEY, program, run};

/// age, of a version that has post-quantum recipients.
fn age() -> Command {
    let program = program("age");
    let version = run(&mut Command::new(&program), &["--version"], b"");
    let version = String::from_utf8(version).unwrap();
    assert!(
        !["v1.0", "v1.1", "v1.2", "1.0", "1.1", "1.2"]
            .iter()
            .any(|old| version.starts_with(old)),
        "these tests need age 1.3, not {version}"
    );
    Command::new(program)
}

/// Runs `age-keygen`, and gives the recipient.
fn age_keygen(arguments: &[&str], identity: &Path) -> String {
    let program = program("age-keygen");
    let text = run(&mut Command::new(&program), arguments, b"");
    std::fs::write(identity, text).unwrap();
    let recipient = run(Command::new(program).arg("-y"), &[identity], b"");
    String::from_utf8(recipient).unwrap().trim().to_owned()
}

fn ssh_keygen(arguments: &[&str], identity: &Path) -> String {
    let mut command = Command::new(program("ssh-keygen"));
    run(
        command.args(arguments).args(["-q", "-N", "", "-f"]),
        &[identity],
        b"",
    );
    let public = std::fs::read_to_string(identity.with_extension("pub")).unwrap();
    public.trim().to_owned()
}

/// Wraps in both directions for one recipient.
fn both_understand(identity: &Path, text: &str) {
    let recipient = Recipient::parse(RecipientKind::Age, text).unwrap();
    let mut ours = AgeIdentities::without_passphrases();
    ours.add("identity", &std::fs::read(identity).unwrap())
        .unwrap();

    let enc = ours.wrap(&recipient, &DATA_KEY).unwrap();
    let opened = run(age().args(["-d", "-i"]), &[identity], enc.as_bytes());
    assert_eq!(opened, DATA_KEY);

    let theirs = run(&mut age(), &["-a", "-r", text], &DATA_KEY);
    let theirs = String::from_utf8(theirs).unwrap();
    assert_eq!(**ours.unwrap(&recipient, &theirs).unwrap(), DATA_KEY);
    assert_eq!(enc.len(), theirs.len());
}

#[test]
fn native_keys_are_understood_by_both() {
    let folder = TempDir::new().unwrap();
    for arguments in [&[][..], &["-pq"]] {
        let identity = folder.path().join("identity");
        let recipient = age_keygen(arguments, &identity);
        both_understand(&identity, &recipient);
    }
}

#[test]
fn ssh_keys_are_understood_by_both() {
    let folder = TempDir::new().unwrap();
    let kinds = [
        ("ed25519", &["-t", "ed25519", "-C", "alice at home"][..]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("pem", &["-t", "rsa", "-b", "2048", "-m", "PEM"]),
    ];
    for (name, arguments) in kinds {
        let identity = folder.path().join(name);
        let recipient = ssh_keygen(arguments, &identity);
        both_understand(&identity, &recipient);
    }
}

#[test]
fn a_file_for_several_recipients_is_opened_by_each() {
    let folder = TempDir::new().unwrap();
    let identities = ["a", "b", "c"].map(|name| folder.path().join(name));
    let recipients = identities
        .each_ref()
        .map(|identity| age_keygen(&[], identity));
    let arguments: Vec<&str> = recipients.iter().flat_map(|text| ["-r", text]).collect();
    let enc = run(age().arg("-a"), &arguments, &DATA_KEY);
    let enc = String::from_utf8(enc).unwrap();
    for (identity, recipient) in identities.iter().zip(&recipients) {
        let mut ours = AgeIdentities::without_passphrases();
        ours.add("identity", &std::fs::read(identity).unwrap())
            .unwrap();
        let recipient = Recipient::parse(RecipientKind::Age, recipient).unwrap();
        assert_eq!(**ours.unwrap(&recipient, &enc).unwrap(), DATA_KEY);
    }
}

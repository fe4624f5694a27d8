use std::path::Path;

use proptest::prelude::*;

use super::*;

fn statement() -> Statement {
    Statement {
        path: "secrets/db.yaml".to_owned(),
        sha256: Digest::of(b"file"),
        version: 17,
        previous: vec![Digest::of(b"previous")],
        recipients: Digest::of_recipients(None),
        roster: Digest::of(b"roster"),
        signer: "alice/laptop".parse().unwrap(),
        signed_at: "2026-11-22T10:00:00Z".parse().unwrap(),
    }
}

struct Key {
    folder: tempfile::TempDir,
    program: Program,
}

impl Key {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Path::new("/usr/bin/ssh-keygen");
        let made = std::process::Command::new(path)
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(folder.path().join("key"))
            .status();
        assert!(made.unwrap().success());
        let program = Program::new(path.to_owned(), folder.path().join("scratch"));
        Self { folder, program }
    }

    fn public(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("key.pub")).unwrap();
        let words: Vec<&str> = text.split(' ').take(2).collect();
        words.join(" ")
    }

    fn sign(&self, statement: &str) -> String {
        let key = self.folder.path().join("key");
        self.program.sign(statement, &key).unwrap()
    }
}

#[test]
fn what_ssh_keygen_signs_it_verifies_and_nothing_else() {
    let (key, other) = (Key::new(), Key::new());
    let text = statement().text();
    let signature = key.sign(&text);
    let claimed = claimed_key(&signature).unwrap();
    assert_eq!(key.public(), format!("ssh-ed25519 {claimed}"));
    key.program
        .verify(&text, &signature, &key.public())
        .unwrap();
    let verify = |text: &str, public: &str| key.program.verify(text, &signature, public);
    assert!(verify(&text, &other.public()).is_err());
    assert!(verify(&text.replace("17", "18"), &key.public()).is_err());
}

#[test]
fn a_signed_statement_reads_back_as_it_is_written() {
    let (alice, bob) = (Key::new(), Key::new());
    for previous in [
        vec![],
        vec![Digest::of(b"a")],
        vec![Digest::of(b"a"), Digest::of(b"b")],
    ] {
        let statement = Statement {
            previous,
            ..statement()
        };
        let text = statement.text();
        let signed = Signed {
            statement,
            signatures: vec![alice.sign(&text), bob.sign(&text)],
        };
        assert_eq!(Signed::parse(&signed.to_bytes()), Ok(signed));
    }
}

#[test]
fn nothing_hides_beside_what_is_signed() {
    let key = Key::new();
    let text = statement().text();
    let signature = key.sign(&text);
    let whole = format!("{text}\n{signature}");
    assert!(Signed::parse(whole.as_bytes()).is_ok());
    for other in [
        whole.replace("version: 17", "version: 017"),
        whole.replace("signer: ", "signer:  "),
        whole.replace("\n\n", "\nmore: lines\n\n"),
        whole.replace("path: ", "sha256: "),
        format!("{whole}more"),
        format!("{text}\nmore\n{signature}"),
        text.clone(),
        format!("{text}\n"),
    ] {
        assert!(Signed::parse(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn the_order_of_recipients_does_not_count_and_their_groups_do() {
    use keydance_sops::metadata::{Group, Wrapping};
    use keydance_sops::tree::Time;
    let metadata = |groups: &[&[&str]], threshold| {
        let now = Time::parse("2026-01-01T00:00:00Z").unwrap();
        let wrapping = |text: &&str| {
            Wrapping::new(
                crate::roster::parse_recipient(text).unwrap(),
                String::new(),
                now,
            )
        };
        let group = |of: &&[&str]| Group {
            wrappings: of.iter().map(wrapping).collect(),
            unknown: Vec::new(),
        };
        Metadata::new(groups.iter().map(group).collect(), threshold, None)
    };
    let digest =
        |groups: &[&[&str]], threshold| Digest::of_recipients(Some(&metadata(groups, threshold)));
    let one = digest(&[&["age1a", "pgp:AB"]], 0);
    assert_eq!(one, digest(&[&["pgp:AB", "age1a"]], 0));
    assert_ne!(one, digest(&[&["age1a"], &["pgp:AB"]], 0));
    assert_ne!(one, digest(&[&["age1a", "pgp:AB"]], 1));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(keydance-file-v1\n)?(path: a\n)?\\PC{0,60}(\n\n\\PC{0,60})?") {
        if let Ok(signed) = Signed::parse(text.as_bytes()) {
            prop_assert_eq!(signed.to_bytes(), text.into_bytes());
        }
    }
}

//! What a clone trusts, and what is opened where signatures are demanded.

use super::desk::Desk;
use crate::{KEYDANCE, Told, tell};

const DB: &str = "secrets/db.yaml";

impl Desk {
    /// Alice's organisation, which demands signatures; her device signs.
    fn strict() -> Self {
        let desk = Self::new();
        desk.encrypt(DB, "password: sesame\n");
        let public = std::fs::read_to_string(desk.home("alice").join("signing.pub")).unwrap();
        let text = String::from_utf8(desk.read("keydance.yaml")).unwrap();
        let signing = format!("laptop:\n        signing: {}\n", public.trim());
        let text = text
            .replace("laptop:\n", &signing)
            .replace("integrity: warn", "integrity: strict");
        std::fs::write(desk.repository().join("keydance.yaml"), text).unwrap();
        desk.commit("signatures are demanded");
        desk.done("alice", &["sync", "--apply"]);
        desk
    }

    fn sign(&self, path: &str) -> Told {
        let key = self.home("alice").join("signing");
        self.keydance(
            "alice",
            &["sign", "--signing-key", key.to_str().unwrap(), path],
        )
    }

    fn decrypt(&self) -> Told {
        self.keydance("alice", &["sops", "decrypt", DB])
    }

    /// The fingerprint of the roster as it is.
    fn fingerprint(&self) -> String {
        let mut command = self.command("alice", "sha256sum", &["keydance.yaml"]);
        tell(&mut command)
            .code(0)
            .stdout
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    }

    fn set(&self, value: &str) {
        let arguments = ["set", DB, "[\"password\"]", value];
        let mut command = self.command("alice", "sops", &arguments);
        command.env("SOPS_AGE_KEY_CMD", format!("{KEYDANCE} identity"));
        tell(&mut command).code(0);
    }
}

#[test]
fn where_signatures_are_demanded_only_what_is_signed_is_opened() {
    let desk = Desk::strict();
    let told = desk.decrypt().code(51);
    assert!(
        told.stderr.contains("this clone trusts no roster"),
        "{}",
        told.stderr
    );
    let unknown = desk.keydance("alice", &["trust", &"0".repeat(64)]).code(3);
    assert!(
        unknown.stderr.contains("no roster in the history"),
        "{}",
        unknown.stderr
    );
    desk.done("alice", &["trust", &desk.fingerprint()]);
    let told = desk.decrypt().code(51);
    assert!(told.stderr.contains("it is not signed"), "{}", told.stderr);
    desk.sign(DB).code(0);
    assert_eq!(desk.decrypt().code(0).stdout, "password: sesame\n");
    desk.commit("signed");
    let old = [
        desk.read(DB),
        desk.read(".keydance/signatures/secrets/db.yaml.sig"),
    ];

    // Whoever writes it with stock has to have it signed again.
    desk.set("\"changed\"");
    let told = desk.decrypt().code(51);
    assert!(
        told.stderr.contains("changed since it was signed"),
        "{}",
        told.stderr
    );
    desk.sign(DB).code(0);
    assert_eq!(desk.decrypt().code(0).stdout, "password: changed\n");
    desk.commit("signed again");

    // The old file with its good signature is an old file all the same.
    for (path, bytes) in [DB, ".keydance/signatures/secrets/db.yaml.sig"]
        .iter()
        .zip(&old)
    {
        std::fs::write(desk.repository().join(path), bytes).unwrap();
    }
    let told = desk.decrypt().code(51);
    assert!(
        told.stderr.contains("older than one that was here before"),
        "{}",
        told.stderr
    );
}

#[test]
fn a_roster_that_nobody_approved_changes_nothing() {
    let desk = Desk::strict();
    desk.done("alice", &["trust", &desk.fingerprint()]);
    desk.sign(DB).code(0);
    desk.commit("signed");
    desk.done("alice", &["check"]);
    let text = String::from_utf8(desk.read("keydance.yaml")).unwrap();
    let weaker = text.replace("integrity: strict", "integrity: warn");
    std::fs::write(desk.repository().join("keydance.yaml"), weaker).unwrap();
    desk.commit("weaker");
    desk.done("alice", &["sync", "--apply"]);
    desk.set("\"changed\"");
    desk.decrypt().code(51);
    let told = desk.keydance("alice", &["check"]).code(1);
    assert!(
        told.stdout.contains("[roster-unapproved]"),
        "{}",
        told.stdout
    );
    // Alice governs, so it is hers to approve.
    desk.sign("keydance.yaml").code(0);
    desk.commit("approved");
    let told = desk.decrypt().code(0);
    assert_eq!(told.stdout, "password: changed\n");
    assert!(
        told.stderr.contains("changed since it was signed"),
        "{}",
        told.stderr
    );
    let told = desk.keydance("alice", &["check"]).code(0);
    assert!(
        !told.stdout.contains("[roster-unapproved]"),
        "{}",
        told.stdout
    );
}

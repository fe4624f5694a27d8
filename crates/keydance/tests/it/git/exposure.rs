//! `exposed`, `who-can`, `what-can` and `why`, on what the real sops and git made.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{KEYDANCE, Told, tell};

const ALICE: &str = "age1we465ynxyt3yg0c9y6cpkszuq72vpurmt42em8wsk5rjpag5vcxsftvy2v";
const BOB: &str = "age1t0pvr6kplat2f4uwzza4g3uqqhqrc99saytewacpkq93sd2apu8s9pehk8";
const STRANGER: &str = "age19skutkx3etzdm597sj6ca29cs7hd5rf2zk995veg5wrurg9fsgxqxnlv48";
/// What Alice's device holds; the same in every run, and good for nothing else.
const IDENTITY: &str = "AGE-SECRET-KEY-18ZCJEWA97Y9W8J8WVVQJNDZF3PME0SA8L6NU0WPM4WJDRERZSKFSAJ9P3D";

/// A repository of Alice's.
struct Place(TempDir);

impl Place {
    /// In which Bob could read a file.
    fn with_bob() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.git(&["init", "-q", "-b", "main"]);
        place.write(
            "keydance.yaml",
            &format!(
                "keydance: 1\norganisation: acme\nenvironments: [production]\n\
                 protected: [refs/heads/main]\ngovernance: all\npeople:\n  \
                 alice: {{from: 2026-01-05, devices: {{laptop: {{recipient: {ALICE}, from: 2026-01-05}}}}}}\n  \
                 bob: {{from: 2026-01-05, devices: {{desk: {{recipient: {BOB}, from: 2026-01-05}}}}}}\n\
                 groups:\n  all: {{members: {{alice: {{from: 2026-01-05}}}}, admins: [alice], generation: 1, \
                 recipient: age1all}}\n\
                 paths:\n  - {{match: \"**\", environment: production, readers: [all]}}\n"
            ),
        );
        place.write(
            "db.yaml",
            "db:\n    user: app\n    password: first\nhost_unencrypted: db.example\n",
        );
        place.sops(&[
            "encrypt",
            "-i",
            "--age",
            &format!("{ALICE},{BOB}"),
            "db.yaml",
        ]);
        place.commit();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, mut command: Command, arguments: &[&str]) -> Told {
        let command = command.args(arguments).current_dir(self.0.path());
        tell(
            command
                .env_clear()
                .env("HOME", self.0.path())
                .env("PATH", "/usr/bin:/bin"),
        )
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=alice",
            "-c",
            "user.email=alice@acme.example",
        ]);
        self.run(command, arguments)
            .code(0)
            .stdout
            .trim_end()
            .to_owned()
    }

    /// The real sops: where `KEYDANCE_TEST_SOPS` says, or on the path.
    fn sops(&self, arguments: &[&str]) {
        let named = std::env::var_os("KEYDANCE_TEST_SOPS").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut found = std::env::split_paths(&path).map(|folder| folder.join("sops"));
        let sops = named.or_else(|| found.find(|sops| sops.is_file())).unwrap();
        let mut command = Command::new("env");
        command
            .arg(format!("SOPS_AGE_KEY={IDENTITY}"))
            .arg("SOPS_DISABLE_VERSION_CHECK=1")
            .arg(sops);
        self.run(command, arguments).code(0);
    }

    fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn keydance(&self, arguments: &[&str]) -> Told {
        self.run(Command::new(KEYDANCE), arguments)
    }

    /// The rows of the password that somebody can have read.
    fn exposed(&self, name: &str) -> Vec<Value> {
        let told = self.keydance(&["exposed", name, "--json"]).code(0).json();
        let rows = told["data"].as_array().unwrap().iter();
        let of_password = rows.filter(|row| row["key"] == json!(["db", "password"]));
        of_password.cloned().collect()
    }
}

#[test]
fn whoever_left_is_exposed_to_what_they_could_open_and_to_what_shares_its_data_key() {
    let place = Place::with_bob();
    let first = place.git(&["rev-parse", "HEAD"]);
    let rows = place.exposed("bob");
    let [row] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(row["way"], json!([["bob/desk"]]));
    assert_eq!(
        (&row["first"], &row["last"]),
        (&json!([first]), &json!([first]))
    );
    assert_eq!(
        (&row["level"], &row["current"]),
        (&json!("delivered"), &json!("yes"))
    );
    assert_eq!(row["currentAt"], json!(["refs/heads/main:db.yaml"]));

    // Stock removes Bob, and keeps the data key.
    place.write(
        ".sops.yaml",
        &format!("creation_rules:\n  - age: {ALICE}\n"),
    );
    place.sops(&["updatekeys", "-y", "db.yaml"]);
    place.sops(&["set", "db.yaml", "[\"db\"][\"password\"]", "\"second\""]);
    let second = place.commit();
    let rows = place.exposed("bob");
    assert_eq!(rows.len(), 2);
    let new = rows.iter().find(|row| row["current"] == "yes").unwrap();
    assert_eq!(new["way"], json!([["shared-data-key"]]));
    assert_eq!(
        (&new["first"], &new["assumed"]),
        (&json!([second]), &json!(false))
    );

    // With a new data key, Bob is out.
    place.sops(&["rotate", "-i", "db.yaml"]);
    place.sops(&["set", "db.yaml", "[\"db\"][\"password\"]", "\"third\""]);
    place.commit();
    let rows = place.exposed("bob");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["current"] == "unknown"));
    assert_eq!(place.exposed("alice").len(), 3);
    let told = place.keydance(&["exposed", "bob"]).code(0).stdout;
    assert!(
        told.contains("db.yaml#db.password") && told.contains("not covered: "),
        "{told}"
    );
}

#[test]
fn who_can_open_a_file_is_told_for_now_and_for_then() {
    let place = Place::with_bob();
    let then = place.git(&["rev-parse", "HEAD"]);
    place.sops(&["rotate", "-i", "--rm-age", BOB, "db.yaml"]);
    place.commit();
    let who = |arguments: &[&str]| {
        let told = place
            .keydance(&[&["who-can", "--json"], arguments].concat())
            .code(0)
            .json();
        let rows = told["data"].as_array().unwrap().iter();
        rows.map(|row| row["principal"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(who(&["db.yaml"]), ["alice"]);
    assert_eq!(who(&["db.yaml#db.password"]), ["alice"]);
    assert_eq!(who(&["db.yaml", "--at", &then]), ["alice", "bob"]);
    // What is not encrypted, everybody can read.
    assert_eq!(who(&["db.yaml#host_unencrypted"]), ["alice", "bob"]);
    let what = place.keydance(&["what-can", "bob"]).code(0).stdout;
    assert!(!what.contains("db.yaml"), "{what}");
    place.keydance(&["why", "alice", "db.yaml"]).code(0);
    let denied = place.keydance(&["why", "bob", "db.yaml"]).code(3).stderr;
    assert!(denied.contains("bob cannot open db.yaml"), "{denied}");
}

#[test]
fn recipients_that_are_nobodys_are_told_of() {
    let place = Place::with_bob();
    place.write("other.json", "{\"a\": \"b\"}");
    place.sops(&["encrypt", "-i", "--age", STRANGER, "other.json"]);
    place.commit();
    let told = place
        .keydance(&["what-can", "alice", "--json"])
        .code(0)
        .json();
    assert_eq!(
        told["meta"]["unknown"],
        json!([format!("unknown:{STRANGER}")])
    );
    assert_eq!(told["meta"]["complete"], true);
    let rows = place
        .keydance(&["exposed", &format!("unknown:{STRANGER}"), "--json"])
        .code(0)
        .json();
    let rows = rows["data"].as_array().unwrap();
    assert!(
        rows.iter().any(|row| row["file"] == "other.json"),
        "{rows:?}"
    );
}

#[test]
fn what_cannot_be_answered_is_said_with_the_next_step() {
    let place = Place::with_bob();
    for (arguments, code, words) in [
        (&["exposed", "bobb"][..], 4, "did you mean bob?"),
        (&["who-can", "nothing.yaml"], 4, "no encrypted file"),
        (&["who-can", "db.yaml#db.nothing"], 4, "no value db.nothing"),
        (&["who-can", "db.yaml", "--at=--all"], 4, "no commit"),
        (&["who-can", "db.yaml", "--at", "nowhere"], 4, "no commit"),
        (
            &["exposed", "bob", "--repo", "/"],
            2,
            "not a git repository",
        ),
    ] {
        let told = place.keydance(arguments).code(code);
        assert!(
            told.stderr.contains(words),
            "{arguments:?}: {}",
            told.stderr
        );
    }
    place.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &format!("file://{}", place.0.path().display()),
        "clone",
    ]);
    let shallow = ["exposed", "bob", "--repo", "clone"];
    let told = place.keydance(&shallow).code(6);
    assert!(told.stderr.contains("--incomplete"), "{}", told.stderr);
    let told = place.keydance(&[&shallow[..], &["--incomplete", "--json"]].concat());
    assert_eq!(told.code(0).json()["meta"]["complete"], false);
}

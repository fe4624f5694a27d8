//! Branches that change encrypted files, merged by the real git.

use std::path::Path;

use super::desk::Desk;
use crate::{KEYDANCE, Told, tell};

const DB: &str = "secrets/db.yaml";

impl Desk {
    /// Two branches, `main` and `other`, with one encrypted file, and git that merges it.
    fn with_two_branches() -> Self {
        let desk = Self::new();
        desk.encrypt(DB, "a: one\nb: two\nlist:\n    - x\n    - y\n");
        desk.commit("a file");
        desk.done("alice", &["git-setup"]);
        desk.git(&["branch", "other"]);
        desk
    }

    /// Somebody runs git, which finds the binary under test.
    fn git_of(&self, who: &str, arguments: &[&str]) -> Told {
        let mut command = self.command(who, "git", arguments);
        let folder = Path::new(KEYDANCE).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", folder.display()));
        command.env("GIT_EDITOR", "true");
        tell(&mut command)
    }

    /// Alice changes a value on a branch with the real sops, and commits.
    fn set(&self, branch: &str, path: &str, value: &str) {
        self.git(&["checkout", "-q", branch]);
        let mut command = self.command("alice", "sops", &["set", DB, path, value]);
        command.env("SOPS_AGE_KEY_CMD", format!("{KEYDANCE} identity"));
        tell(&mut command).code(0);
        self.commit("a change");
    }

    fn shown(&self) -> String {
        self.opens("alice", DB).unwrap()
    }
}

#[test]
fn branches_that_change_different_values_merge_without_a_question() {
    let desk = Desk::with_two_branches();
    desk.set("other", "[\"b\"]", "\"theirs\"");
    desk.set("other", "[\"list\"][2]", "\"z\"");
    desk.set("main", "[\"a\"]", "\"ours\"");
    desk.git_of("alice", &["merge", "-q", "--no-edit", "other"])
        .code(0);
    let expected = "a: ours\nb: theirs\nlist:\n    - x\n    - \"y\"\n    - z\n";
    assert_eq!(desk.shown(), expected);
    desk.done("alice", &["check"]);
}

#[test]
fn rebasing_merges_too() {
    let desk = Desk::with_two_branches();
    desk.set("other", "[\"b\"]", "\"theirs\"");
    desk.set("main", "[\"a\"]", "\"ours\"");
    desk.set("main", "[\"c\"]", "\"new\"");
    desk.git_of("alice", &["rebase", "-q", "other"]).code(0);
    let shown = desk.shown();
    for line in ["a: ours", "b: theirs", "c: new"] {
        assert!(shown.lines().any(|it| it == line), "{shown}");
    }
}

#[test]
fn a_value_that_both_changed_is_a_conflict_in_a_file_that_opens() {
    let desk = Desk::with_two_branches();
    desk.set("other", "[\"a\"]", "\"theirs\"");
    desk.set("main", "[\"a\"]", "\"ours\"");
    let told = desk
        .git_of("alice", &["merge", "-q", "--no-edit", "other"])
        .code(1);
    let said = told.stdout + &told.stderr;
    assert!(
        said.contains("secrets/db.yaml: both sides changed a"),
        "{said}"
    );
    assert!(desk.git(&["ls-files", "-u"]).contains(DB));
    let marker = "a:\n    keydance_conflict:\n        ours: ours\n        theirs: theirs\n        base: one\n";
    assert!(desk.shown().starts_with(marker), "{}", desk.shown());
    let text = String::from_utf8(desk.read(DB)).unwrap();
    assert!(
        !text.contains("ours: ours") && !text.contains("<<<<"),
        "{text}"
    );
    let found = desk.keydance("alice", &["check", "--no-keys"]).code(1);
    assert!(
        found.stdout.contains("[conflict-marker]"),
        "{}",
        found.stdout
    );
    assert!(
        found.stdout.contains("[merge-left-over]"),
        "{}",
        found.stdout
    );
}

#[test]
fn without_a_key_our_file_stays_and_it_is_said_who_has_one() {
    let desk = Desk::with_two_branches();
    desk.set("other", "[\"b\"]", "\"theirs\"");
    desk.set("main", "[\"a\"]", "\"ours\"");
    desk.move_in("mallory");
    let ours = desk.read(DB);
    let told = desk
        .git_of("mallory", &["merge", "-q", "--no-edit", "other"])
        .code(1);
    let said = told.stdout + &told.stderr;
    assert!(said.contains("can only be opened by @admins"), "{said}");
    assert_eq!(desk.read(DB), ours);
    assert!(desk.git(&["ls-files", "-u"]).contains(DB));
}

#[test]
fn an_identity_that_only_their_side_has_opens_their_version() {
    let desk = Desk::with_two_branches();
    desk.git(&["checkout", "-q", "other"]);
    desk.join("bob", "admins");
    let leave = ["leave", "bob", "--reason", "he left", "--apply"];
    // What he knows is left to be replaced.
    desk.keydance("alice", &leave).code(6);
    desk.set("main", "[\"a\"]", "\"ours\"");
    desk.git_of("alice", &["merge", "-q", "--no-edit", "other"])
        .code(0);
    assert!(desk.shown().starts_with("a: ours\nb: two\n"));
    desk.done("alice", &["check"]);
}

#[test]
fn git_gives_up_where_the_driver_could_not_work() {
    let desk = Desk::with_two_branches();
    let arguments = ["merge-driver", "no-base", "no-ours", "no-theirs", "7", DB];
    let told = desk.keydance("alice", &arguments).code(129);
    assert!(told.stderr.contains("no-base"), "{}", told.stderr);
}

#[test]
fn a_file_that_is_not_encrypted_is_not_merged() {
    let desk = Desk::with_two_branches();
    std::fs::write(desk.repository().join("plain"), "a: b\n").unwrap();
    let arguments = ["merge-driver", "plain", "plain", "plain", "7", DB];
    let told = desk.keydance("alice", &arguments).code(1);
    assert!(told.stderr.contains("sops encrypt -i"), "{}", told.stderr);
}

#[test]
fn setting_up_can_be_repeated_and_taken_back() {
    let desk = Desk::new();
    let config = || desk.git(&["config", "--local", "--list"]);
    let before = config();
    desk.done("alice", &["git-setup", "--undo"]);
    desk.done("alice", &["git-setup"]);
    let once = config();
    assert!(once.contains("merge.keydance.driver=keydance merge-driver %O %A %B %L %P"));
    desk.done("alice", &["git-setup"]);
    assert_eq!(config(), once);
    desk.done("alice", &["git-setup", "--undo"]);
    assert_eq!(config(), before);
    let elsewhere = desk.home("alice");
    let elsewhere = elsewhere.to_str().unwrap();
    desk.keydance("alice", &["git-setup", "--repo", elsewhere])
        .code(2);
}

#[test]
fn a_difference_shows_values_to_whoever_can_open_them() {
    let desk = Desk::with_two_branches();
    desk.set("other", "[\"a\"]", "\"changed\"");
    let told = desk.git_of("alice", &["diff", "main", "other"]).code(0);
    assert!(
        told.stdout.contains("-a: one\n+a: changed\n b: two\n"),
        "{}",
        told.stdout
    );
    desk.move_in("mallory");
    let told = desk
        .git_of("mallory", &["diff", "main", "other"])
        .code(0)
        .stdout;
    assert!(
        told.contains("-a: encrypted ") && told.contains("+a: encrypted "),
        "{told}"
    );
    assert!(
        !told.contains("changed") && !told.contains("ENC["),
        "{told}"
    );
    let changed = told
        .lines()
        .filter(|line| line.starts_with(['+', '-']))
        .count();
    assert_eq!(changed, 4, "{told}");
}

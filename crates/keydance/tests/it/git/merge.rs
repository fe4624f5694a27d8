//! Merging encrypted files: real git, with our driver and without, and the real sops.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::desk::Desk;
use crate::sops::desk::{ALICE, BOB, Person, sops};
use crate::{KEYDANCE, Told, tell};

/// A repository with encrypted files, and a folder where this program is called `keydance`.
struct Branches {
    folder: TempDir,
}

const PLAIN: &str = "# settings\na: one\nb:\n    c: two\n    l:\n        - x\n        - z\n";

impl Branches {
    /// `s.yaml` on `main`, and a branch `theirs`.
    fn new(people: &[Person]) -> Self {
        let all = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(all.repository()).unwrap();
        all.git(&["init", "-q", "-b", "main"]);
        let recipients: Vec<&str> = people.iter().map(|person| person.recipient).collect();
        all.write("s.yaml", PLAIN);
        all.sops(
            &["encrypt", "-i", "--age", &recipients.join(","), "s.yaml"],
            people,
        );
        all.commit("base");
        all.git(&["branch", "theirs"]);
        all
    }

    fn with_driver(people: &[Person]) -> Self {
        let all = Self::new(people);
        all.keydance(&["git-setup", "*.yaml"], &[]).code(0);
        all
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.repository().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.repository().join(name)).unwrap()
    }

    fn command(&self, program: &str, arguments: &[&str], people: &[Person]) -> Command {
        let here = PathBuf::from(KEYDANCE).parent().unwrap().to_owned();
        let path = std::env::join_paths(
            [here]
                .into_iter()
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let identities: Vec<_> = people.iter().map(|person| person.identity).collect();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.repository())
            .env_clear()
            .env("PATH", path.unwrap())
            .env("HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .env("SOPS_AGE_KEY", identities.join("\n"));
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Alice");
            command.env(format!("GIT_{who}_EMAIL"), "alice@acme.example");
        }
        command
    }

    fn keydance(&self, arguments: &[&str], people: &[Person]) -> Told {
        tell(&mut self.command(KEYDANCE, arguments, people))
    }

    #[track_caller]
    fn sops(&self, arguments: &[&str], people: &[Person]) -> String {
        let program = sops();
        let mut command = self.command(program.to_str().unwrap(), arguments, people);
        tell(&mut command).code(0).stdout
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        tell(&mut self.command("git", arguments, &[ALICE]))
            .code(0)
            .stdout
    }

    fn git_as(&self, arguments: &[&str], people: &[Person]) -> Told {
        tell(&mut self.command("git", arguments, people))
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// Sets a value on each branch with the real sops; `main` is checked out then.
    fn diverge(&self, ours: [&str; 2], theirs: [&str; 2]) {
        for (branch, [path, value]) in [("theirs", theirs), ("main", ours)] {
            self.git(&["checkout", "-q", branch]);
            self.sops(&["set", "s.yaml", path, value], &[ALICE]);
            self.commit(branch);
        }
    }

    fn plain(&self) -> String {
        self.sops(&["decrypt", "s.yaml"], &[ALICE])
    }
}

const DIFFERENT: ([&str; 2], [&str; 2]) = (
    [r#"["a"]"#, r#""ours""#],
    [r#"["b"]["l"][2]"#, r#""theirs""#],
);

#[test]
fn branches_that_change_different_keys_merge_without_a_question() {
    let stock = Branches::new(&[ALICE]);
    stock.diverge(DIFFERENT.0, DIFFERENT.1);
    let told = stock.git_as(&["merge", "-q", "theirs"], &[ALICE]).code(1);
    assert!(told.stdout.contains("CONFLICT"), "{}", told.stdout);
    assert!(stock.read("s.yaml").contains("<<<<<<<"));

    let ours = Branches::with_driver(&[ALICE]);
    ours.diverge(DIFFERENT.0, DIFFERENT.1);
    ours.git(&["merge", "-q", "--no-edit", "theirs"]);
    let expected = PLAIN
        .replace("one", "ours")
        .replace("- z\n", "- z\n        - theirs\n");
    assert_eq!(ours.plain(), expected);
    assert_eq!(ours.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_rebase_merges_too() {
    let ours = Branches::with_driver(&[ALICE]);
    ours.diverge(DIFFERENT.0, DIFFERENT.1);
    ours.git(&["rebase", "-q", "theirs"]);
    let expected = PLAIN
        .replace("one", "ours")
        .replace("- z\n", "- z\n        - theirs\n");
    assert_eq!(ours.plain(), expected);
}

#[test]
fn what_both_changed_is_resolved_in_an_editor() {
    let ours = Branches::with_driver(&[ALICE]);
    ours.diverge([r#"["a"]"#, r#""mine1""#], [r#"["a"]"#, r#""yours2""#]);
    let told = ours.git_as(&["merge", "theirs"], &[ALICE]).code(1);
    assert!(
        told.stderr.contains("both sides changed a\n"),
        "{}",
        told.stderr
    );
    let text = ours.read("s.yaml");
    assert!(
        text.contains("keydance_conflict") && !text.contains("mine1"),
        "{text}"
    );
    assert!(ours.plain().contains("yours2"));
    let edit = |script: &str| {
        let editor = ours.folder.path().join("editor");
        std::fs::write(&editor, format!("#!/bin/sh\n{script}")).unwrap();
        tell(Command::new("chmod").arg("700").arg(&editor)).code(0);
        let mut command = ours.command(KEYDANCE, &["merge", "resolve", "s.yaml"], &[ALICE]);
        tell(
            command
                .env("EDITOR", editor)
                .stdin(std::process::Stdio::null()),
        )
    };
    // Nobody presses Enter to go back to the editor.
    let told = edit("echo '# more' >> \"$1\"");
    assert_ne!(told.code, 0);
    assert!(
        told.stderr.contains("not resolved yet: a"),
        "{}",
        told.stderr
    );
    let told = edit("sed -i -e '/keydance_conflict/,/base:/d' -e 's/^a:$/a: both/' \"$1\"").code(0);
    assert!(told.stderr.contains("git add s.yaml"), "{}", told.stderr);
    assert_eq!(ours.plain(), PLAIN.replace("one", "both"));
    let told = edit("true").code(1);
    assert!(
        told.stderr.contains("nothing to resolve"),
        "{}",
        told.stderr
    );
    ours.git(&["commit", "-q", "-a", "--no-edit"]);
}

#[test]
fn without_the_key_our_version_stays_and_who_can_merge_is_named() {
    let ours = Branches::with_driver(&[ALICE]);
    ours.diverge(DIFFERENT.0, DIFFERENT.1);
    let before = ours.read("s.yaml");
    let told = ours.git_as(&["merge", "theirs"], &[BOB]).code(1);
    assert!(told.stderr.contains(ALICE.recipient), "{}", told.stderr);
    assert!(told.stdout.contains("CONFLICT"), "{}", told.stdout);
    assert_eq!(ours.read("s.yaml"), before);
    assert_eq!(ours.git(&["status", "--porcelain"]), "UU s.yaml\n");
}

#[test]
fn a_version_that_was_changed_without_its_key_is_not_merged() {
    let ours = Branches::with_driver(&[ALICE]);
    ours.git(&["checkout", "-q", "theirs"]);
    let text = ours.read("s.yaml");
    let item = text
        .lines()
        .find(|line| line.starts_with("        - ENC"))
        .unwrap();
    let forged = text.replace(&format!("{item}\n"), "");
    ours.write("s.yaml", &forged);
    ours.commit("forged");
    ours.git(&["checkout", "-q", "main"]);
    ours.sops(&["set", "s.yaml", r#"["a"]"#, r#""ours""#], &[ALICE]);
    ours.commit("ours");
    let before = ours.read("s.yaml");
    let told = ours.git_as(&["merge", "theirs"], &[ALICE]).code(1);
    assert!(
        told.stderr.contains("their version: MAC mismatch"),
        "{}",
        told.stderr
    );
    assert_eq!(ours.read("s.yaml"), before);
}

#[test]
fn an_internal_failure_makes_git_give_up() {
    let ours = Branches::with_driver(&[ALICE]);
    let told = ours.keydance(&["merge-driver", "O", "A", "B", "7", "s.yaml"], &[ALICE]);
    told.code(129);
    ours.diverge(DIFFERENT.0, DIFFERENT.1);
    ours.git(&[
        "config",
        "merge.keydance.driver",
        "keydance merge-driver no %A %B %L %P",
    ]);
    let before = ours.read("s.yaml");
    let told = ours.git_as(&["merge", "theirs"], &[ALICE]);
    // Older versions of git take every failure for a conflict; the file stays in either case.
    assert_ne!(told.code, 0, "{} {}", told.stdout, told.stderr);
    assert_eq!(ours.read("s.yaml"), before);
}

#[test]
fn a_difference_shows_plain_text_to_those_with_the_key_and_marks_to_others() {
    let ours = Branches::with_driver(&[ALICE]);
    ours.sops(&["set", "s.yaml", r#"["a"]"#, r#""changed""#], &[ALICE]);
    let told = ours.git_as(&["diff"], &[ALICE]).code(0);
    assert!(
        told.stdout.contains("\n-a: one\n+a: changed\n"),
        "{}",
        told.stdout
    );
    let told = ours.git_as(&["diff"], &[BOB]).code(0);
    let lines: Vec<&str> = told
        .stdout
        .lines()
        .filter(|line| line.contains("a: encrypted:"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", told.stdout);
    assert!(
        !told.stdout.contains("c: ENC") && !told.stdout.contains("changed"),
        "{}",
        told.stdout
    );
    // Nothing of it is kept in the repository.
    assert_eq!(ours.git(&["for-each-ref", "refs/notes"]), "");
}

#[test]
fn setting_up_twice_is_setting_up_once_and_can_be_undone() {
    let ours = Branches::new(&[ALICE]);
    let config = || std::fs::read_to_string(ours.repository().join(".git/config")).unwrap();
    let before = config();
    ours.keydance(&["git-setup", "*.yaml"], &[]).code(0);
    let after = config();
    let told = ours.keydance(&["git-setup", "*.yaml"], &[]).code(0);
    assert_eq!((told.stdout.as_str(), config()), ("nothing to do\n", after));
    ours.keydance(&["git-setup", "--undo"], &[]).code(0);
    assert_eq!(config().trim_end(), before.trim_end());
    assert_eq!(ours.git(&["status", "--porcelain"]), "");
}

#[test]
fn files_of_a_group_are_merged_by_its_members() {
    let desk = Desk::new();
    desk.encrypt("secrets/a.yaml", "a: one\nb: two\n");
    desk.commit("a file");
    desk.done("alice", &["git-setup"]);
    let driver = format!("{KEYDANCE} merge-driver %O %A %B %L %P");
    desk.git(&["config", "merge.keydance.driver", &driver]);
    desk.git(&["branch", "theirs"]);
    for (branch, key) in [("theirs", "b"), ("main", "a")] {
        desk.git(&["checkout", "-q", branch]);
        let path = format!("[\"{key}\"]");
        let arguments = ["set", "secrets/a.yaml", &path, "\"new\""];
        let mut command = desk.command("alice", "sops", &arguments);
        command.env("SOPS_AGE_KEY_CMD", format!("{KEYDANCE} identity"));
        tell(&mut command).code(0);
        desk.commit(branch);
        if branch == "theirs" {
            // The other side joins somebody and makes another identity of the group.
            desk.join("bob", "admins");
            let leave = ["leave", "bob", "--apply", "--reason", "mistake"];
            desk.keydance("alice", &leave).code(6);
        }
    }
    desk.git(&["merge", "-q", "--no-edit", "theirs"]);
    assert_eq!(
        desk.opens("alice", "secrets/a.yaml").as_deref(),
        Some("a: new\nb: new\n")
    );
    assert_eq!(desk.opens("bob", "secrets/a.yaml"), None);
}

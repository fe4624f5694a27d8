//! What is found in an organisation's files, each made wrong in one way.

use std::fs;

use keydance_git::check::{Listing, Means, Report, Source, check};
use keydance_git::event::Leave;
use keydance_sops::key_service::KeyService;
use keydance_sops::random::SystemRandom;

use crate::organisation::{Organisation, git_program, identity};

const DB: &str = "secrets/db.yaml";

impl Organisation {
    /// One with a file.
    fn with_a_file() -> Self {
        let organisation = Self::new();
        organisation.encrypt(
            DB,
            "user: somebody\npassword: s3cret-value\nn_unencrypted: 1\n",
        );
        organisation.commit("a file");
        organisation
    }

    fn report(&self, source: Source, keys: Option<&dyn KeyService>) -> Report {
        let listing = Listing::of(&git_program(), self.root(), source).unwrap();
        let means = Means {
            keys,
            ssh_keygen: None,
            now: self.now(),
        };
        check(&listing, means).unwrap()
    }

    /// What is found in the working copy without keys.
    fn findings(&self) -> Vec<String> {
        told(&self.report(Source::WorkingCopy, None))
    }

    /// What is found with the keys of Alice.
    fn findings_inside(&self) -> Vec<String> {
        let own = self.keys(&[&self.alice]);
        told(&self.report(Source::WorkingCopy, Some(&own)))
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.read(path)).unwrap()
    }

    /// Writes a file as it is with a change.
    fn change(&self, path: &str, change: impl FnOnce(String) -> String) {
        let text = self.text(path);
        let changed = change(text.clone());
        assert_ne!(changed, text);
        self.write(path, &changed);
    }
}

fn told(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    findings
        .map(|it| {
            let key = it.key.as_ref().map(|key| format!("#{key}"));
            format!("{} {}{}", it.code, it.path, key.unwrap_or_default())
        })
        .collect()
}

#[test]
fn an_organisation_as_it_should_be_has_no_findings() {
    let organisation = Organisation::with_a_file();
    organisation.write("README.md", "nothing secret\n");
    let own = organisation.keys(&[&organisation.alice]);
    let report = organisation.report(Source::WorkingCopy, Some(&own));
    assert_eq!(told(&report), [""; 0]);
    assert_eq!((report.files, report.opened), (1, 1));
    let stranger = organisation.keys(&[&identity()]);
    let report = organisation.report(Source::Index(None), Some(&stranger));
    assert_eq!((report.findings.len(), report.opened), (0, 0));
}

#[test]
fn what_is_not_encrypted_is_found() {
    let organisation = Organisation::with_a_file();
    organisation.write("secrets/a.yaml", "password: hunter2\n");
    organisation.write("secrets/notes.txt", "hunter2\n");
    organisation.write("secrets/b.env", "no line of a file\n");
    let line = |line: &str| {
        line.starts_with("password: ")
            .then_some("password: hunter2")
    };
    organisation.change(DB, |text| {
        let lines = text.lines().map(|it| line(it).unwrap_or(it));
        lines.collect::<Vec<_>>().join("\n")
    });
    let expected = [
        "plaintext secrets/a.yaml",
        "plaintext secrets/b.env",
        "partly-plain secrets/db.yaml#password",
        "plaintext secrets/notes.txt",
    ];
    assert_eq!(organisation.findings(), expected);
    let report = organisation.report(Source::WorkingCopy, None);
    assert!(!format!("{report:?}").contains("hunter2"));
}

#[test]
fn a_mac_that_is_gone_or_wrong_is_found() {
    let organisation = Organisation::with_a_file();
    organisation.change(DB, |text| {
        text.replace("n_unencrypted: 1", "n_unencrypted: 2")
    });
    assert_eq!(organisation.findings(), [""; 0]);
    assert_eq!(organisation.findings_inside(), ["bad-mac secrets/db.yaml"]);
    organisation.change(DB, |text| {
        let lines = text.lines().filter(|line| !line.starts_with("    mac:"));
        lines.collect::<Vec<_>>().join("\n")
    });
    assert_eq!(organisation.findings(), ["missing-mac secrets/db.yaml"]);
}

#[test]
fn recipients_are_those_of_the_roster_or_named() {
    let mut organisation = Organisation::with_a_file();
    let bob = organisation.join("bob", &["admins"]);
    let stranger = identity();
    let before = organisation.text(DB);
    let encrypted_to = |recipients: &[&str]| {
        organisation.write("secrets/x.yaml", "a: b\n");
        let to = recipients.join(",");
        let done = organisation.sops(None, &["encrypt", "-i", "--age", &to, "secrets/x.yaml"]);
        assert!(done.status.success(), "{done:?}");
    };
    let group = organisation.roster().groups["admins"].recipient.identity();
    encrypted_to(&[&group, bob.recipient()]);
    assert_eq!(organisation.findings(), ["recipients-extra secrets/x.yaml"]);
    encrypted_to(&[stranger.recipient()]);
    let expected = [
        "recipients-missing secrets/x.yaml",
        "unknown-recipient secrets/x.yaml",
    ];
    assert_eq!(organisation.findings(), expected);
    encrypted_to(&[&group, bob.recipient()]);
    organisation.commit("x");
    organisation.tomorrow();
    let who = "bob".parse().unwrap();
    organisation.run(|scene| Leave { who }.plan(scene, &mut SystemRandom));
    assert_eq!(organisation.findings(), [""; 0]);
    organisation.git(&["checkout", "-q", "HEAD~1", "--", "secrets/x.yaml"]);
    organisation.write(DB, &before);
    let expected = [
        "recipients-missing secrets/db.yaml",
        "retired-generation secrets/db.yaml",
        "left-recipient secrets/x.yaml",
        "recipients-missing secrets/x.yaml",
        "retired-generation secrets/x.yaml",
    ];
    assert_eq!(organisation.findings(), expected);
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_line() {
    let organisation = Organisation::with_a_file();
    let text = organisation.text(DB);
    organisation.write("secrets/twice.yaml", &format!("user: a\n{text}"));
    organisation.write("secrets/broken.yaml", &format!("{text}\n\t: ]\n"));
    organisation.write("secrets/crlf.yaml", &text.replace('\n', "\r\n"));
    let conflict = format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n");
    organisation.write("secrets/git.yaml", &conflict);
    organisation.write("secrets/db.yaml.orig", &text);
    organisation.write("elsewhere.yaml", &text);
    let marker = text.replace("user: ", "user:\n    keydance_conflict:\n        ours: ");
    organisation.write("secrets/marker.yaml", &marker);
    organisation.write("secrets/DB.yaml", &text);
    std::os::unix::fs::symlink("db.yaml", organisation.root().join("secrets/link.yaml")).unwrap();
    let found = organisation.findings();
    for expected in [
        "duplicate-key secrets/twice.yaml",
        "malformed secrets/broken.yaml",
        "crlf secrets/crlf.yaml",
        "conflict-marker secrets/git.yaml",
        "merge-left-over secrets/db.yaml.orig",
        "uncovered-file elsewhere.yaml",
        "conflict-marker secrets/marker.yaml#user",
        "case-clash secrets/db.yaml",
        "symlink secrets/link.yaml",
    ] {
        assert!(
            found.iter().any(|it| it == expected),
            "{expected} in {found:#?}"
        );
    }
    let report = organisation.report(Source::WorkingCopy, None);
    let of = |path: &str| report.findings.iter().find(|it| it.path == path).unwrap();
    assert_eq!(of("secrets/twice.yaml").line, Some(2));
    assert_eq!(of("secrets/git.yaml").line, Some(1));
}

#[test]
fn what_is_generated_and_the_roster_itself_are_compared() {
    let organisation = Organisation::with_a_file();
    organisation.change(".sops.yaml", |text| format!("{text}\n"));
    fs::remove_file(organisation.root().join(".gitattributes")).unwrap();
    let expected = [
        "gitattributes-drift .gitattributes",
        "sops-yaml-drift .sops.yaml",
    ];
    assert_eq!(organisation.findings(), expected);
    organisation.write(".gitattributes", "* text=auto\n");
    assert_eq!(organisation.findings(), expected);
    let folder = organisation.root().join(".keydance/groups/admins");
    let file = fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::rename(&file, file.with_file_name("7-00000000.yaml")).unwrap();
    let found = organisation.findings();
    let mismatches = found
        .iter()
        .filter(|it| it.starts_with("group-identity-mismatch"));
    assert_eq!(mismatches.count(), 2, "{found:?}");
    organisation.change("keydance.yaml", |text| format!("{text}nonsense: true\n"));
    assert_eq!(organisation.findings(), ["malformed keydance.yaml"]);
}

#[test]
fn a_value_that_stands_twice_is_found_with_keys() {
    let organisation = Organisation::with_a_file();
    let content = "a: s3cret-value\nb: short\nc: short\nd_unencrypted: s3cret-value\n";
    organisation.encrypt("secrets/other.yaml", content);
    assert_eq!(organisation.findings(), [""; 0]);
    let expected = ["same-value secrets/other.yaml#a"];
    assert_eq!(organisation.findings_inside(), expected);
}

#[test]
fn staged_is_what_would_be_committed() {
    let organisation = Organisation::with_a_file();
    organisation.write("secrets/a.yaml", "password: hunter2\n");
    assert_eq!(
        told(&organisation.report(Source::Index(None), None)),
        [""; 0]
    );
    organisation.git(&["add", "secrets/a.yaml"]);
    fs::remove_file(organisation.root().join("secrets/a.yaml")).unwrap();
    assert_eq!(organisation.findings(), [""; 0]);
    let staged = organisation.report(Source::Index(None), None);
    assert_eq!(told(&staged), ["plaintext secrets/a.yaml"]);
    // `git commit PATH` has an index of its own, which the hook is told of.
    organisation.git(&["reset", "-q"]);
    let index = organisation.root().join(".git/index");
    let other = organisation.root().join(".git/other");
    fs::copy(index, &other).unwrap();
    let staged = organisation.report(Source::Index(Some(other)), None);
    assert_eq!(told(&staged), [""; 0]);
}

#[test]
fn git_without_a_branch_is_checked_too() {
    let organisation = Organisation::with_a_file();
    organisation.git(&["checkout", "-q", "--detach"]);
    assert_eq!(organisation.findings(), [""; 0]);
}

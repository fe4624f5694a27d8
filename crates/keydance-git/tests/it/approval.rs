//! Which roster is in force, and whose signature counts under it: real git, real ssh-keygen.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use jiff::Timestamp;
use keydance_git::roster::{ROSTER_FILE, Roster};
use keydance_git::signature::{
    Approval, ApprovalError, Digest, Facts, Flaw, Program, Signed, Statement, Trust, approve,
    approved_roster, is_rollback, judge, path_of,
};
use keydance_sops::metadata::Metadata;
use tempfile::TempDir;

/// People with keys, and a repository.
struct Bench {
    folder: TempDir,
}

fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Bench {
    fn new(people: &[&str]) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for name in people {
            let mut command = Command::new("ssh-keygen");
            command
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(bench.key(name));
            assert!(command.status().unwrap().success());
        }
        fs::create_dir(bench.repository()).unwrap();
        bench.git(&["init", "-q", "-b", "main"]);
        bench
    }

    fn key(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn public(&self, name: &str) -> String {
        let text = fs::read_to_string(self.key(name).with_extension("pub")).unwrap();
        text.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn ssh_keygen(&self) -> Program {
        Program::new(program("ssh-keygen"), self.folder.path().join("verifying"))
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(self.repository()).args(arguments);
        command.env("HOME", self.folder.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "a")
                .env(format!("GIT_{who}_EMAIL"), "a@b");
        }
        assert!(command.status().unwrap().success(), "{arguments:?}");
    }

    fn commit(&self, files: &[(&str, &[u8])]) {
        for (path, text) in files {
            let place = self.repository().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    /// Alice governs; Bob's group reads, and needs an approval.
    fn roster(&self) -> String {
        let person = |name: &str| {
            format!(
                "  {name}: {{from: 2026-01-01T00:00:00Z, devices: {{d: {{recipient: age1{name}, \
                 signing: \"{}\", from: 2026-01-01T00:00:00Z}}}}}}\n",
                self.public(name)
            )
        };
        let group = |name: &str, people: &[&str]| {
            let members = people
                .iter()
                .map(|it| format!("{it}: {{from: 2026-01-01T00:00:00Z}}"));
            let members: Vec<String> = members.collect();
            format!(
                "  {name}: {{members: {{{}}}, admins: [{}], generation: 1, recipient: age1{name}}}\n",
                members.join(", "),
                people[0]
            )
        };
        format!(
            "keydance: 1\norganisation: acme\ngovernance: top\npeople:\n{}{}{}groups:\n{}{}paths:\n  \
             - {{match: secrets/**, readers: [pay]}}\n  - {{match: two/**, readers: [pay], \
             approvals: 1}}\n",
            person("alice"),
            person("bob"),
            person("carol"),
            group("top", &["alice"]),
            group("pay", &["bob", "carol"]),
        )
    }

    /// A signature by people over a file.
    fn sign(&self, path: &str, bytes: &[u8], roster: &str, people: &[&str]) -> Signed {
        let statement = Statement {
            path: path.to_owned(),
            sha256: Digest::of(bytes),
            version: 1,
            previous: Vec::new(),
            recipients: Digest::of_recipients((path != ROSTER_FILE).then_some(&nobody())),
            roster: Digest::of(roster.as_bytes()),
            signer: format!("{}/d", people[0]).parse().unwrap(),
            signed_at: at("2026-03-01T00:00:00Z"),
        };
        let text = statement.text();
        let sign = |name: &&str| self.ssh_keygen().sign(&text, &self.key(name)).unwrap();
        let signatures = people.iter().map(sign).collect();
        Signed {
            statement,
            signatures,
        }
    }
}

/// Metadata of a file that nobody can open.
fn nobody() -> Metadata {
    Metadata::new(Vec::new(), 0, None)
}

fn judged(bench: &Bench, path: &str, bytes: &[u8], signed: &[u8]) -> Result<u64, Flaw> {
    let roster = bench.roster();
    let parsed = Roster::parse(roster.as_bytes()).unwrap();
    let rosters = HashMap::from([(Digest::of(roster.as_bytes()), parsed.clone())]);
    let facts = Facts {
        path,
        bytes,
        metadata: &nobody(),
        rosters: &rosters,
        roster: &parsed,
    };
    judge(facts, Some(signed), &bench.ssh_keygen())
}

#[test]
fn a_writers_signature_holds() {
    let bench = Bench::new(&["alice", "bob", "carol"]);
    let signed = bench.sign(
        "secrets/a.yaml",
        b"text",
        &bench.roster(),
        &["bob", "carol"],
    );
    assert_eq!(
        judged(&bench, "secrets/a.yaml", b"text", &signed.to_bytes()),
        Ok(1)
    );
}

#[test]
fn every_part_of_a_statement_is_checked() {
    let bench = Bench::new(&["alice", "bob", "carol"]);
    let roster = bench.roster();
    let (path, bytes) = ("secrets/a.yaml", b"text".as_slice());
    let judged = |signed: &Signed| judged(&bench, path, bytes, &signed.to_bytes()).unwrap_err();
    let good = bench.sign(path, bytes, &roster, &["bob"]);
    let other = bench.sign("secrets/b.yaml", bytes, &roster, &["bob"]);
    assert_eq!(judged(&other), Flaw::OtherPath("secrets/b.yaml".to_owned()));
    assert_eq!(
        judged(&bench.sign(path, b"other", &roster, &["bob"])),
        Flaw::OtherBytes
    );
    assert_eq!(
        judged(&bench.sign(path, bytes, "other", &["bob"])),
        Flaw::Roster
    );
    let flaw = judged(&bench.sign(path, bytes, &roster, &["alice"]));
    assert_eq!(flaw, Flaw::NotAWriter("alice/d".parse().unwrap()));
    let mut changed = good.clone();
    changed.statement.version = 9;
    assert!(matches!(judged(&changed), Flaw::BadSignature(_)));
    let mut changed = good.clone();
    changed.statement.recipients = Digest::of(b"");
    assert_eq!(judged(&changed), Flaw::OtherRecipients);
    let mut other = good;
    other.statement.signer = "carol/d".parse().unwrap();
    let signature = bench
        .ssh_keygen()
        .sign(&other.statement.text(), &bench.key("bob"));
    other.signatures = vec![signature.unwrap()];
    assert_eq!(
        judged(&other),
        Flaw::WrongSigner("carol/d".parse().unwrap())
    );
}

#[test]
fn a_path_that_needs_approvals_needs_other_people() {
    let bench = Bench::new(&["alice", "bob", "carol"]);
    let roster = bench.roster();
    let judged = |people: &[&str]| {
        let signed = bench.sign("two/a", b"x", &roster, people);
        judged(&bench, "two/a", b"x", &signed.to_bytes())
    };
    assert_eq!(
        judged(&["bob", "bob"]),
        Err(Flaw::Approvals { have: 0, need: 1 })
    );
    assert_eq!(judged(&["bob", "carol"]), Ok(1));
}

#[test]
fn a_key_that_was_closed_signs_nothing_more() {
    let bench = Bench::new(&["alice", "bob", "carol"]);
    let roster = bench.roster();
    let closed = "from: 2026-01-01T00:00:00Z, until: 2026-02-01T00:00:00Z}}}\n  carol";
    let now = roster.replacen("from: 2026-01-01T00:00:00Z}}}\n  carol", closed, 1);
    assert_ne!(now, roster);
    let [then, now] = [&roster, &now].map(|text| Roster::parse(text.as_bytes()).unwrap());
    let rosters = HashMap::from([(Digest::of(roster.as_bytes()), then)]);
    let signed = bench.sign("secrets/a", b"x", &roster, &["bob"]).to_bytes();
    let facts = Facts {
        path: "secrets/a",
        bytes: b"x",
        metadata: &nobody(),
        rosters: &rosters,
        roster: &now,
    };
    let flaw = judge(facts, Some(&signed), &bench.ssh_keygen()).unwrap_err();
    assert!(matches!(flaw, Flaw::BadSignature(_)), "{flaw}");
    assert_eq!(judge(facts, None, &bench.ssh_keygen()), Err(Flaw::Unsigned));
}

#[test]
fn a_roster_is_in_force_once_the_admins_it_concerns_have_signed() {
    let bench = Bench::new(&["alice", "bob", "carol"]);
    let (first, signature) = (bench.roster(), path_of(ROSTER_FILE));
    bench.commit(&[(ROSTER_FILE, first.as_bytes())]);
    let trusted = Digest::of(first.as_bytes());
    let (git, ssh_keygen) = (program("git"), bench.ssh_keygen());
    let approved = || approved_roster(&git, &bench.repository(), trusted, &ssh_keygen).unwrap();
    assert_eq!(approved().current, trusted);
    // Pay loses Carol: its own admin is Bob, whoever governs.
    let second = first.replace(", carol: {from: 2026-01-01T00:00:00Z}}", "}");
    assert_ne!(first, second);
    let text = second.as_bytes();
    bench.commit(&[(ROSTER_FILE, text)]);
    assert_eq!(approved().current, trusted);
    let by = |people: &[&str]| bench.sign(ROSTER_FILE, text, &first, people).to_bytes();
    let verdict = approve(&approved(), text, Some(&by(&["alice"])), &ssh_keygen);
    let Approval::Missing(groups) = verdict else {
        panic!("{verdict:?}")
    };
    let groups: Vec<&str> = groups.iter().map(|name| name.as_str()).collect();
    assert_eq!(groups, ["pay"]);
    bench.commit(&[(&signature, &by(&["alice"]))]);
    assert_eq!(approved().current, trusted);
    bench.commit(&[(&signature, &by(&["bob"]))]);
    assert_eq!(approved().current, Digest::of(text));
    assert_eq!(approved().rosters.len(), 2);
    // What Bob agreed to before does not bring the first one back.
    let again = bench
        .sign(ROSTER_FILE, first.as_bytes(), &first, &["bob"])
        .to_bytes();
    bench.commit(&[(ROSTER_FILE, first.as_bytes()), (&signature, &again)]);
    assert_eq!(approved().current, Digest::of(text));
    // Nobody but those of the trusted history decides what it is.
    let unknown = approved_roster(&git, &bench.repository(), Digest::of(b""), &ssh_keygen);
    assert_eq!(unknown.unwrap_err(), ApprovalError::Unknown);
}

#[test]
fn a_clone_remembers_the_highest_version_and_what_it_trusts() {
    let bench = Bench::new(&[]);
    let trust = Trust::of(&program("git"), &bench.repository()).unwrap();
    assert!(!is_rollback(&trust, "a b", 3));
    assert!(!is_rollback(&trust, "a b", 3));
    assert!(is_rollback(&trust, "a b", 2));
    assert!(!is_rollback(&trust, "new", 1));
    assert_eq!(trust.roster().unwrap(), None);
    trust.begin(Digest::of(b"roster")).unwrap();
    assert_eq!(trust.roster().unwrap(), Some(Digest::of(b"roster")));
    fs::write(trust.folder().join("trusted"), "nonsense").unwrap();
    assert!(
        trust.roster().is_err(),
        "what cannot be read is not nothing"
    );
}

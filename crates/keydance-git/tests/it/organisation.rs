//! An organisation in a repository of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::{Span, Timestamp};
use keydance_git::event::{Checkout, EventError, Init, Join, Plan, Request, Scene};
use keydance_git::journal::{Ending, Journal};
use keydance_git::roster::{Roster, parse_recipient};
use keydance_sops::age::{AgeIdentities, NativeIdentity, NativeKind};
use keydance_sops::random::SystemRandom;
use tempfile::TempDir;

/// A signing key for those whose signature nobody verifies.
pub(crate) const SIGNING: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHfFuPGXXxF0N6lZUXbqAhj";

/// A repository, and who is in it.
pub(crate) struct Organisation {
    folder: TempDir,
    pub(crate) alice: NativeIdentity,
    now: Timestamp,
}

impl Organisation {
    /// Alice's, with the group `admins` that reads `secrets/**`.
    pub(crate) fn new() -> Self {
        let organisation = Self {
            folder: tempfile::tempdir().unwrap(),
            alice: identity(),
            now: "2026-01-05T09:00:00Z".parse().unwrap(),
        };
        organisation.git(&["init", "-q", "-b", "main"]);
        organisation.git(&["config", "user.name", "Alice"]);
        organisation.git(&["config", "user.email", "alice@acme.example"]);
        let checkout = organisation.checkout();
        let init = Init {
            organisation: "acme".parse().unwrap(),
            device: "alice/laptop".parse().unwrap(),
            recipient: parse_recipient(organisation.alice.recipient()).unwrap(),
            signing: Some(SIGNING.to_owned()),
            group: "admins".parse().unwrap(),
            glob: "secrets/**".parse().unwrap(),
            kind: NativeKind::X25519,
        };
        let own = organisation.keys(&[&organisation.alice]);
        let plan = init
            .plan(&checkout, &own, organisation.now, &mut SystemRandom)
            .unwrap();
        apply(&checkout, &plan);
        organisation
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn checkout(&self) -> Checkout {
        Checkout::open(&git_program(), self.root()).unwrap()
    }

    /// A day passes.
    pub(crate) fn tomorrow(&mut self) {
        self.now = self.now.checked_add(Span::new().hours(24)).unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn keys(&self, identities: &[&NativeIdentity]) -> AgeIdentities {
        let mut keys = AgeIdentities::without_passphrases();
        for identity in identities {
            keys.add("a test", identity.expose().as_bytes()).unwrap();
        }
        keys
    }

    /// What somebody plans.
    pub(crate) fn plan_as(
        &self,
        who: &NativeIdentity,
        plan: impl FnOnce(&Scene<'_>) -> Result<Plan, EventError>,
    ) -> Result<Plan, EventError> {
        let (checkout, own) = (self.checkout(), self.keys(&[who]));
        plan(&Scene::read(&checkout, &own, self.now)?)
    }

    /// What Alice plans and does.
    pub(crate) fn run(&self, plan: impl FnOnce(&Scene<'_>) -> Result<Plan, EventError>) -> Plan {
        let plan = self.plan_as(&self.alice, plan).unwrap();
        if !plan.is_empty() {
            apply(&self.checkout(), &plan);
        }
        plan
    }

    /// Somebody joins groups with a device of theirs, or a machine.
    pub(crate) fn join(&self, who: &str, groups: &[&str]) -> NativeIdentity {
        let newcomer = identity();
        let join = joining(who, groups, &newcomer, self.now);
        self.run(|scene| join.plan(scene, &mut SystemRandom));
        newcomer
    }

    pub(crate) fn roster(&self) -> Roster {
        Roster::parse(&self.read("keydance.yaml")).unwrap()
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root().join(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let place = self.root().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, content).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// What git prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.root())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The paths that the last commit changed, and how: `M secrets/a.yaml`.
    pub(crate) fn changed(&self) -> Vec<String> {
        let printed = self.git(&["show", "--format=", "--name-status", "--no-renames", "HEAD"]);
        printed
            .lines()
            .map(|line| line.replace('\t', " "))
            .collect()
    }

    /// Encrypts a file with the real sops, by what `.sops.yaml` says.
    pub(crate) fn encrypt(&self, path: &str, content: &str) {
        self.write(path, content);
        let output = self.sops(None, &["encrypt", "-i", path]);
        assert!(output.status.success(), "{output:?}");
    }

    /// Runs the real sops with an identity.
    pub(crate) fn sops(&self, who: Option<&str>, arguments: &[&str]) -> Output {
        let mut command = Command::new("sops");
        command.current_dir(self.root()).args(arguments);
        command
            .env("HOME", "/nonexistent")
            .env_remove("XDG_CONFIG_HOME");
        command.env("SOPS_DISABLE_VERSION_CHECK", "1");
        command
            .env_remove("SOPS_AGE_KEY_FILE")
            .env_remove("SOPS_AGE_KEY");
        if let Some(identity) = who {
            command.env("SOPS_AGE_KEY", identity);
        }
        command.output().unwrap()
    }

    /// What stock decrypts with the identities of groups that somebody can open.
    pub(crate) fn opens(&self, who: &NativeIdentity, path: &str) -> Option<String> {
        let (checkout, own) = (self.checkout(), self.keys(&[who]));
        let scene = Scene::read(&checkout, &own, self.now).unwrap();
        let files = scene.identities.values().cloned();
        let keyring = keydance_git::group_identity::Keyring::new(&own, files);
        let recipients = keyring.generations().map(|it| it.recipient.identity());
        let recipients: Vec<String> = recipients.collect();
        let identities = recipients
            .iter()
            .filter_map(|recipient| keyring.expose(recipient, |it| it.expose().to_owned()));
        let identities: Vec<String> = identities.collect();
        let output = self.sops(Some(&identities.join("\n")), &["decrypt", path]);
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(text)
    }
}

/// Carries a plan out.
pub(crate) fn apply(checkout: &Checkout, plan: &Plan) {
    let journal = Journal::begin(checkout, plan, Ending::Commit).unwrap();
    journal.resume(&mut |_| Ok(())).unwrap();
}

/// Somebody who joins groups with a device called `laptop`, or a machine.
pub(crate) fn joining(who: &str, groups: &[&str], with: &NativeIdentity, now: Timestamp) -> Join {
    let who: keydance_git::roster::Principal = who.parse().unwrap();
    Join {
        who: who.clone(),
        groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        until: None,
        request: Some(Request {
            who,
            device: "laptop".parse().unwrap(),
            recipient: parse_recipient(with.recipient()).unwrap(),
            signing: SIGNING.to_owned(),
            at: now,
        }),
        new_generation: false,
    }
}

pub(crate) fn identity() -> NativeIdentity {
    NativeIdentity::new(NativeKind::X25519, &mut SystemRandom).unwrap()
}

pub(crate) fn git_program() -> PathBuf {
    program("git")
}

/// Where a program is.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places
        .find(|place| place.is_file())
        .unwrap_or_else(|| panic!("there is no {name}"))
}

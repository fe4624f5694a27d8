//! People at their machines, and the repository they share.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{KEYDANCE, Told, tell};

/// A repository and the homes of whoever works in it.
pub(super) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// Alice's organisation, which reads `secrets/**`.
    pub(super) fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(desk.repository()).unwrap();
        desk.git(&["init", "-q", "-b", "main"]);
        desk.git(&["config", "user.name", "Alice"]);
        desk.git(&["config", "user.email", "alice@acme.example"]);
        desk.move_in("alice");
        desk.done(
            "alice",
            &["init", "acme", "--device", "alice/laptop", "--apply"],
        );
        desk
    }

    /// Gives somebody a home with a signing key.
    pub(super) fn move_in(&self, who: &str) {
        let ssh = self.home(who).join(".ssh");
        std::fs::create_dir_all(&ssh).unwrap();
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-f"]);
        assert!(
            command
                .arg(ssh.join("id_ed25519"))
                .status()
                .unwrap()
                .success()
        );
        // The key for signing is none to open files with here.
        std::fs::rename(ssh.join("id_ed25519"), self.home(who).join("signing")).unwrap();
        std::fs::rename(
            ssh.join("id_ed25519.pub"),
            self.home(who).join("signing.pub"),
        )
        .unwrap();
    }

    pub(super) fn home(&self, who: &str) -> PathBuf {
        self.folder.path().join(who)
    }

    pub(super) fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// A command of somebody's.
    pub(super) fn command(&self, who: &str, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.repository())
            .env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command
            .env("HOME", self.home(who))
            .env("TMPDIR", self.folder.path());
        command.env("SOPS_DISABLE_VERSION_CHECK", "1");
        command
    }

    /// What `keydance` says to somebody.
    pub(super) fn keydance(&self, who: &str, arguments: &[&str]) -> Told {
        tell(&mut self.command(who, KEYDANCE, arguments))
    }

    /// `keydance` does something for somebody.
    #[track_caller]
    pub(super) fn done(&self, who: &str, arguments: &[&str]) -> Told {
        self.keydance(who, arguments).code(0)
    }

    /// Somebody moves in and asks to be let in. Gives the path of the request, and its fingerprint.
    pub(super) fn request(&self, who: &str, device: &str) -> (String, String) {
        let home = who.replace(':', "-");
        if !self.home(&home).exists() {
            self.move_in(&home);
        }
        let out = self.home(&home).join(format!("{device}.request"));
        let signing = self.home(&home).join("signing");
        let arguments = [
            "device",
            "enrol",
            who,
            "--offline",
            "--json",
            "--device",
            device,
        ];
        let mut command = self.command(&home, KEYDANCE, &arguments);
        command
            .arg("--out")
            .arg(&out)
            .arg("--signing-key")
            .arg(signing);
        let told = tell(&mut command).code(0).json();
        let fingerprint = told["data"]["fingerprint"].as_str().unwrap().to_owned();
        (out.to_str().unwrap().to_owned(), fingerprint)
    }

    /// Alice lets somebody into groups.
    #[track_caller]
    pub(super) fn join(&self, who: &str, groups: &str) {
        let (request, fingerprint) = self.request(who, "laptop");
        let arguments = [
            "join",
            who,
            "--groups",
            groups,
            "--apply",
            "--request",
            &request,
        ];
        let told = ["--fingerprint", &fingerprint];
        self.done("alice", &[&arguments[..], &told[..]].concat());
    }

    /// Encrypts a file with the real sops.
    pub(super) fn encrypt(&self, path: &str, content: &str) {
        let place = self.repository().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, content).unwrap();
        tell(&mut self.command("alice", "sops", &["encrypt", "-i", path])).code(0);
    }

    /// What the real sops decrypts for somebody with the hook.
    pub(super) fn opens(&self, who: &str, path: &str) -> Option<String> {
        let mut command = self.command(who, "sops", &["decrypt", path]);
        command.env("SOPS_AGE_KEY_CMD", format!("{KEYDANCE} identity"));
        let told = tell(&mut command);
        (told.code == 0).then_some(told.stdout)
    }

    /// What git prints.
    #[track_caller]
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        tell(&mut self.command("alice", "git", arguments))
            .code(0)
            .stdout
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub(super) fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        std::fs::read(self.repository().join(path)).unwrap()
    }
}

//! The real sops.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keydance_sops::format::Format;
use tempfile::TempDir;

use crate::identities::{key_file, recipient_text};

/// The real sops with a configuration, in a folder of its own.
pub(crate) struct Stock {
    folder: TempDir,
    identities: Vec<&'static str>,
}

/// What a new file gets: key groups by the names of key files, and the lines of a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Creation {
    pub(crate) groups: &'static [&'static [&'static str]],
    pub(crate) threshold: usize,
    pub(crate) rule: Option<(&'static str, &'static str)>,
    pub(crate) mac_only_encrypted: bool,
}

impl Stock {
    /// With these identities to decrypt with.
    pub(crate) fn new(creation: &Creation, identities: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".sops.yaml"), creation.config()).unwrap();
        Self {
            folder,
            identities: identities.to_vec(),
        }
    }

    pub(crate) fn encrypt(&self, format: Format, plain: &[u8]) -> Result<Vec<u8>, String> {
        self.run(&["encrypt"], format, plain)
    }

    pub(crate) fn decrypt(&self, format: Format, encrypted: &[u8]) -> Result<Vec<u8>, String> {
        self.run(&["decrypt"], format, encrypted)
    }

    /// What a command says to a file of this content, or its complaint.
    pub(crate) fn run(
        &self,
        arguments: &[&str],
        format: Format,
        content: &[u8],
    ) -> Result<Vec<u8>, String> {
        let name = format!("file{}", suffix(format));
        std::fs::write(self.path(&name), content).unwrap();
        let output = self.command().args(arguments).arg(&name).output().unwrap();
        told(output)
    }

    /// The file after `set` with a path and a value.
    pub(crate) fn set(&self, format: Format, content: &[u8], change: &str) -> Vec<u8> {
        let name = format!("file{}", suffix(format));
        std::fs::write(self.path(&name), content).unwrap();
        let (path, value) = change.split_once(' ').unwrap();
        told(
            self.command()
                .args(["set", &name, path, value])
                .output()
                .unwrap(),
        )
        .unwrap();
        std::fs::read(self.path(&name)).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program());
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("SOPS_DISABLE_VERSION_CHECK", "1")
            .env("SOPS_AGE_KEY", self.keys())
            .current_dir(self.folder.path());
        command
    }

    fn keys(&self) -> String {
        let keys = self.identities.iter().map(|name| {
            let text = std::fs::read_to_string(key_file(name)).unwrap();
            text.lines().filter(|line| !line.starts_with('#')).collect()
        });
        keys.collect::<Vec<String>>().join("\n")
    }
}

impl Creation {
    /// One recipient, the default rule.
    pub(crate) const PLAIN: Self = Self {
        groups: &[&["alice"]],
        threshold: 0,
        rule: None,
        mac_only_encrypted: false,
    };

    fn config(&self) -> String {
        let mut lines = vec!["creation_rules:".to_owned(), "  - key_groups:".to_owned()];
        for group in self.groups {
            lines.push("    - age:".to_owned());
            let recipients = group.iter().map(|name| recipient_text(name));
            lines.extend(recipients.map(|recipient| format!("      - {recipient}")));
        }
        if self.threshold > 0 {
            lines.push(format!("    shamir_threshold: {}", self.threshold));
        }
        if let Some((field, text)) = self.rule {
            lines.push(format!("    {field}: '{text}'"));
        }
        if self.mac_only_encrypted {
            lines.push("    mac_only_encrypted: true".to_owned());
        }
        lines.join("\n") + "\n"
    }
}

/// What `./test` installed, or else what is on `PATH`.
fn program() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.peers/go/bin/sops");
    if installed.exists() {
        return installed;
    }
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join("sops"))
        .find(|program| program.exists())
        .unwrap_or_else(|| panic!("these tests need sops 3.13.3, which ./test installs"))
}

fn told(output: Output) -> Result<Vec<u8>, String> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let code = output.status.code();
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("exit {code:?}: {complaint}"))
}

pub(crate) fn suffix(format: Format) -> &'static str {
    match format {
        Format::Binary => ".bin",
        Format::Dotenv => ".env",
        Format::Ini => ".ini",
        Format::Json => ".json",
        Format::Yaml => ".yaml",
    }
}

#[test]
fn the_peer_is_the_version_that_is_promised() {
    let stock = Stock::new(&Creation::PLAIN, &[]);
    let said = told(stock.command().arg("--version").output().unwrap()).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("sops 3.13.3"), "{said}");
}

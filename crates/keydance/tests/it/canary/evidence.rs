//! What is searched: things kept as files, and files that are there anyway.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use keydance_testkit::Answer;
use tempfile::{NamedTempFile, TempDir};

use super::spelling::Needles;

/// A folder of things to be searched.
#[derive(Debug)]
pub(super) struct Evidence {
    folder: TempDir,
    kept: u32,
}

impl Default for Evidence {
    fn default() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self { folder, kept: 0 }
    }
}

impl Evidence {
    pub(super) fn keep(&mut self, name: &str, bytes: Vec<u8>) {
        self.kept += 1;
        let path = self.folder.path().join(format!("{} {name}", self.kept));
        std::fs::write(path, bytes).expect("there is space left");
    }

    /// Keeps an answer that should not hold a secret, with its headers.
    pub(super) fn keep_answer(&mut self, name: &str, answer: &Answer) {
        let head = format!("{} {:?}\n", answer.status, answer.headers);
        self.keep(name, [head.as_bytes(), &answer.body].concat());
    }

    /// Keeps arguments and environment of a process, once it has begun. An environment that is not
    /// ours to read is nobody else's either.
    pub(super) fn keep_process(&mut self, name: &str, id: u32) {
        let arguments = arguments(id, "keydance");
        self.keep(&format!("arguments of {name}"), arguments);
        if let Ok(environment) = std::fs::read(format!("/proc/{id}/environ")) {
            self.keep(&format!("environment of {name}"), environment);
        }
    }

    /// The names of what holds any of the needles.
    pub(super) fn search(&self, needles: &Needles, places: &[PathBuf]) -> Vec<String> {
        let mut patterns = NamedTempFile::new().expect("a temporary file");
        for (_, bytes) in needles.every() {
            patterns
                .write_all(&[bytes.as_slice(), b"\n"].concat())
                .expect("there is space left");
        }
        let mut grep = Command::new("grep");
        grep.env("LC_ALL", "C")
            .args(["-r", "-a", "-s", "-l", "-F", "-f"])
            .arg(patterns.path());
        let output = grep
            .arg(self.folder.path())
            .args(places)
            .output()
            .expect("grep starts");
        // 1: nothing found. 2: something could not be read; PostgreSQL removes files meanwhile.
        let found = String::from_utf8_lossy(&output.stdout);
        found
            .lines()
            .map(|path| self.shown(Path::new(path)))
            .collect()
    }

    fn shown(&self, path: &Path) -> String {
        let kept = path
            .strip_prefix(self.folder.path())
            .ok()
            .and_then(Path::to_str);
        let name = kept
            .and_then(|name| name.split_once(' '))
            .map(|(_, name)| name);
        name.map_or_else(|| path.display().to_string(), str::to_owned)
    }
}

/// The arguments of a process, once it runs the program: right after the fork it is still somebody
/// else.
pub(super) fn arguments(id: u32, program: &str) -> Vec<u8> {
    let begun = |arguments: &Vec<u8>| {
        let first = arguments
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        first.ends_with(program.as_bytes())
    };
    let limit = Instant::now() + PATIENCE;
    let mut asked = std::iter::from_fn(|| std::fs::read(format!("/proc/{id}/cmdline")).ok());
    asked
        .by_ref()
        .take_while(|_| Instant::now() < limit)
        .find(begun)
        .unwrap_or_else(|| panic!("{program} has ended, or never began"))
}

const PATIENCE: Duration = Duration::from_secs(30);

//! The highest version of each file that this clone has seen: a lower one is an old file come back.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Code, Finding};

/// The versions, and where they are kept.
pub(crate) struct Seen {
    place: PathBuf,
    versions: BTreeMap<String, u64>,
    is_changed: bool,
}

impl Seen {
    /// Those of a clone, kept in this folder: a version, a blank and a path on each line.
    pub(crate) fn load(folder: &Path) -> Self {
        let place = folder.join("versions");
        let text = fs::read_to_string(&place).unwrap_or_default();
        let read = |line: &str| {
            let (version, path) = line.split_once(' ')?;
            Some((path.to_owned(), version.parse().ok()?))
        };
        Self {
            place,
            versions: text.lines().filter_map(read).collect(),
            is_changed: false,
        }
    }

    /// Notes a version whose signature is valid.
    pub(crate) fn note(&mut self, path: &str, version: u64) -> Option<Finding> {
        let seen = self.versions.get(path).copied().unwrap_or(0);
        if version < seen {
            let message = format!("it is version {version}, and version {seen} was here before");
            return Some(Code::Rollback.at(path, message));
        }
        if version > seen {
            self.versions.insert(path.to_owned(), version);
            self.is_changed = true;
        }
        None
    }

    /// Keeps them.
    pub(crate) fn save(&self) -> io::Result<()> {
        if !self.is_changed {
            return Ok(());
        }
        if let Some(folder) = self.place.parent() {
            fs::create_dir_all(folder)?;
        }
        let lines = self.versions.iter();
        let lines: String = lines
            .map(|(path, version)| format!("{version} {path}\n"))
            .collect();
        let new = self
            .place
            .with_extension(format!("{}.new", std::process::id()));
        fs::write(&new, lines)?;
        fs::rename(new, &self.place)
    }
}

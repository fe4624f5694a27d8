//! Where `.sops.yaml` is, and what it says about a file.

use std::path::{Path, PathBuf};

use keydance_sops::config::{Config, ConfigError, CreationRule, rule_path};

use super::failure::{Failure, warn};

/// A configuration and where it was found.
pub(crate) struct Configuration {
    pub(crate) config: Config,
    /// Absolute and clean.
    folder: PathBuf,
}

impl Configuration {
    /// The one that was named, or the next one above the current folder.
    ///
    /// # Errors
    /// It cannot be read or makes no sense.
    pub(crate) fn find(named: Option<&Path>) -> Result<Option<Self>, Failure> {
        let path = match named {
            Some(path) => Some(path.to_owned()),
            None => next_above()?,
        };
        path.map(|path| Self::read(&path)).transpose()
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let about = |error: &dyn std::fmt::Display| {
            Failure::other(format!("the configuration {}: {error}", path.display()))
        };
        let bytes = std::fs::read(path).map_err(|error| about(&error))?;
        let (config, warnings) = Config::parse(&bytes).map_err(|error| about(&error))?;
        for warning in warnings {
            warn(&format!("{}: {warning}", path.display()));
        }
        let path = std::path::absolute(path).map_err(|error| about(&error))?;
        let folder = path.parent().unwrap_or(&path).to_owned();
        Ok(Self { config, folder })
    }

    /// The rule for a file, if there are rules.
    ///
    /// # Errors
    /// There are, and none is for this file; or the one that is makes no sense.
    pub(crate) fn creation_rule(&self, file: &Path) -> Result<Option<CreationRule>, Failure> {
        let absolute = clean(file)?;
        let (folder, absolute) = (self.folder.to_string_lossy(), absolute.to_string_lossy());
        let rule = self.config.creation_rule(rule_path(&folder, &absolute));
        rule.map_err(|error| {
            let failure = Failure::other(format!("{}: {error}", file.display()));
            match error {
                ConfigError::NoCreationRule => failure.hint(
                    "add a creation rule whose path_regex matches, or name recipients by flags",
                ),
                _ => failure,
            }
        })
    }
}

/// How far up it is looked for.
const LEVELS: usize = 100;

fn next_above() -> Result<Option<PathBuf>, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::other(format!("there is no current folder: {error}")))?;
    for folder in here.ancestors().take(LEVELS) {
        let path = folder.join(".sops.yaml");
        if path.is_file() {
            return Ok(Some(path));
        }
        if folder.join(".sops.yml").is_file() {
            warn(".sops.yml is not looked at; the configuration is called .sops.yaml");
        }
    }
    Ok(None)
}

/// The absolute path without `.` and `..`, whether or not the file is there.
pub(super) fn clean(path: &Path) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(path)
        .map_err(|error| Failure::other(format!("{}: {error}", path.display())))?;
    let mut clean = PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    Ok(clean)
}

//! The layer that is a TOML file.

use std::io;
use std::path::Path;

use toml::Table;
use toml::de::DeTable;

use super::error::ConfigError;
use super::key::nearest;
use super::{Config, database, keys};

/// The file that is read if none is named.
pub(crate) const DEFAULT: &str = "./keydance.toml";

/// Reads and checks the file. Without a name it is the default file, which need not be there.
///
/// # Errors
/// It cannot be read, is not TOML, has a key that does not exist, or a value that does not fit.
pub(crate) fn read(named: Option<&Path>) -> Result<Table, ConfigError> {
    let path = named.unwrap_or(Path::new(DEFAULT));
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && named.is_none() => {
            Ok(Table::new())
        }
        Err(cause) => Err(ConfigError::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Table, ConfigError> {
    let syntax = |error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    };
    let document = DeTable::parse(text).map_err(syntax)?;
    check(path, text, "", document.get_ref())?;
    let config: Config = toml::from_str(text).map_err(syntax)?;
    if config
        .database
        .url
        .as_deref()
        .and_then(database::password)
        .is_some()
    {
        let place = path.display().to_string();
        return Err(ConfigError::PasswordInUrl { place });
    }
    text.parse().map_err(syntax)
}

/// Refuses the first key that does not exist, with its line.
fn check(path: &Path, text: &str, above: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
    for (key, value) in table {
        let full = format!("{above}{}", key.get_ref());
        let section = format!("{full}.");
        if keys().any(|known| known.path == full) {
            continue;
        }
        if let (true, Some(inner)) = (
            keys().any(|known| known.path.starts_with(&section)),
            value.get_ref().as_table(),
        ) {
            check(path, text, &section, inner)?;
            continue;
        }
        let before = text.get(..key.span().start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        return Err(ConfigError::UnknownKey {
            place: format!("{}, line {line}", path.display()),
            nearest: closest(&full),
            key: full,
        });
    }
    Ok(())
}

/// The key or the section that somebody most likely meant.
pub(crate) fn closest(key: &str) -> Option<String> {
    let paths: Vec<_> = keys().map(|known| known.path).collect();
    let sections = paths.iter().filter_map(|path| path.split_once('.'));
    let sections = sections.map(|(section, _)| section);
    // A right last word in the wrong section is a slip too.
    let elsewhere = || {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let mut same = paths.iter().filter(|path| last(path) == last(key));
        same.next().copied()
    };
    nearest(key, paths.iter().copied().chain(sections))
        .or_else(elsewhere)
        .map(str::to_owned)
}

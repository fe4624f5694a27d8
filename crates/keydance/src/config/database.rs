//! `[database]`: where rows are kept.

use std::path::{Path, PathBuf};

use keydance_store::Location;
use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::key::Key;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "database.url",
        "postgres://… or sqlite:FILE; keydance.db in the data folder unless set",
    ),
    Key::new("database.url_file", "a file that holds the URL"),
    Key::new("database.readers", "connections that only read"),
];

/// Where rows are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// `postgres://…` or `sqlite:FILE`; a file in the data folder unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// A file that holds the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url_file: Option<PathBuf>,
    /// Connections that only read.
    pub(crate) readers: u8,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            readers: 4,
        }
    }
}

impl Database {
    /// Where the rows are, given the data folder.
    ///
    /// # Errors
    /// The file with the URL cannot be read, or the URL is of no database we know.
    pub(crate) fn location(&self, data_dir: &Path) -> Result<Location, ConfigError> {
        let url = match (&self.url, &self.url_file) {
            (Some(url), _) => url.clone(),
            (None, Some(path)) => read(path)?,
            (None, None) => return Ok(Location::Sqlite(data_dir.join("keydance.db"))),
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Location::Sqlite(path.trim_start_matches("//").into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Location::Postgres(url));
        }
        Err(ConfigError::Value {
            place: "database.url".to_owned(),
            message: "a database is postgres://… or sqlite:FILE".to_owned(),
        })
    }

    /// The same without a password, to be shown.
    pub(crate) fn redacted(&self) -> Self {
        Self {
            url: self.url.as_deref().map(|url| match password(url) {
                Some(password) => url.replace(password, "***"),
                None => url.to_owned(),
            }),
            ..self.clone()
        }
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(cause) => Err(ConfigError::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// The password in a database URL.
pub(crate) fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = address.split('/').next().unwrap_or_default();
    let in_authority = authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .map(|(_, password)| password);
    let in_query = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("password="));
    in_authority
        .or(in_query)
        .filter(|password| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(url: &str) -> Database {
        Database {
            url: Some(url.to_owned()),
            ..Database::default()
        }
    }

    #[test]
    fn a_password_is_found_wherever_a_url_may_hold_it() {
        let found = [
            "postgres://ana:sesame@db/keydance",
            "postgres://ana@db/keydance?sslmode=require&password=sesame",
        ];
        for url in found {
            assert_eq!(password(url), Some("sesame"), "{url}");
        }
        for url in [
            "postgres://ana@db/keydance",
            "postgres:///k?host=/run",
            "sqlite:k.db",
        ] {
            assert_eq!(password(url), None, "{url}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = database("postgres://ana:sesame@db/keydance").redacted();
        assert_eq!(shown.url.unwrap(), "postgres://ana:***@db/keydance");
    }

    #[test]
    fn rows_are_in_the_data_folder_unless_said_otherwise() {
        let location = |database: Database| database.location(Path::new("data")).unwrap();
        assert!(matches!(
            location(Database::default()),
            Location::Sqlite(path) if path == Path::new("data/keydance.db")
        ));
        assert!(matches!(
            location(database("sqlite:other.db")),
            Location::Sqlite(path) if path == Path::new("other.db")
        ));
        assert!(matches!(
            location(database("postgres://db/keydance")),
            Location::Postgres(_)
        ));
        assert!(database("mysql://db").location(Path::new("data")).is_err());
    }
}

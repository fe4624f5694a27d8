//! The configuration of the server: flags, then the environment, then a TOML file, then defaults.

pub(crate) mod environment;
pub(crate) mod error;
pub(crate) mod key;
pub(crate) mod quantity;

// Where settings come from.
mod file;
mod layers;

// One file per section.
mod database;
mod guard;
mod http;
mod limits;
mod log;
mod organisation;
mod retention;
mod seal;

pub(crate) use environment::Environment;
pub(crate) use error::ConfigError;
pub(crate) use layers::{ConfigArgs, misspelt};
pub(crate) use log::{Log, LogFormat, LogLevel};

use std::path::PathBuf;

use keydance_server::Settings;
use keydance_store::Location;
use serde::{Deserialize, Serialize};

use key::Key;

/// Everything the operator decides.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The folder of the database, the key and the first token, unless these are elsewhere.
    pub(crate) data_dir: PathBuf,
    /// Where the service listens, and the size of requests and answers.
    pub(crate) http: http::Http,
    /// Where rows are kept.
    pub(crate) database: database::Database,
    /// What unseals the root key.
    pub(crate) seal: seal::Seal,
    /// How often somebody may call.
    pub(crate) limits: limits::Limits,
    /// What the flow guard allows.
    pub(crate) guard: guard::Guard,
    /// How long things stay that nobody reaches any more.
    pub(crate) retention: retention::Retention,
    /// What the first start makes.
    pub(crate) organisation: organisation::Organisation,
    /// What the server says while it runs.
    pub(crate) log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./keydance-data"),
            http: http::Http::default(),
            database: database::Database::default(),
            seal: seal::Seal::default(),
            limits: limits::Limits::default(),
            guard: guard::Guard::default(),
            retention: retention::Retention::default(),
            organisation: organisation::Organisation::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// Where the rows are.
    ///
    /// # Errors
    /// The database is none we know.
    pub(crate) fn location(&self) -> Result<Location, ConfigError> {
        self.database.location(&self.data_dir)
    }

    /// The file that unseals the root key.
    pub(crate) fn key_file(&self) -> PathBuf {
        let own = || self.data_dir.join("root.key");
        self.seal.key_file.clone().unwrap_or_else(own)
    }

    /// As far as the engine and the HTTP face care.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            api_base: self.http.api_base.trim_end_matches('/').to_owned(),
            default_page_size: self.http.default_page_size.into(),
            max_page_size: self.http.max_page_size.into(),
            body_limit: self.http.body_limit.count(),
            execution_max_lifetime: self.guard.execution_max_lifetime.count(),
            retention_deleted: self.retention.deleted.count(),
            limit_account_token: self.limits.account_token,
            limit_execution_token: self.limits.execution_token,
            limit_failed_authentication: self.limits.failed_authentication,
        }
    }

    /// The same without secrets, to be shown.
    pub(crate) fn redacted(&self) -> Self {
        Self {
            database: self.database.redacted(),
            ..self.clone()
        }
    }
}

/// Every setting there is.
pub(crate) fn keys() -> impl Iterator<Item = Key> {
    let own = [Key::new(
        "data_dir",
        "the folder of the database, the key and the first token",
    )];
    let sections = [
        http::KEYS,
        database::KEYS,
        seal::KEYS,
        limits::KEYS,
        guard::KEYS,
        retention::KEYS,
        organisation::KEYS,
        log::KEYS,
    ];
    own.into_iter()
        .chain(sections.into_iter().flatten().copied())
}

#[cfg(test)]
mod tests;

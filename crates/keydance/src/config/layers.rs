//! Laying flags over the environment over the file.

use std::path::PathBuf;

use serde::Deserialize as _;
use toml::{Table, Value};

use super::error::ConfigError;
use super::key::{Key, nearest};
use super::{Config, Environment, database, file, keys};

/// Flags of every command that works on a deployment itself.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigArgs {
    /// The configuration file [default: ./keydance.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the database, the key and the first token
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The database, `postgres://…` without a password, or `sqlite:FILE`
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Any setting by its key in the file; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl ConfigArgs {
    /// Whether a deployment was named on the command line.
    pub(crate) fn names_a_deployment(&self) -> bool {
        self.config.is_some() || self.data_dir.is_some() || self.database_url.is_some()
    }

    /// Puts the configuration together; `more` are settings that other flags gave.
    ///
    /// # Errors
    /// A layer has an unknown key, a value that does not fit, or a switch that turns protection off.
    pub(crate) fn load(
        &self,
        environment: &Environment,
        more: &[(&str, Option<String>)],
    ) -> Result<Config, ConfigError> {
        refuse_switches(environment)?;
        let mut table = file::read(self.config.as_deref())?;
        for key in keys() {
            if let Some((place, text)) = from_environment(key, environment) {
                lay(&mut table, key.path, &place, text)?;
            }
        }
        for (path, text) in self.flags(more)? {
            let place = format!("--set {path}");
            if path == "database.url" && database::password(&text).is_some() {
                return Err(ConfigError::PasswordInUrl { place });
            }
            lay(&mut table, &path, &place, &text)?;
        }
        Config::deserialize(table).map_err(|error| ConfigError::Value {
            place: "the configuration".to_owned(),
            message: error.message().to_owned(),
        })
    }

    /// What the flags say, as settings.
    fn flags(&self, more: &[(&str, Option<String>)]) -> Result<Vec<(String, String)>, ConfigError> {
        let mut flags = Vec::new();
        for assignment in &self.set {
            let Some((key, value)) = assignment.split_once('=') else {
                return Err(ConfigError::NotAssigned(assignment.clone()));
            };
            if !keys().any(|known| known.path == key) {
                return Err(ConfigError::UnknownKey {
                    place: "--set".to_owned(),
                    key: key.to_owned(),
                    nearest: file::closest(key),
                });
            }
            flags.push((key.to_owned(), value.to_owned()));
        }
        let named = [
            ("data_dir", self.data_dir.clone()),
            ("database.url", self.database_url.clone()),
        ];
        for (key, value) in named.iter().chain(more) {
            flags.extend(value.clone().map(|value| ((*key).to_owned(), value)));
        }
        Ok(flags)
    }
}

/// Variables that look like settings but are none, with what was probably meant.
pub(crate) fn misspelt(environment: &Environment) -> Vec<(String, String)> {
    let known: Vec<_> = keys().map(Key::variable).collect();
    let ours = environment
        .names()
        .filter(|name| name.starts_with("KEYDANCE_") && !known.iter().any(|known| known == name));
    ours.filter(|name| !CLIENT_VARIABLES.contains(name))
        .filter_map(|name| {
            let meant = nearest(name, known.iter().map(String::as_str))?;
            Some((name.to_owned(), meant.to_owned()))
        })
        .collect()
}

/// Variables of the commands that call a server.
const CLIENT_VARIABLES: [&str; 5] = [
    "KEYDANCE_ALLOW_HTTP",
    "KEYDANCE_EXECUTION_TOKEN",
    "KEYDANCE_TOKEN",
    "KEYDANCE_TOKEN_FILE",
    "KEYDANCE_URL",
];

fn refuse_switches(environment: &Environment) -> Result<(), ConfigError> {
    for switch in ["CRYPTO_DISABLED", "DEBUG_MODE"] {
        let value = environment.get(switch).unwrap_or_default().trim();
        if value.eq_ignore_ascii_case("true") || value == "1" {
            return Err(ConfigError::Forbidden(switch));
        }
    }
    Ok(())
}

fn from_environment(key: Key, environment: &Environment) -> Option<(String, &str)> {
    let named = |name: String| {
        let text = environment.get(&name)?;
        Some((name, text))
    };
    named(key.variable()).or_else(|| named(key.fallback?.to_owned()))
}

/// Puts a text into the table, as whatever its key takes.
fn lay(table: &mut Table, path: &str, place: &str, text: &str) -> Result<(), ConfigError> {
    let number = text.trim().parse().ok().map(Value::Integer);
    let switch = text.trim().parse().ok().map(Value::Boolean);
    let readings = [Some(Value::String(text.to_owned())), number, switch];
    let mut refusal = String::new();
    for value in readings.into_iter().flatten() {
        match Config::deserialize(nested(path, value.clone())) {
            Ok(_) => {
                insert(table, path, value);
                return Ok(());
            }
            Err(error) => refusal = error.message().to_owned(),
        }
    }
    Err(ConfigError::Value {
        place: place.to_owned(),
        message: refusal,
    })
}

fn nested(path: &str, value: Value) -> Table {
    let mut table = Table::new();
    insert(&mut table, path, value);
    table
}

fn insert(table: &mut Table, path: &str, value: Value) {
    let Some((section, key)) = path.split_once('.') else {
        table.insert(path.to_owned(), value);
        return;
    };
    let section = table.entry(section).or_insert_with(|| Table::new().into());
    if let Some(section) = section.as_table_mut() {
        section.insert(key.to_owned(), value);
    }
}

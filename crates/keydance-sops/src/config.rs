//! `.sops.yaml`: who can open new files, what is encrypted in them, and how they are laid out.

use crate::format::{ReadError, yaml};
use crate::tree::{Map, Tree};

pub use creation_rule::CreationRule;
pub use destination_rule::{Destination, DestinationRule};
pub use error::{ConfigError, Warning};
pub use key_flags::{ContextError, KeyFlags, parse_context};
pub use stores::{IndentError, Stores};

use candidate::Candidate;
use fields::Fields;

mod candidate;
mod creation_rule;
mod destination_rule;
mod error;
mod fields;
mod key_flags;
mod key_group;
mod policy;
mod stores;

/// A configuration.
///
/// ```
/// use keydance_sops::config::{Config, rule_path};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = b"creation_rules:
///   - path_regex: ^prod/
///     encrypted_regex: ^(password|token)$
///     age: age1c7yjm3gp26pwly62xjj4j7n0uh6ug033pmypr3zmun5zpzw8832sa2d7s8
/// ";
/// let (config, warnings) = Config::parse(text)?;
/// assert!(warnings.is_empty());
/// let rule = config.creation_rule(rule_path("/repository", "/repository/prod/db.yaml"))?;
/// let rule = rule.ok_or("no rules at all")?;
/// assert_eq!(rule.groups[0].len(), 1);
/// assert!(config.creation_rule("test/db.yaml").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Config {
    /// How files are laid out.
    pub stores: Stores,
    creation_rules: Option<Vec<Candidate<CreationRule>>>,
    destination_rules: Vec<Candidate<DestinationRule>>,
}

impl Config {
    /// Reads a configuration. A rule whose recipients or fields are wrong fails when it is chosen.
    ///
    /// Of several documents the first counts. Maps merged with `<<` count, as they do in stock sops.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut warnings = Vec::new();
        let config = match document(bytes)? {
            Some(map) => Self::read(&map, &mut warnings)?,
            None => Self::default(),
        };
        Ok((config, warnings))
    }

    fn read(map: &Map, warnings: &mut Vec<Warning>) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(map, Fields::TOP.to_owned());
        let has_creation_rules = fields.has("creation_rules");
        let creation_rules = fields.maps("creation_rules", "creation rule")?.into_iter();
        let creation_rules: Vec<_> = creation_rules
            .map(|rule| Candidate::read(rule, warnings, CreationRule::read))
            .collect::<Result<_, _>>()?;
        let destination_rules = fields
            .maps("destination_rules", "destination rule")?
            .into_iter();
        let destination_rules = destination_rules
            .map(|rule| Candidate::read(rule, warnings, DestinationRule::read))
            .collect::<Result<_, _>>()?;
        let stores = match fields.map("stores", "stores")? {
            Some(stores) => Stores::read(stores, warnings)?,
            None => Stores::default(),
        };
        // Where many keep the anchors that their rules refer to.
        fields.ignore("keys");
        fields.finish(warnings);
        let creation_rules = has_creation_rules.then_some(creation_rules);
        Ok(Self {
            stores,
            creation_rules,
            destination_rules,
        })
    }

    /// The first creation rule whose `path_regex` matches a path, as [`rule_path`] gives it.
    ///
    /// Nothing if there are no rules at all, which is as if there were no configuration; an error
    /// if there are and none of them matches.
    pub fn creation_rule(&self, path: &str) -> Result<Option<CreationRule>, ConfigError> {
        let Some(rules) = &self.creation_rules else {
            return Ok(None);
        };
        let rule = Candidate::choose(rules, path)?.ok_or(ConfigError::NoCreationRule)?;
        Ok(Some(rule.clone()))
    }

    /// The first destination rule whose `path_regex` matches a path as it was typed.
    pub fn destination_rule(&self, path: &str) -> Result<DestinationRule, ConfigError> {
        let rule = Candidate::choose(&self.destination_rules, path)?;
        rule.cloned().ok_or(ConfigError::NoDestination)
    }
}

/// The path that creation rules are matched against: relative to the directory of the configuration
/// if the file is below it, else absolute. Both arguments are absolute and clean.
#[must_use]
pub fn rule_path<'a>(config_dir: &str, file: &'a str) -> &'a str {
    file.strip_prefix(config_dir)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(file)
}

/// The first document, if there is one.
fn document(bytes: &[u8]) -> Result<Option<Map>, ConfigError> {
    if bytes.split(|byte| *byte == b'\n').all(is_blank) {
        return Ok(None);
    }
    match yaml::read(bytes) {
        Ok(Tree { documents }) => Ok(documents.into_iter().next()),
        Err(ReadError::NoDocument) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether a line says nothing: a file of comments only is no file to the reader.
fn is_blank(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#")
}

#[cfg(test)]
mod tests;

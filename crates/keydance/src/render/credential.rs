//! Credentials, their versions, and environments.

use keydance_api::credential::{Credential, CredentialEntry, Environment, Owner, Version};
use serde_json::{Map, Value};

use super::{Record, Row};

/// `USER:ana`, as owners are typed.
pub(crate) fn owner(owner: &Owner) -> String {
    format!("{}:{}", owner.kind, owner.id)
}

pub(crate) fn owners(owners: &[Owner]) -> String {
    owners.iter().map(owner).collect::<Vec<_>>().join(", ")
}

/// A value of JSON as people write it.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn fields(value: &Map<String, Value>) -> String {
    let line = |(name, value): (&String, &Value)| format!("{name} = {}", text(value));
    value.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn binding(bound_to: &Value) -> String {
    let list = |key: &str| {
        let entries = bound_to[key].as_array().into_iter().flatten();
        entries.map(text).collect::<Vec<_>>()
    };
    [list("componentIds"), list("destinations")]
        .concat()
        .join(", ")
}

impl Row for CredentialEntry {
    const COLUMNS: &'static [&'static str] = &["id", "name", "type", "owners", "environments"];
    fn cells(&self) -> Vec<String> {
        let environments = self.more.as_ref().map(|more| more.environments.join(", "));
        vec![
            self.id.clone(),
            self.name.clone(),
            self.kind.clone(),
            owners(&self.owners),
            environments.unwrap_or_default(),
        ]
    }
}

impl Record for Credential {
    fn parts(&self) -> Vec<(&'static str, String)> {
        let version = format!(
            "{} ({}) in {}",
            self.version, self.version_state, self.environment
        );
        vec![
            ("id", self.id.clone()),
            ("name", self.name.clone()),
            ("type", self.kind.clone()),
            ("owners", owners(&self.owners)),
            ("organisation", self.tenant.clone().unwrap_or_default()),
            ("domain", self.domain.clone().unwrap_or_default()),
            ("version", version),
            ("environments", self.environments.join(", ")),
            ("bound to", binding(&self.bound_to)),
            ("changed", self.updated_at.clone()),
            ("value", fields(&self.value)),
        ]
    }
}

impl Row for Version {
    const COLUMNS: &'static [&'static str] =
        &["version", "environment", "state", "created", "by", "origin"];
    fn cells(&self) -> Vec<String> {
        vec![
            self.version.to_string(),
            self.environment.clone(),
            self.state.clone(),
            self.created_at.clone(),
            self.created_by.clone(),
            self.origin.clone(),
        ]
    }
}

impl Record for Version {
    fn parts(&self) -> Vec<(&'static str, String)> {
        Self::COLUMNS.iter().copied().zip(self.cells()).collect()
    }
}

impl Row for Environment {
    const COLUMNS: &'static [&'static str] = &["name", "protected", "added"];
    fn cells(&self) -> Vec<String> {
        let protected = if self.protected { "yes" } else { "no" };
        vec![
            self.name.clone(),
            protected.to_owned(),
            self.created_at.clone(),
        ]
    }
}

impl Record for Environment {
    fn parts(&self) -> Vec<(&'static str, String)> {
        Self::COLUMNS.iter().copied().zip(self.cells()).collect()
    }
}

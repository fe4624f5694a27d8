//! Environments: testing, staging, production, or whatever an organisation calls them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of an environment: `[a-z][a-z0-9-]{0,31}`. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

/// The text is no name of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 32 of a-z, 0-9 and -, starting with a letter")]
pub struct EnvironmentError;

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for EnvironmentName {
    /// The environment every organisation has.
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = EnvironmentError;
    fn try_from(text: String) -> Result<Self, EnvironmentError> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let goes_on_well = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if starts_well && goes_on_well && text.len() <= 32 {
            Ok(Self(text))
        } else {
            Err(EnvironmentError)
        }
    }
}

impl FromStr for EnvironmentName {
    type Err = EnvironmentError;
    fn from_str(text: &str) -> Result<Self, EnvironmentError> {
        Self::try_from(text.to_owned())
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_words() {
        for good in ["default", "s", "eu-1", &"a".repeat(32)] {
            assert!(good.parse::<EnvironmentName>().is_ok(), "{good}");
        }
        for bad in ["", "1st", "-a", "Prod", "a_b", "ä", &"a".repeat(33)] {
            assert!(bad.parse::<EnvironmentName>().is_err(), "{bad}");
        }
    }
}

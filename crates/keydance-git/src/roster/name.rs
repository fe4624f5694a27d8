//! What people, machines, groups and devices are called.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// A name of letters, digits, `.`, `_` and `-`: `[a-z0-9][a-z0-9._-]{0,62}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// The text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit")]
pub struct NameError;

impl Name {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 63;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_inner = |byte: u8| is_plain(byte) || b"._-".contains(&byte);
        let is_name = text.len() <= Self::MAX_LEN
            && text.bytes().next().is_some_and(is_plain)
            && text.bytes().all(is_inner);
        is_name.then(|| Self(text.to_owned())).ok_or(NameError)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Maps by name are asked with plain text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What a machine identity is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MachineKind {
    /// A machine.
    Node,
    /// Jobs of continuous integration.
    Pipeline,
    /// A program, wherever it runs.
    Service,
}

impl MachineKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Node, Self::Pipeline, Self::Service];

    /// Its word before the colon.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Pipeline => "pipeline",
            Self::Service => "service",
        }
    }
}

/// A machine identity: `node:web-1`, `pipeline:deploy`, `service:billing`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MachineName {
    /// What it is for.
    pub kind: MachineKind,
    /// What it is called among those.
    pub name: Name,
}

impl FromStr for MachineName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (word, name) = text.split_once(':').ok_or(ReferenceError)?;
        let kind = MachineKind::ALL
            .into_iter()
            .find(|kind| kind.word() == word);
        let kind = kind.ok_or(ReferenceError)?;
        let name = name.parse().map_err(|_| ReferenceError)?;
        Ok(Self { kind, name })
    }
}

impl fmt::Display for MachineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.name)
    }
}

/// Whoever can be a member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// Everybody in a group: `@payments`.
    Group(Name),
    /// A machine identity.
    Machine(MachineName),
    /// A person: `alice`.
    Person(Name),
}

/// The text refers to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "neither a person like alice, nor a group like @payments, nor node:, pipeline: or service:"
)]
pub struct ReferenceError;

impl FromStr for Principal {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if let Some(group) = text.strip_prefix('@') {
            return group.parse().map(Self::Group).map_err(|_| ReferenceError);
        }
        if text.contains(':') {
            return text.parse().map(Self::Machine);
        }
        text.parse().map(Self::Person).map_err(|_| ReferenceError)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(name) => write!(f, "@{name}"),
            Self::Machine(name) => name.fmt(f),
            Self::Person(name) => name.fmt(f),
        }
    }
}

/// A device of a person: `alice/laptop`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceName {
    /// Whose it is.
    pub person: Name,
    /// What it is called among theirs.
    pub device: Name,
}

impl FromStr for DeviceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (person, device) = text.split_once('/').ok_or(NameError)?;
        Ok(Self {
            person: person.parse()?,
            device: device.parse()?,
        })
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.person, self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        let longest = "a".repeat(63);
        for name in ["a", "0", "a.b_c-d", longest.as_str()] {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        let too_long = "a".repeat(64);
        for other in [
            "",
            "-a",
            ".",
            "A",
            "a b",
            "a/b",
            "ä",
            "a\n",
            too_long.as_str(),
        ] {
            assert_eq!(other.parse::<Name>(), Err(NameError), "{other:?}");
        }
    }

    #[test]
    fn a_reference_reads_back_as_it_is_written() {
        for text in [
            "alice",
            "@payments",
            "node:web-1",
            "pipeline:deploy",
            "service:a.b",
        ] {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "@",
            "@@a",
            "host:a",
            "node:",
            "node:a:b",
            "alice/laptop",
            "Alice",
        ] {
            assert_eq!(text.parse::<Principal>(), Err(ReferenceError), "{text:?}");
        }
        let device: DeviceName = "alice/laptop".parse().unwrap();
        assert_eq!(device.to_string(), "alice/laptop");
        assert!("alice".parse::<DeviceName>().is_err());
    }
}

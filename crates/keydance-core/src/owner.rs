//! Who a credential or a flow belongs to.

use std::fmt;

use serde::Serialize;

/// One owner: a type and an id. Both must match; a person and a group with the same id are
/// different owners.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// What kind of owner it is.
    pub kind: OwnerKind,
    /// Its id, 1 to 256 characters, compared byte by byte.
    pub id: String,
}

/// The kind of an owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerKind {
    /// A person or a machine identity (`USER` on the wire).
    Person,
    /// A group: each of its active members.
    Group,
    /// The organisation: each of its active members (`TENANT` on the wire).
    Organisation,
    /// A word we do not know, kept as given. It gives access to nobody.
    Other(String),
}

impl Owner {
    /// The person or machine identity `id` as an owner.
    pub fn person(id: impl Into<String>) -> Self {
        Self {
            kind: OwnerKind::Person,
            id: id.into(),
        }
    }

    /// The group `id` as an owner.
    pub fn group(id: impl Into<String>) -> Self {
        Self {
            kind: OwnerKind::Group,
            id: id.into(),
        }
    }

    /// The organisation known on the wire as `tenant` as an owner.
    pub fn organisation(tenant: impl Into<String>) -> Self {
        Self {
            kind: OwnerKind::Organisation,
            id: tenant.into(),
        }
    }

    /// Whether it can open anything at all.
    pub fn is_recognised(&self) -> bool {
        !matches!(self.kind, OwnerKind::Other(_))
    }
}

impl OwnerKind {
    /// Reads the word of the wire, in any letter case.
    pub fn from_wire(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "USER" => Self::Person,
            "GROUP" => Self::Group,
            "TENANT" => Self::Organisation,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// The word of the wire.
    pub fn as_wire(&self) -> &str {
        match self {
            Self::Person => "USER",
            Self::Group => "GROUP",
            Self::Organisation => "TENANT",
            Self::Other(word) => word,
        }
    }

    /// Reads the word of the database.
    pub fn from_row(word: &str) -> Self {
        match word {
            "person" => Self::Person,
            "group" => Self::Group,
            "organisation" => Self::Organisation,
            _ => Self::Other(word.strip_prefix("other:").unwrap_or(word).to_owned()),
        }
    }

    /// The word of the database and of cryptographic contexts.
    pub fn to_row(&self) -> String {
        match self {
            Self::Person => "person".to_owned(),
            Self::Group => "group".to_owned(),
            Self::Organisation => "organisation".to_owned(),
            Self::Other(word) => format!("other:{word}"),
        }
    }
}

impl Serialize for Owner {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut entry = serializer.serialize_struct("Owner", 2)?;
        entry.serialize_field("id", &self.id)?;
        entry.serialize_field("type", self.kind.as_wire())?;
        entry.end()
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_wire(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_words_are_recognised_in_any_letter_case() {
        assert_eq!(OwnerKind::from_wire("tenant"), OwnerKind::Organisation);
        assert_eq!(OwnerKind::from_wire("User"), OwnerKind::Person);
        assert_eq!(
            OwnerKind::from_wire("team"),
            OwnerKind::Other("team".to_owned())
        );
    }

    #[test]
    fn a_word_of_our_own_table_is_no_way_in() {
        let sly = OwnerKind::from_wire("person");
        assert_eq!(OwnerKind::from_row(&sly.to_row()), sly);
        assert_eq!(sly.to_row(), "other:person");
    }
}

//! Identifiers: 24 hex digits for our own objects, opaque text for principals and groups.
//!
//! They carry no time and cannot be guessed. Input is accepted in either case, output is lower
//! case. Text of any other form is simply an unknown id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The identifier of one of our own objects: 12 random bytes, written as 24 lower-case hex digits.
macro_rules! object_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 12]);

        impl $name {
            /// Makes an id from 12 random bytes.
            pub fn new(random: [u8; 12]) -> Self {
                Self(random)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

object_id!(
    /// Names one credential, for ever.
    CredentialId
);
object_id!(
    /// Names one flow, for ever; a foreign flow repository may choose it.
    FlowId
);
object_id!(
    /// Names one execution of a flow.
    ExecutionId
);

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not exactly 24 hex digits.
    #[error("not 24 hex digits")]
    NotHex,
    /// Not 1 to 256 characters, or with control characters.
    #[error("not 1 to 256 printable characters")]
    NotOpaque,
}

fn parse_hex(text: &str) -> Result<[u8; 12], IdError> {
    let digits: [u8; 24] = text.as_bytes().try_into().map_err(|_| IdError::NotHex)?;
    let mut id = [0; 12];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        for &digit in pair {
            let digit = char::from(digit).to_digit(16).ok_or(IdError::NotHex)?;
            let digit = u8::try_from(digit).map_err(|_| IdError::NotHex)?;
            *byte = (*byte << 4) | digit;
        }
    }
    Ok(id)
}

/// An identifier others may have chosen: 1 to 256 characters without control characters, compared
/// byte by byte.
macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                if is_opaque(&text) { Ok(Self(text)) } else { Err(IdError::NotOpaque) }
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque_id!(
    /// Names a person or a machine identity; equal to the subject of an identity provider.
    PrincipalId
);
opaque_id!(
    /// Names a group.
    GroupId
);
opaque_id!(
    /// The name of an organisation on the wire (`tenant`).
    TenantName
);

fn is_opaque(text: &str) -> bool {
    (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Names an organisation, the boundary of trust: 24 hex digits, or the deployment itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationId(Option<[u8; 12]>);

impl OrganisationId {
    /// The deployment: owner of the log of starts and of newly made organisations.
    pub const DEPLOYMENT: Self = Self(None);

    /// Makes an id from 12 random bytes.
    pub fn new(random: [u8; 12]) -> Self {
        Self(Some(random))
    }

    /// The text used in cryptographic contexts: 24 hex digits, empty for the deployment
    /// (security contract, field 01).
    pub fn context(&self) -> String {
        if *self == Self::DEPLOYMENT {
            String::new()
        } else {
            self.to_string()
        }
    }
}

impl FromStr for OrganisationId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text == "*" {
            Ok(Self::DEPLOYMENT)
        } else {
            parse_hex(text).map(Self::new)
        }
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("*"),
            Some(id) => id.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_either_case_and_written_in_lower_case() {
        let id: CredentialId = "A3F09C51D27BE84406C1F9D2".parse().unwrap();
        assert_eq!(id.to_string(), "a3f09c51d27be84406c1f9d2");
    }

    #[test]
    fn text_of_another_form_is_no_id() {
        for text in [
            "",
            "a3f0",
            "a3f09c51d27be84406c1f9d2a",
            "g3f09c51d27be84406c1f9d2",
            "é3f09c51d27be84406c1f9",
        ] {
            assert_eq!(text.parse::<FlowId>(), Err(IdError::NotHex), "{text}");
        }
    }

    #[test]
    fn opaque_ids_have_1_to_256_characters() {
        assert!("é".repeat(256).parse::<PrincipalId>().is_ok());
        for text in [String::new(), "x".repeat(257), "a\nb".to_owned()] {
            assert!(text.parse::<PrincipalId>().is_err());
        }
    }

    #[test]
    fn the_deployment_is_empty_in_contexts() {
        assert_eq!(OrganisationId::DEPLOYMENT.context(), "");
        assert_eq!("*".parse(), Ok(OrganisationId::DEPLOYMENT));
    }
}

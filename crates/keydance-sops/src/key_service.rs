//! How a data key is wrapped for a recipient and unwrapped again: the joint between files and
//! whatever holds keys.

use zeroize::Zeroizing;

use crate::recipient::{Recipient, RecipientKind};

/// Something that wraps data keys for recipients of some kinds, and unwraps them.
///
/// What is wrapped is a data key of 32 bytes, or a share of one of 33.
pub trait KeyService: Sync {
    /// Wraps a data key for one recipient. Gives the text of `enc` (contract "sops", 1.8).
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError>;

    /// Unwraps what `enc` says.
    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError>;

    /// Whether the identity of this recipient is at hand, as far as that shows without trying.
    fn holds(&self, _recipient: &Recipient) -> bool {
        false
    }
}

impl<S: KeyService + ?Sized> KeyService for &S {
    fn wrap(&self, recipient: &Recipient, data_key: &[u8]) -> Result<String, KeyError> {
        (**self).wrap(recipient, data_key)
    }

    fn unwrap(&self, recipient: &Recipient, enc: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        (**self).unwrap(recipient, enc)
    }

    fn holds(&self, recipient: &Recipient) -> bool {
        (**self).holds(recipient)
    }
}

/// Why a data key was not wrapped or unwrapped. The texts never hold key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The policy does not let this recipient be used. Nothing was asked for it.
    #[error("{kind} recipient {identity} is not allowed by policy")]
    Denied {
        /// Its kind.
        kind: RecipientKind,
        /// Its identity string.
        identity: String,
    },
    /// Several services are there for this kind, and none succeeded.
    #[error("{}", joined(.0))]
    Each(Vec<Self>),
    /// The service tried and could not do it.
    #[error("{0}")]
    Failed(String),
    /// `enc` is not what a recipient of this kind can have.
    #[error("enc is {0}")]
    Malformed(&'static str),
    /// No identity at hand opens it.
    #[error("{reason}{}", looked_in(places))]
    NoIdentity {
        /// What was tried.
        reason: String,
        /// The places that were looked at for identities, each as a person would name it.
        places: Vec<String>,
    },
    /// The service does not do recipients of this kind.
    #[error("there is no key service for this recipient")]
    NotMine,
    /// Nothing can be wrapped for what the recipient says.
    #[error("not a usable recipient: {0}")]
    Recipient(String),
    /// A person was asked whether it may be done.
    #[error("whoever was asked said no")]
    Refused,
}

fn joined(errors: &[KeyError]) -> String {
    let texts: Vec<String> = errors.iter().map(KeyError::to_string).collect();
    texts.join("; ")
}

fn looked_in(places: &[String]) -> String {
    match places {
        [] => String::new(),
        places => format!("; looked in {}", places.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_every_place_and_every_service() {
        let here = KeyError::NoIdentity {
            reason: "no identity matches".to_owned(),
            places: vec!["SOPS_AGE_KEY".to_owned(), "keys.txt".to_owned()],
        };
        let there = KeyError::NoIdentity {
            reason: "nobody home".to_owned(),
            places: Vec::new(),
        };
        assert_eq!(
            KeyError::Each(vec![here, there]).to_string(),
            "no identity matches; looked in SOPS_AGE_KEY, keys.txt; nobody home",
        );
    }
}

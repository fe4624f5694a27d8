//! What an envelope is bound to: the place it belongs to, rebuilt from its row and never stored
//! (contract "security", 2.3). Moved to any other place, it does not open.

use crate::list::{List, ListError};

mod place;

pub use place::{
    CredentialKeyPlace, Kind, ObjectType, OrganisationKeyPlace, OwnerType, PayloadPlace, Purpose,
    RootKeyPlace,
};

/// A value that has no place in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// Our own ids are 24 lower-case hex digits.
    #[error("{0} is not an id of 24 lower-case hex digits")]
    Id(&'static str),
    /// Ids of persons and groups have 1 to 256 characters.
    #[error("owner id does not have 1 to 256 characters")]
    OwnerId,
    /// Other text is 1 to 32 of `a-z`, `0-9` and `-`.
    #[error("{0} is not 1 to 32 of a-z, 0-9 and -")]
    Text(&'static str),
    /// Generations are counted from 1.
    #[error("generation 0")]
    Generation,
    /// The seal's parameters are longer than a field can be.
    #[error(transparent)]
    List(#[from] ListError),
}

/// The encoded place of one envelope.
#[expect(
    missing_debug_implementations,
    reason = "built from a list, which is never printed"
)]
pub struct Context {
    kind: Kind,
    list: List,
}

impl Context {
    /// Of a payload.
    pub fn payload(place: &PayloadPlace<'_>) -> Result<Self, ContextError> {
        let list = List::new()
            .with(1, organisation(place.organisation)?)?
            .with(2, place.object_type.as_str().as_bytes())?
            .with(3, id("object id", place.object_id)?)?
            .with(4, &place.version.to_be_bytes())?
            .with(5, environment(place.environment)?)?
            .with(6, text("part", place.part)?)?;
        Ok(Self {
            kind: Kind::Payload,
            list,
        })
    }

    /// Of a credential key, wrapped for one owner row.
    pub fn credential_key(place: &CredentialKeyPlace<'_>) -> Result<Self, ContextError> {
        let list = List::new()
            .with(1, organisation(place.organisation)?)?
            .with(2, b"credential-key")?
            .with(3, id("credential id", place.credential)?)?
            .with(7, place.owner_type.as_str().as_bytes())?
            .with(8, owner_id(place.owner_type, place.owner_id)?)?
            .with(9, &generation(place.generation)?)?;
        Ok(Self {
            kind: Kind::CredentialKey,
            list,
        })
    }

    /// Of a key-encryption or service key.
    pub fn organisation_key(place: &OrganisationKeyPlace<'_>) -> Result<Self, ContextError> {
        let list = List::new()
            .with(1, organisation(place.organisation)?)?
            .with(2, b"org-key")?
            .with(6, place.purpose.as_str().as_bytes())?
            .with(9, &generation(place.generation)?)?;
        Ok(Self {
            kind: Kind::OrganisationKey,
            list,
        })
    }

    /// Of the root key under one seal.
    pub fn root_key(place: &RootKeyPlace<'_>) -> Result<Self, ContextError> {
        let list = List::new()
            .with(1, b"")?
            .with(2, b"root-key")?
            .with(3, id("deployment id", place.deployment)?)?
            .with(6, text("seal type", place.seal_type)?)?
            .with(9, &generation(place.generation)?)?
            .with(10, place.parameters)?;
        Ok(Self {
            kind: Kind::RootKey,
            list,
        })
    }

    /// The kind of envelope that belongs there.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The encoded fields.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.list.as_bytes()
    }
}

fn organisation(value: &str) -> Result<&[u8], ContextError> {
    if value.is_empty() {
        Ok(b"")
    } else {
        id("organisation", value)
    }
}

fn environment(value: &str) -> Result<&[u8], ContextError> {
    if value.is_empty() {
        Ok(b"")
    } else {
        text("environment", value)
    }
}

fn id<'a>(field: &'static str, value: &'a str) -> Result<&'a [u8], ContextError> {
    let hex = value
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if hex && value.len() == 24 {
        Ok(value.as_bytes())
    } else {
        Err(ContextError::Id(field))
    }
}

fn text<'a>(field: &'static str, value: &'a str) -> Result<&'a [u8], ContextError> {
    let plain = value
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-'));
    if plain && (1..=32).contains(&value.len()) {
        Ok(value.as_bytes())
    } else {
        Err(ContextError::Text(field))
    }
}

fn owner_id(owner_type: OwnerType, value: &str) -> Result<&[u8], ContextError> {
    match owner_type {
        OwnerType::Organisation => id("owner id", value),
        OwnerType::Group | OwnerType::Person | OwnerType::System => {
            let fits = (1..=256).contains(&value.chars().count());
            if fits {
                Ok(value.as_bytes())
            } else {
                Err(ContextError::OwnerId)
            }
        }
    }
}

fn generation(value: u32) -> Result<[u8; 4], ContextError> {
    if value == 0 {
        Err(ContextError::Generation)
    } else {
        Ok(value.to_be_bytes())
    }
}

#[cfg(test)]
impl Context {
    /// A context of arbitrary bytes, to show that others do not open.
    pub(crate) fn dangerous_from_bytes(kind: Kind, bytes: &[u8]) -> Self {
        Self {
            kind,
            list: List::dangerous_from_bytes(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: CredentialKeyPlace<'_> = CredentialKeyPlace {
        organisation: "5f0c3a9e1b7d4426880e2f61",
        credential: "a3f09c51d27be84406c1f9d2",
        owner_type: OwnerType::Group,
        owner_id: "team-payments",
        generation: 2,
    };

    fn refusal(place: &CredentialKeyPlace<'_>) -> Option<ContextError> {
        Context::credential_key(place).err()
    }

    #[test]
    fn an_id_is_24_lower_case_hex_digits() {
        for bad in [
            "",
            "5f0c3a9e1b7d4426880e2f6",
            "5F0C3A9E1B7D4426880E2F61",
            "acme",
        ] {
            let place = CredentialKeyPlace {
                credential: bad,
                ..PLACE
            };
            assert_eq!(
                refusal(&place),
                Some(ContextError::Id("credential id")),
                "{bad:?}"
            );
        }
        let place = CredentialKeyPlace {
            organisation: "acme",
            ..PLACE
        };
        assert_eq!(refusal(&place), Some(ContextError::Id("organisation")));
        assert_eq!(
            refusal(&CredentialKeyPlace {
                organisation: "",
                ..PLACE
            }),
            None
        );
    }

    #[test]
    fn an_owner_id_has_1_to_256_characters() {
        let (long, longer) = ("ü".repeat(256), "ü".repeat(257));
        assert_eq!(
            refusal(&CredentialKeyPlace {
                owner_id: &long,
                ..PLACE
            }),
            None
        );
        for bad in ["", &longer] {
            let place = CredentialKeyPlace {
                owner_id: bad,
                ..PLACE
            };
            assert_eq!(refusal(&place), Some(ContextError::OwnerId));
        }
        let place = CredentialKeyPlace {
            owner_type: OwnerType::Organisation,
            ..PLACE
        };
        assert_eq!(refusal(&place), Some(ContextError::Id("owner id")));
    }

    #[test]
    fn generation_0_and_odd_text_are_refused() {
        let place = CredentialKeyPlace {
            generation: 0,
            ..PLACE
        };
        assert_eq!(refusal(&place), Some(ContextError::Generation));
        for bad in ["", "File", "a b", "a".repeat(33).as_str()] {
            let root = RootKeyPlace {
                deployment: "00112233445566778899aabb",
                seal_type: bad,
                parameters: b"",
                generation: 1,
            };
            assert_eq!(
                Context::root_key(&root).err(),
                Some(ContextError::Text("seal type"))
            );
        }
    }
}

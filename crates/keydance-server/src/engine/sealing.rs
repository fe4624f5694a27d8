//! Values in and out of envelopes. A plaintext is opened against an [`Allowed`] and nothing else.

use keydance_core::credential::{CredentialType, Value};
use keydance_core::decision::Allowed;
use keydance_core::environment::EnvironmentName;
use keydance_core::id::{CredentialId, OrganisationId};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_crypto::context::{Context, CredentialKeyPlace, ObjectType, OwnerType, PayloadPlace};
use keydance_crypto::envelope::{self, OpenError};
use keydance_crypto::hierarchy::{KeyRef, NewKey};
use keydance_crypto::secret::Key32;
use keydance_store::credentials::CredentialOwnerRow;
use keydance_store::versions::VersionRow;

use super::{Error, Result};
use crate::keyring::OrganisationKeys;

/// Something sealed did not open: somebody moved or changed a row. Why is a word for the audit event,
/// never for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOpened(pub(crate) &'static str);

/// The key of one credential, opened.
pub(crate) struct CredentialKey {
    organisation: OrganisationId,
    credential: CredentialId,
    reference: KeyRef,
    key: Key32,
}

impl CredentialKey {
    /// A new key for a new credential.
    pub(crate) fn new(organisation: OrganisationId, credential: CredentialId) -> Result<Self> {
        let NewKey { reference, key } = NewKey::first().map_err(Error::internal)?;
        Ok(Self {
            organisation,
            credential,
            reference,
            key,
        })
    }

    /// The id its envelopes carry.
    pub(crate) fn id(&self) -> &[u8; 16] {
        &self.reference.id
    }

    /// Wraps it for an owner; nothing for owners of an unknown kind, who open nothing.
    pub(crate) fn wrap(&self, keys: &OrganisationKeys, owner: &Owner) -> Result<Option<Vec<u8>>> {
        let Some(context) = self.wrap_context(owner)? else {
            return Ok(None);
        };
        let (reference, kek) = keys.kek()?;
        envelope::seal_key(kek, reference, &context, &self.key)
            .map(Some)
            .map_err(Error::internal)
    }

    /// The rows of these owners, each with its wrap.
    pub(crate) fn wraps(
        &self,
        keys: &OrganisationKeys,
        owners: &[Owner],
    ) -> Result<Vec<CredentialOwnerRow>> {
        let row = |owner: &Owner| {
            Ok(CredentialOwnerRow {
                credential: self.credential,
                owner: owner.clone(),
                wrap: self.wrap(keys, owner)?,
            })
        };
        owners.iter().map(row).collect()
    }

    /// Opens the key through every one of these owner rows; all of them must open and agree.
    pub(crate) fn open(
        keys: &OrganisationKeys,
        organisation: OrganisationId,
        credential: CredentialId,
        key_id: &[u8],
        rows: &[&CredentialOwnerRow],
    ) -> Result<Self, NotOpened> {
        let id = <[u8; 16]>::try_from(key_id).map_err(|_| NotOpened("key-id"))?;
        let reference = KeyRef { id, generation: 1 };
        let mut opened: Option<Self> = None;
        for row in rows {
            let key = open_wrap(keys, organisation, reference, row)?;
            match &opened {
                Some(first) if !first.key.ct_eq(&key) => {
                    return Err(NotOpened("wraps-disagree"));
                }
                Some(_) => {}
                None => {
                    opened = Some(Self {
                        organisation,
                        credential,
                        reference,
                        key,
                    })
                }
            }
        }
        opened.ok_or(NotOpened("no-wrap"))
    }

    fn wrap_context(&self, owner: &Owner) -> Result<Option<Context>> {
        wrap_context(
            self.organisation,
            self.credential,
            self.reference.generation,
            owner,
        )
    }

    /// Seals the value of a version.
    pub(crate) fn seal(
        &self,
        number: i64,
        environment: &EnvironmentName,
        value: &Value,
    ) -> Result<Vec<u8>> {
        let context = self.place(number, environment)?;
        let plaintext = value.to_bytes();
        envelope::seal(&self.key, self.reference, &context, &plaintext).map_err(Error::internal)
    }

    /// Opens the value of a version, if the decision is about it.
    pub(crate) fn open_value(
        &self,
        allowed: &Allowed,
        kind: CredentialType,
        version: &VersionRow,
    ) -> Result<Value, NotOpened> {
        if !allowed.opens(self.credential, &version.environment) {
            return Err(NotOpened("another-decision"));
        }
        let sealed = version.envelope.as_deref().ok_or(NotOpened("no-bytes"))?;
        let context = self.place(version.number, &version.environment);
        let context = context.map_err(|_| NotOpened("place"))?;
        let plaintext = envelope::open(&self.key, self.reference, &context, sealed)?;
        Value::from_bytes(kind, plaintext.expose()).map_err(|_| NotOpened("content"))
    }

    fn place(&self, number: i64, environment: &EnvironmentName) -> Result<Context> {
        Context::payload(&PayloadPlace {
            organisation: &self.organisation.context(),
            object_type: ObjectType::Credential,
            object_id: &self.credential.to_string(),
            version: u64::try_from(number).map_err(Error::internal)?,
            environment: environment.as_str(),
            part: "secret",
        })
        .map_err(Error::internal)
    }
}

fn open_wrap(
    keys: &OrganisationKeys,
    organisation: OrganisationId,
    reference: KeyRef,
    row: &CredentialOwnerRow,
) -> Result<Key32, NotOpened> {
    let generation = reference.generation;
    let context = wrap_context(organisation, row.credential, generation, &row.owner);
    let context = context.map_err(|_| NotOpened("place"))?;
    let (Some(context), Some(wrap)) = (context, &row.wrap) else {
        return Err(NotOpened("no-wrap"));
    };
    let (kek_reference, kek) = keys.kek().map_err(|_| NotOpened("no-key"))?;
    Ok(envelope::open_key(kek, kek_reference, &context, wrap)?)
}

impl From<OpenError> for NotOpened {
    fn from(error: OpenError) -> Self {
        Self(error.refusal().as_str())
    }
}

impl From<NotOpened> for Error {
    fn from(NotOpened(refusal): NotOpened) -> Self {
        Self::internal(format!("something sealed does not open: {refusal}"))
    }
}

fn wrap_context(
    organisation: OrganisationId,
    credential: CredentialId,
    generation: u32,
    owner: &Owner,
) -> Result<Option<Context>> {
    let owner_type = match owner.kind {
        OwnerKind::Person => OwnerType::Person,
        OwnerKind::Group => OwnerType::Group,
        OwnerKind::Organisation => OwnerType::Organisation,
        OwnerKind::Other(_) => return Ok(None),
    };
    let organisation = organisation.context();
    Context::credential_key(&CredentialKeyPlace {
        organisation: &organisation,
        credential: &credential.to_string(),
        owner_type,
        // Its name is the outside's; its id is ours (security contract 2.3).
        owner_id: match owner_type {
            OwnerType::Organisation => &organisation,
            OwnerType::Group | OwnerType::Person | OwnerType::System => &owner.id,
        },
        generation,
    })
    .map(Some)
    .map_err(Error::internal)
}

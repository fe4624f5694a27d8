//! Values in and out of envelopes. A plaintext is opened against an [`Allowed`] and nothing else.

use keydance_core::credential::{CredentialType, Value};
use keydance_core::decision::Allowed;
use keydance_core::environment::EnvironmentName;
use keydance_core::id::{CredentialId, OrganisationId};
use keydance_core::owner::{Owner, OwnerKind};
use keydance_crypto::context::{Context, CredentialKeyPlace, ObjectType, OwnerType, PayloadPlace};
use keydance_crypto::envelope;
use keydance_crypto::hierarchy::{KeyRef, NewKey};
use keydance_crypto::secret::Key32;
use keydance_store::credentials::CredentialOwnerRow;
use keydance_store::versions::VersionRow;

use super::{Error, Result};
use crate::keyring::OrganisationKeys;

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
    ) -> Result<Self> {
        let id = <[u8; 16]>::try_from(key_id).map_err(Error::internal)?;
        let reference = KeyRef { id, generation: 1 };
        let mut opened: Option<Self> = None;
        for row in rows {
            let key = open_wrap(keys, organisation, reference, row)?;
            match &opened {
                Some(first) if !first.key.ct_eq(&key) => {
                    return Err(Error::internal("the wraps of a credential key disagree"));
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
        opened.ok_or_else(|| Error::internal("no owner row opens the credential key"))
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
    ) -> Result<Value> {
        if !allowed.opens(self.credential, &version.environment) {
            return Err(Error::internal("the decision is about something else"));
        }
        let sealed = version.envelope.as_deref();
        let sealed = sealed.ok_or_else(|| Error::internal("the version holds no bytes"))?;
        let context = self.place(version.number, &version.environment)?;
        let plaintext = envelope::open(&self.key, self.reference, &context, sealed)
            .map_err(|error| Error::internal(error.refusal().as_str()))?;
        Value::from_bytes(kind, plaintext.expose()).map_err(Error::internal)
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
) -> Result<Key32> {
    let generation = reference.generation;
    let context = wrap_context(organisation, row.credential, generation, &row.owner)?;
    let (Some(context), Some(wrap)) = (context, &row.wrap) else {
        return Err(Error::internal("the owner row has no wrap"));
    };
    let (kek_reference, kek) = keys.kek()?;
    envelope::open_key(kek, kek_reference, &context, wrap)
        .map_err(|error| Error::internal(error.refusal().as_str()))
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

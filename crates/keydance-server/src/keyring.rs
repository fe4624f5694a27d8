//! The keys of a running, unsealed server.
//!
//! The root key opens the keys of each organisation; these are opened when the organisation is first
//! met and stay in locked memory. Nothing here is ever written anywhere in clear.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use keydance_core::id::OrganisationId;
use keydance_crypto::checkpoint::LogSigner;
use keydance_crypto::context::{Context, OrganisationKeyPlace, Purpose};
use keydance_crypto::envelope;
use keydance_crypto::hierarchy::{KeyRef, NewKey};
use keydance_crypto::locked::LockedKey;
use keydance_crypto::secret::Key32;
use keydance_store::Tx;
use keydance_store::organisations::OrganisationKeyRow;

use crate::engine::Error;

/// The root key, and the keys of the organisations met so far.
pub struct Keyring {
    root: LockedKey,
    root_reference: KeyRef,
    deployment: String,
    organisations: RwLock<HashMap<OrganisationId, Arc<OrganisationKeys>>>,
}

/// The keys of one organisation, or of the deployment.
pub struct OrganisationKeys {
    kek: Option<(KeyRef, LockedKey)>,
    index: Option<Key32>,
    token: Option<LockedKey>,
    signer: LogSigner,
}

impl Keyring {
    /// The keys of a deployment whose root key was unsealed.
    ///
    /// # Errors
    /// The memory for the root key cannot be had.
    pub fn new(root: Key32, root_reference: KeyRef, deployment: String) -> Result<Self, Error> {
        let root = LockedKey::new(root).map_err(Error::internal)?;
        Ok(Self {
            root,
            root_reference,
            deployment,
            organisations: RwLock::default(),
        })
    }

    /// The id of the deployment, 24 hex digits.
    pub fn deployment(&self) -> &str {
        &self.deployment
    }

    /// The keys of the organisation that was entered.
    ///
    /// # Errors
    /// [`Error`] if they are missing or do not open: the organisation cannot be served.
    pub fn organisation(
        &self,
        tx: &mut Tx<'_>,
        id: OrganisationId,
    ) -> Result<Arc<OrganisationKeys>, Error> {
        if let Some(keys) = self.known(id) {
            return Ok(keys);
        }
        tx.enter(id)?;
        let keys = Arc::new(self.open(id, &tx.organisations().keys()?)?);
        let mut known = self
            .organisations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(id, Arc::clone(&keys));
        Ok(keys)
    }

    /// The keys of an organisation that was met before.
    pub fn known(&self, id: OrganisationId) -> Option<Arc<OrganisationKeys>> {
        let known = self
            .organisations
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        known.get(&id).map(Arc::clone)
    }

    /// Makes the keys a new organisation, or the deployment, needs and seals them.
    ///
    /// # Errors
    /// The system generator failed.
    pub fn new_keys(&self, id: OrganisationId) -> Result<Vec<OrganisationKeyRow>, Error> {
        let purposes: &[Purpose] = if id == OrganisationId::DEPLOYMENT {
            &[Purpose::LogSign, Purpose::Token]
        } else {
            &[Purpose::Index, Purpose::Kek, Purpose::LogSign]
        };
        purposes
            .iter()
            .map(|purpose| self.new_key(id, *purpose))
            .collect()
    }

    /// The key of access-token records, from the rows of the deployment.
    ///
    /// # Errors
    /// It is missing or does not open.
    pub fn token_key(&self, deployment: &[OrganisationKeyRow]) -> Result<Key32, Error> {
        let row = deployment
            .iter()
            .find(|row| row.purpose == Purpose::Token.as_str());
        let row = row.ok_or_else(|| Error::internal("the deployment has no token key"))?;
        Ok(self
            .open_key(OrganisationId::DEPLOYMENT, Purpose::Token, row)?
            .1)
    }

    fn new_key(&self, id: OrganisationId, purpose: Purpose) -> Result<OrganisationKeyRow, Error> {
        let NewKey { reference, key } = NewKey::first().map_err(Error::internal)?;
        let context = self.context(id, purpose, reference.generation)?;
        let sealed = envelope::seal_key(self.root.as_key(), self.root_reference, &context, &key);
        Ok(OrganisationKeyRow {
            purpose: purpose.as_str().to_owned(),
            generation: reference.generation,
            key_id: reference.id.to_vec(),
            envelope: sealed.map_err(Error::internal)?,
        })
    }

    fn open(
        &self,
        id: OrganisationId,
        rows: &[OrganisationKeyRow],
    ) -> Result<OrganisationKeys, Error> {
        let find = |purpose: Purpose| {
            let row = rows.iter().find(|row| row.purpose == purpose.as_str());
            row.map(|row| self.open_key(id, purpose, row)).transpose()
        };
        let locked = |key: (KeyRef, Key32)| {
            Ok::<_, Error>((key.0, LockedKey::new(key.1).map_err(Error::internal)?))
        };
        let missing = || Error::internal("the organisation has no log key");
        let (_, seed) = find(Purpose::LogSign)?.ok_or_else(missing)?;
        let name = format!("keydance/{}/{id}", self.deployment).replace('*', "deployment");
        Ok(OrganisationKeys {
            kek: find(Purpose::Kek)?.map(locked).transpose()?,
            index: find(Purpose::Index)?.map(|(_, key)| key),
            token: find(Purpose::Token)?
                .map(locked)
                .transpose()?
                .map(|(_, key)| key),
            signer: LogSigner::from_seed(&name, &seed).map_err(Error::internal)?,
        })
    }

    fn open_key(
        &self,
        id: OrganisationId,
        purpose: Purpose,
        row: &OrganisationKeyRow,
    ) -> Result<(KeyRef, Key32), Error> {
        let context = self.context(id, purpose, row.generation)?;
        let key = envelope::open_key(
            self.root.as_key(),
            self.root_reference,
            &context,
            &row.envelope,
        );
        let key_id = <[u8; 16]>::try_from(row.key_id.as_slice()).map_err(Error::internal)?;
        let reference = KeyRef {
            id: key_id,
            generation: row.generation,
        };
        Ok((reference, key.map_err(Error::internal)?))
    }

    fn context(
        &self,
        id: OrganisationId,
        purpose: Purpose,
        generation: u32,
    ) -> Result<Context, Error> {
        let organisation = id.context();
        let place = OrganisationKeyPlace {
            organisation: &organisation,
            purpose,
            generation,
        };
        Context::organisation_key(&place).map_err(Error::internal)
    }
}

impl OrganisationKeys {
    /// The key that wraps credential keys.
    ///
    /// # Errors
    /// The deployment has none.
    pub fn kek(&self) -> Result<(KeyRef, &Key32), Error> {
        let kek = self
            .kek
            .as_ref()
            .map(|(reference, key)| (*reference, key.as_key()));
        kek.ok_or_else(|| Error::internal("no key encryption key"))
    }

    /// The key of blind indexes and fingerprints.
    ///
    /// # Errors
    /// The deployment has none.
    pub fn index(&self) -> Result<&Key32, Error> {
        self.index
            .as_ref()
            .ok_or_else(|| Error::internal("no index key"))
    }

    /// The key of access-token records; only the deployment has it.
    ///
    /// # Errors
    /// An organisation has none.
    pub fn token(&self) -> Result<&Key32, Error> {
        let token = self.token.as_ref().map(LockedKey::as_key);
        token.ok_or_else(|| Error::internal("no token key"))
    }

    /// Who signs checkpoints of the log.
    pub fn signer(&self) -> &LogSigner {
        &self.signer
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

impl fmt::Debug for OrganisationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrganisationKeys")
    }
}

//! A credential after a change, on its way to who made it.

use keydance_api::credential::Credential;
use keydance_core::credential::{Value, View};
use keydance_core::decision::Allowed;
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Outcome};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_store::versions::VersionRow;

use super::document::{Parts as Document, describe};
use super::owned::{Asked, Owned};
use crate::engine::read::Sealed;
use crate::engine::{Error, Result, UseCase};

/// What was committed, with its value still sealed.
pub(super) struct Changed {
    pub(super) sealed: Sealed,
    /// The owners as they are now; those in `sealed` are the ones the decision rests on.
    owners: Vec<Owner>,
}

impl Changed {
    /// The credential with its value: in clear for who may see it so, else in the stored view.
    pub(super) fn shown(&self, value: &Value) -> Credential {
        self.describe(
            value,
            match self.sealed.allowed.view() {
                View::Raw => View::Raw,
                View::Execution | View::Masked | View::Stored => View::Stored,
            },
        )
    }

    fn describe(&self, value: &Value, view: View) -> Credential {
        let sealed = &self.sealed;
        describe(&Document {
            credential: &sealed.credential,
            owners: &self.owners,
            version: &sealed.version,
            environments: sealed.environments.clone(),
            tenant: sealed.tenant.as_ref(),
            value,
            view,
        })
    }
}

impl UseCase<'_, '_> {
    /// The credential after its change. The decision rests on the owners before it.
    pub(super) fn changed(
        &mut self,
        owned: Owned,
        allowed: Allowed,
        version: VersionRow,
    ) -> Result<Changed> {
        let id = owned.row.id;
        Ok(Changed {
            owners: self.owners_now(id)?,
            sealed: self.sealed(owned, allowed, version)?,
        })
    }

    /// A value that may be opened once this transaction is committed.
    pub(crate) fn sealed(
        &mut self,
        owned: Owned,
        allowed: Allowed,
        version: VersionRow,
    ) -> Result<Sealed> {
        let identity = self.session.caller.identity.clone();
        let unopened = self.version_event(Action::CredentialNotOpened, &version)?;
        Ok(Sealed {
            unopened: unopened.outcome(Outcome::Failed),
            allowed,
            organisation: identity.organisation,
            tenant: identity.tenant,
            keys: self.keys()?,
            environments: self.environments_of(owned.row.id)?,
            credential: owned.row,
            owners: owned.owners,
            version,
        })
    }

    /// The stored view of a credential after its owners changed. Without a value that the caller may
    /// open, the value is left out.
    pub(super) fn stored_document(&mut self, owned: Owned) -> Result<Credential> {
        let version = self.shown_version(owned.row.id)?;
        if let Ok(allowed) = self.decide(&owned, &Asked::version(&version)?)? {
            let changed = self.changed(owned, allowed, version)?;
            let value = changed.sealed.value();
            let unopened = || changed.sealed.unopened.clone();
            let value = value.map_err(|cause| self.not_opened(unopened(), cause))?;
            return Ok(changed.describe(&value, View::Stored));
        }
        let nothing = Value::from_bytes(owned.kind, b"{}").map_err(Error::internal)?;
        Ok(describe(&Document {
            owners: &self.owners_now(owned.row.id)?,
            environments: self.environments_of(owned.row.id)?,
            tenant: self.session.caller.identity.tenant.as_ref(),
            credential: &owned.row,
            version: &version,
            value: &nothing,
            view: View::Stored,
        }))
    }

    /// The version to show to who does not ask for one: the current one of the default environment,
    /// else of any, else the newest that still holds a value, else the newest.
    pub(super) fn shown_version(&mut self, id: CredentialId) -> Result<VersionRow> {
        let versions = self.tx.versions().list(id)?;
        let missing = || Error::internal("a credential without versions");
        let rank = |version: &&VersionRow| {
            let is_current = version.state == "current";
            let is_default = version.environment == EnvironmentName::default();
            let is_there = version.state != "destroyed";
            (
                is_current && is_default,
                is_current,
                is_there,
                version.number,
            )
        };
        let number = versions.iter().max_by_key(rank).ok_or_else(missing)?.number;
        self.tx.versions().find(id, number)?.ok_or_else(missing)
    }

    fn owners_now(&mut self, id: CredentialId) -> Result<Vec<Owner>> {
        Ok(self.owners_of(&[id])?.remove(&id).unwrap_or_default())
    }

    /// The environments that have a value.
    fn environments_of(&mut self, id: CredentialId) -> Result<Vec<String>> {
        let versions = self.tx.versions().states(&[id])?;
        let current = versions.iter().filter(|version| version.state == "current");
        Ok(current
            .map(|version| version.environment.to_string())
            .collect())
    }
}

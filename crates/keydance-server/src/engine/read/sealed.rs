//! A read that was allowed and committed, on its way to the caller.

use std::sync::Arc;

use keydance_api::credential::{Credential, HandedOut};
use keydance_core::credential::{CredentialType, Value, View};
use keydance_core::decision::Allowed;
use keydance_core::id::{OrganisationId, TenantName};
use keydance_core::owner::Owner;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::versions::VersionRow;

use crate::engine::credentials::{DocumentParts, describe};
use crate::engine::sealing::CredentialKey;
use crate::engine::{Error, Result};
use crate::keyring::OrganisationKeys;

/// Everything needed to open one value, after the commit.
pub struct Sealed {
    pub(crate) allowed: Allowed,
    pub(crate) organisation: OrganisationId,
    pub(crate) tenant: Option<TenantName>,
    pub(crate) keys: Arc<OrganisationKeys>,
    pub(crate) credential: CredentialRow,
    pub(crate) owners: Vec<CredentialOwnerRow>,
    pub(crate) version: VersionRow,
    pub(crate) environments: Vec<String>,
}

/// What the caller gets.
#[derive(Debug)]
pub enum Opened {
    /// An owner sees the document, masked or in clear.
    Document(Box<Credential>),
    /// An execution gets the value.
    HandedOut(Box<HandedOut>),
}

impl Sealed {
    /// Opens the value and shows it in the view that was decided on.
    ///
    /// # Errors
    /// The envelopes do not open: somebody moved or changed rows.
    pub fn open(self) -> Result<Opened> {
        let value = self.value()?;
        Ok(match self.allowed.view() {
            View::Execution => Opened::HandedOut(Box::new(self.handed_out(&value))),
            View::Masked | View::Raw | View::Stored => {
                Opened::Document(Box::new(self.document(&value)))
            }
        })
    }

    /// The value in clear.
    pub(crate) fn value(&self) -> Result<Value> {
        let kind: CredentialType = self.credential.kind.parse().map_err(Error::internal)?;
        let rows = self.rows_used()?;
        let credential = &self.credential;
        let key = CredentialKey::open(
            &self.keys,
            self.organisation,
            credential.id,
            &credential.key_id,
            &rows,
        )?;
        key.open_value(&self.allowed, kind, &self.version)
    }

    /// The owner rows the decision rests on, each of which must open.
    fn rows_used(&self) -> Result<Vec<&CredentialOwnerRow>> {
        let find = |owner: &Owner| self.owners.iter().find(|row| row.owner == *owner);
        let missing = || Error::internal("an owner row of the decision is missing");
        self.allowed
            .owners()
            .iter()
            .map(|owner| find(owner).ok_or_else(missing))
            .collect()
    }

    fn document(&self, value: &Value) -> Credential {
        let owners: Vec<Owner> = self.owners.iter().map(|row| row.owner.clone()).collect();
        describe(&DocumentParts {
            credential: &self.credential,
            owners: &owners,
            version: &self.version,
            environments: self.environments.clone(),
            tenant: self.tenant.as_ref(),
            value,
            view: self.allowed.view(),
        })
    }

    fn handed_out(&self, value: &Value) -> HandedOut {
        HandedOut {
            id: self.credential.id.to_string(),
            kind: self.credential.kind.clone(),
            discriminator: value.kind().discriminator().to_owned(),
            value: value.view(View::Execution),
            environment: self.version.environment.to_string(),
            version: self.version.number,
        }
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("credential", &self.credential.id)
            .finish_non_exhaustive()
    }
}

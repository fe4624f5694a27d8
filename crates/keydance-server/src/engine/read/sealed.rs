//! A read that was allowed and committed, on its way to the caller.

use std::sync::Arc;

use keydance_api::credential::{Credential, HandedOut};
use keydance_core::credential::{CredentialType, Value, View};
use keydance_core::decision::Allowed;
use keydance_core::event::Event;
use keydance_core::id::{OrganisationId, TenantName};
use keydance_core::owner::Owner;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::versions::VersionRow;

use crate::engine::credentials::{DocumentParts, describe};
use crate::engine::sealing::{CredentialKey, NotOpened};
use crate::engine::{Engine, Result};
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
    /// What is written down if it does not open, but for why.
    pub(crate) unopened: Event,
}

/// What the caller gets.
#[derive(Debug)]
pub enum Opened {
    /// An owner sees the document, masked or in clear.
    Document(Box<Credential>),
    /// An execution gets the value.
    HandedOut(Box<HandedOut>),
}

impl Engine {
    /// Opens a value, after the commit. If somebody moved or changed rows, that is written down
    /// before anybody is answered.
    ///
    /// # Errors
    /// `internal` if it does not open, and those of the store.
    pub(crate) async fn open(&self, sealed: &Sealed) -> Result<Value> {
        let cause = match sealed.value() {
            Ok(value) => return Ok(value),
            Err(cause) => cause,
        };
        let event = sealed.unopened.clone().detail("refusal", cause.0);
        self.record(event).await?;
        Err(cause.into())
    }
}

impl Sealed {
    /// The value as it may be seen.
    pub(crate) fn shown(&self, value: &Value) -> Opened {
        match self.allowed.view() {
            View::Execution => Opened::HandedOut(Box::new(self.handed_out(value))),
            View::Masked | View::Raw | View::Stored => {
                Opened::Document(Box::new(self.document(value)))
            }
        }
    }

    /// The value in clear.
    pub(crate) fn value(&self) -> Result<Value, NotOpened> {
        let kind = self.credential.kind.parse();
        let kind: CredentialType = kind.map_err(|_| NotOpened("type"))?;
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
    fn rows_used(&self) -> Result<Vec<&CredentialOwnerRow>, NotOpened> {
        let find = |owner: &Owner| self.owners.iter().find(|row| row.owner == *owner);
        let owners = self.allowed.owners().iter();
        owners
            .map(|owner| find(owner).ok_or(NotOpened("no-owner")))
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

//! A credential of the caller, as it stands in the transaction.

use keydance_core::credential::{CredentialType, Value, VersionState};
use keydance_core::decision::{
    Allowed, CredentialFacts, ReadDenied, ReadQuestion, Which, decide_read,
};
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event, Object, ObjectKind, Outcome};
use keydance_core::id::CredentialId;
use keydance_core::owner::Owner;
use keydance_core::owners;
use keydance_core::time::Timestamp;
use keydance_store::Tx;
use keydance_store::credentials::{CredentialOwnerRow, CredentialRow};
use keydance_store::executions::HandOutRow;
use keydance_store::versions::VersionRow;

use crate::engine::read::{bound_to, not_owner, refuse};
use crate::engine::sealing::{CredentialKey, NotOpened};
use crate::engine::{Error, Result, UseCase};

/// A credential and its live owner rows, the caller's among them.
pub(crate) struct Owned {
    pub(crate) row: CredentialRow,
    pub(crate) kind: CredentialType,
    pub(crate) owners: Vec<CredentialOwnerRow>,
}

/// Which value of a credential something is about.
pub(crate) struct Asked<'a> {
    pub(crate) environment: &'a EnvironmentName,
    /// The state of the version in question; none if there is no value.
    pub(crate) state: Option<VersionState>,
    pub(crate) which: Which,
}

impl Owned {
    pub(crate) fn owners(&self) -> Vec<Owner> {
        self.owners.iter().map(|row| row.owner.clone()).collect()
    }

    pub(crate) fn object(&self) -> Object {
        object(self.row.id)
    }
}

impl<'a> Asked<'a> {
    /// A version that is there.
    pub(crate) fn version(version: &'a VersionRow) -> Result<Self> {
        let state: VersionState = version.state.parse().map_err(Error::internal)?;
        Ok(Self {
            environment: &version.environment,
            state: Some(state),
            which: match state {
                VersionState::Current => Which::Current,
                _ => Which::Numbered,
            },
        })
    }

    /// The value in use in an environment.
    pub(crate) fn current(environment: &'a EnvironmentName, state: Option<VersionState>) -> Self {
        Self {
            environment,
            state,
            which: Which::Current,
        }
    }
}

impl UseCase<'_, '_> {
    /// The credential with this id, if the caller owns it.
    pub(crate) fn owned(&mut self, id: Option<CredentialId>) -> Result<Owned> {
        let id = id.ok_or_else(|| Error::not_found("credential"))?;
        if !self.session.caller.limits.admit_credential(id) {
            return Err(self.denied(ReadDenied::OutOfScope, id)?);
        }
        let row = self.tx.credentials().find(id)?;
        let live = |row: &CredentialRow| matches!(row.state.as_str(), "usable" | "suspended");
        let Some(row) = row.filter(live) else {
            return Err(self.denied(ReadDenied::NotFound, id)?);
        };
        let owned = Owned {
            kind: row.kind.parse().map_err(Error::internal)?,
            owners: self.tx.credentials().owners(&[id])?,
            row,
        };
        if !owners::owns(&owned.owners(), &self.session.caller) {
            return Err(self.denied(ReadDenied::NotOwner, id)?);
        }
        Ok(owned)
    }

    /// The same for what concerns the credential in every environment: owners, bindings, deletion.
    pub(crate) fn owned_whole(&mut self, id: Option<CredentialId>) -> Result<Owned> {
        let owned = self.owned(id)?;
        self.ensure_every_environment(&owned)?;
        Ok(owned)
    }

    /// Needs an access token that is not limited to some environments.
    pub(super) fn ensure_every_environment(&mut self, owned: &Owned) -> Result<()> {
        match self.session.caller.limits.environments {
            None => Ok(()),
            Some(_) => Err(self.denied(ReadDenied::OutOfScope, owned.row.id)?),
        }
    }

    /// The proof that the caller may open a value.
    pub(crate) fn allow(&mut self, owned: &Owned, asked: &Asked<'_>) -> Result<Allowed> {
        match self.decide(owned, asked)? {
            Ok(allowed) => Ok(allowed),
            Err(denied) => Err(self.denied(denied, owned.row.id)?),
        }
    }

    /// Decides whether the caller may open a value.
    pub(crate) fn decide(
        &mut self,
        owned: &Owned,
        asked: &Asked<'_>,
    ) -> Result<Result<Allowed, ReadDenied>> {
        let environment = self.tx.environments().find(asked.environment)?;
        let Some(environment) = environment else {
            return Err(Error::unknown_environment(asked.environment));
        };
        let facts = CredentialFacts {
            organisation: self.session.caller.identity.organisation,
            owners: owned.owners(),
            usable: owned.row.state == "usable",
            bound_to: bound_to(&owned.row)?,
            version: asked.state,
        };
        Ok(decide_read(&ReadQuestion {
            caller: &self.session.caller,
            credential: owned.row.id,
            facts: Some(&facts),
            environment: asked.environment,
            protected: environment.protected_at.is_some(),
            which: asked.which,
        }))
    }

    /// The key of the credential, opened through the caller's own owner row.
    pub(crate) fn key(&mut self, owned: &Owned) -> Result<CredentialKey> {
        let caller = &self.session.caller;
        let own = owned.owners.iter().find(|row| caller.is(&row.owner));
        let own = own.ok_or_else(not_owner)?;
        let (organisation, keys) = (caller.identity.organisation, self.keys()?);
        let row = &owned.row;
        let key = CredentialKey::open(&keys, organisation, row.id, &row.key_id, &[own]);
        key.map_err(|cause| self.not_opened(self.unopened(row.id), cause))
    }

    /// The value of a version, which nobody but this use case sees.
    pub(crate) fn open_value(
        &mut self,
        key: &CredentialKey,
        owned: &Owned,
        version: &VersionRow,
        allowed: &Allowed,
    ) -> Result<Value> {
        let unopened = self.version_event(Action::CredentialNotOpened, version)?;
        let value = key.open_value(allowed, owned.kind, version);
        value.map_err(|cause| self.not_opened(unopened.outcome(Outcome::Failed), cause))
    }

    /// The event of something that was to be opened and did not open.
    pub(super) fn unopened(&self, id: CredentialId) -> Event {
        let (context, actor) = (self.context(), self.actor());
        Event::new(context, Action::CredentialNotOpened, actor, object(id)).outcome(Outcome::Failed)
    }

    /// Writes down that something did not open, and why, although the use case fails by it.
    pub(super) fn not_opened(&mut self, unopened: Event, cause: NotOpened) -> Error {
        self.tx.record_refusal(unopened.detail("refusal", cause.0));
        cause.into()
    }

    /// Writes down that the caller is shown a value in clear.
    pub(crate) fn reveal(&mut self, version: &VersionRow, allowed: &Allowed) -> Result<()> {
        let event = self.version_event(Action::CredentialRevealed, version)?;
        self.tx.record(event.owner_rows(allowed.owners()));
        let row = HandOutRow {
            execution: None,
            principal: self.subject(),
            credential: version.credential,
            version: version.number,
        };
        Ok(self.tx.executions().hand_out(&[row], self.now)?)
    }

    fn denied(&mut self, denied: ReadDenied, id: CredentialId) -> Result<Error> {
        let is_elsewhere = denied == ReadDenied::NotFound
            && !self.tx.credentials().exist_anywhere(&[id])?.is_empty();
        Ok(self.refused(&object(id), refuse(denied, is_elsewhere)))
    }
}

/// Keeps a changed credential, and moves its tag. It starts over if somebody else was faster.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut CredentialRow, now: Timestamp) -> Result<()> {
    row.updated_at = now;
    let updated = tx.credentials().update(row);
    tx.or_start_over(updated)?;
    row.tag += 1;
    Ok(())
}

/// The credential, as events name it.
pub(crate) fn object(id: CredentialId) -> Object {
    Object::new(ObjectKind::Credential, id.to_string())
}

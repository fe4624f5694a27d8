//! Versions: the values a credential has had, and which of them is in use (contract 10.2).

mod add;
mod change;
mod list;
mod read;

pub(crate) use add::NewVersion;
pub use add::VersionRequest;
pub use change::Step;

use keydance_api::credential::Version;
use keydance_core::credential::VersionState;
use keydance_core::decision::Allowed;
use keydance_core::environment::EnvironmentName;
use keydance_core::event::{Action, Event};
use keydance_core::id::CredentialId;
use keydance_store::versions::VersionRow;

use super::credentials::{Asked, Owned};
use super::{Error, Result, UseCase};

/// The id of a credential and the number of one of its versions, if the texts were such.
pub type Place = (Option<CredentialId>, Option<i64>);

impl UseCase<'_, '_> {
    /// A version of a credential of the caller, and the proof that the caller may open it.
    fn own_version(&mut self, (id, number): Place) -> Result<(Owned, VersionRow, Allowed)> {
        let owned = self.owned(id)?;
        let missing = || Error::not_found("version");
        let number = number.ok_or_else(missing)?;
        let version = self.tx.versions().find(owned.row.id, number)?;
        let version = version.ok_or_else(missing)?;
        let allowed = self.allow(&owned, &Asked::version(&version)?)?;
        Ok((owned, version, allowed))
    }

    /// The version in use in an environment.
    pub(crate) fn current(
        &mut self,
        owned: &Owned,
        environment: &EnvironmentName,
    ) -> Result<VersionRow> {
        let current = self.find_current(owned, environment)?;
        current.ok_or_else(Error::no_value)
    }

    fn find_current(
        &mut self,
        owned: &Owned,
        environment: &EnvironmentName,
    ) -> Result<Option<VersionRow>> {
        let place = [(owned.row.id, environment)];
        Ok(self.tx.versions().current(&place)?.pop())
    }

    /// The state of what an environment has: of its current version, else of its newest one.
    pub(crate) fn newest_state(
        &mut self,
        owned: &Owned,
        environment: &EnvironmentName,
    ) -> Result<Option<VersionState>> {
        let versions = self.tx.versions().states(&[owned.row.id])?;
        let own = versions
            .iter()
            .filter(|version| version.environment == *environment);
        let shown = own.max_by_key(|version| (version.state == "current", version.number));
        shown
            .map(|version| version.state.parse().map_err(Error::internal))
            .transpose()
    }

    /// The event of what is done with a version.
    pub(crate) fn version_event(&self, action: Action, version: &VersionRow) -> Result<Event> {
        let object = super::credentials::object(version.credential);
        let number = u64::try_from(version.number).map_err(Error::internal)?;
        Ok(Event::new(self.context(), action, self.actor(), object)
            .version(number)
            .environment(version.environment.clone()))
    }
}

/// A version as the wire has it, without its value.
fn document(version: &VersionRow) -> Version {
    Version {
        version: version.number,
        environment: version.environment.to_string(),
        state: version.state.clone(),
        created_at: version.created_at.to_string(),
        created_by: version.created_by.clone(),
        origin: version.origin.clone(),
    }
}

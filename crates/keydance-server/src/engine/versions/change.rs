//! The steps in the life of a version.

use keydance_api::credential::Version;
use keydance_core::credential::VersionState;
use keydance_core::decision::Allowed;
use keydance_core::event::Action;
use keydance_store::versions::VersionRow;

use super::{NewVersion, Place, document};
use crate::engine::credentials::{Owned, save};
use crate::engine::idempotency::{Answer, Once};
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// What is to become of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It gives up its bytes.
    Destroy,
    /// It is not handed out any more.
    Disable,
    /// It comes back.
    Enable,
    /// It is put to use.
    Promote,
    /// Its value becomes a new version, which is put to use.
    Restore,
}

impl Engine {
    /// Takes one step with a version; answers with that version, or the new one.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `version_state`, and those of the store.
    pub async fn change_version(
        &self,
        session: &Session,
        place: Place,
        step: Step,
        once: Option<Once>,
    ) -> Result<Answer<Version>> {
        self.write_once(session, once, move |use_case| {
            let (mut owned, version, allowed) = use_case.own_version(place)?;
            let changed = match step {
                Step::Restore => use_case.restore(&mut owned, &version, &allowed)?,
                _ => use_case.step(&owned, version, step)?,
            };
            save(use_case.tx, &mut owned.row, use_case.now)?;
            Ok(document(&changed))
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn step(&mut self, owned: &Owned, mut version: VersionRow, step: Step) -> Result<VersionRow> {
        let state = state(&version)?;
        let has_current = self.find_current(owned, &version.environment)?.is_some();
        let (next, action) = match step {
            Step::Destroy => (state.destroy()?, Action::CredentialVersionDestroyed),
            Step::Disable => (state.disable()?, Action::CredentialVersionDisabled),
            Step::Enable => (state.enable(has_current)?, Action::CredentialVersionEnabled),
            Step::Promote => (state.promote()?, Action::CredentialVersionPromoted),
            Step::Restore => (state.restore()?, Action::CredentialVersionRestored),
        };
        if step == Step::Promote {
            self.retire_current(owned, &version.environment)?;
        }
        if next == VersionState::Destroyed {
            let destroyed = self
                .tx
                .versions()
                .destroy(version.credential, version.number);
            self.tx.or_start_over(destroyed)?;
        } else {
            self.move_version(&version, next)?;
        }
        if matches!(step, Step::Destroy | Step::Disable) {
            self.tx.narrow_access()?;
        }
        let event = self.version_event(action, &version)?;
        self.tx.record(event.detail("state", next.as_str()));
        next.as_str().clone_into(&mut version.state);
        Ok(version)
    }

    fn restore(
        &mut self,
        owned: &mut Owned,
        version: &VersionRow,
        allowed: &Allowed,
    ) -> Result<VersionRow> {
        state(version)?.restore()?;
        let key = self.key(owned)?;
        let value = self.open_value(&key, owned, version, allowed)?;
        self.add_version(owned, &key, &NewVersion::restored(version), &value)
    }
}

fn state(version: &VersionRow) -> Result<VersionState> {
    version.state.parse().map_err(Error::internal)
}

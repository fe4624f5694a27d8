//! Refusals: told to the caller, and written down although the use case fails.

use keydance_core::event::{Action, Event, Object, Outcome};
use keydance_core::permission::{Permission, Permissions};

use super::{Error, Result, UseCase};

impl UseCase<'_, '_> {
    /// Needs a permission for what is to be done to `object`. Only a use case that may write can
    /// write its refusals down.
    pub(crate) fn require(&mut self, permission: Permission, object: &Object) -> Result<()> {
        let required = self.session.require(permission);
        required.map_err(|error| self.refused(object, error))
    }

    /// Needs the caller to hold everything it gives on.
    pub(crate) fn require_cover(&mut self, wanted: &Permissions, object: &Object) -> Result<()> {
        let own = &self.session.caller.permissions;
        let beyond = wanted
            .iter()
            .find(|one| !own.cover(&Permissions::from_iter([*one])));
        match beyond {
            None => Ok(()),
            Some(beyond) => Err(self.refused(object, Error::missing_permission(beyond))),
        }
    }

    /// Writes a refusal down and gives it back.
    pub(crate) fn refused(&mut self, object: &Object, error: Error) -> Error {
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::AccessDenied, actor, object.clone())
            .outcome(Outcome::Denied)
            .detail("code", error.code().as_str());
        self.tx.record_refusal(event);
        error
    }
}

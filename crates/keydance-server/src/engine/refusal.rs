//! Refusals: whoever is refused is told so, and so is the log.

use keydance_core::caller::Limits;
use keydance_core::event::{Action, Event, Object, ObjectKind, Outcome};
use keydance_core::permission::Permission;

use super::{Code, Error, Result, UseCase};

impl UseCase<'_, '_> {
    /// Writes down that the caller may not do this; the event stays although the use case fails.
    /// Errors of any other kind pass through.
    pub(crate) fn refused(&mut self, error: Error, object: Object) -> Error {
        let is_denial = matches!(
            error.code(),
            Code::MissingPermission | Code::NotOwner | Code::TokenScope
        );
        if is_denial {
            let event = Event::new(self.context(), Action::AccessDenied, self.actor(), object)
                .outcome(Outcome::Denied)
                .detail("code", error.code().as_str());
            self.tx.record_refusal(event);
        }
        error
    }

    /// Needs a permission.
    pub(crate) fn require(&mut self, permission: Permission) -> Result<()> {
        let object = Object::new(ObjectKind::Resource, permission.as_str());
        self.session
            .require(permission)
            .map_err(|error| self.refused(error, object))
    }

    /// Needs an access token that is not limited to some credentials or environments: what is
    /// done reaches beyond any of them.
    pub(crate) fn require_unlimited(&mut self, object: Object) -> Result<()> {
        if self.session.caller.limits == Limits::default() {
            return Ok(());
        }
        let message = "The access token is limited to other credentials or environments.";
        Err(self.refused(Error::new(Code::TokenScope, message), object))
    }
}

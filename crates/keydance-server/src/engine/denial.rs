//! Refusals: told to the caller, and written down although the use case fails.

use keydance_core::caller::Limits;
use keydance_core::event::{Action, Event, Object, ObjectKind, Outcome};
use keydance_core::permission::{Permission, Permissions};

use keydance_core::event::{Actor, Context};
use keydance_core::id::OrganisationId;
use keydance_store::Tx;

use super::{Code, Engine, Error, Purpose, RequestContext, Result, UseCase};

/// Whoever was refused outside a transaction that could write it down.
pub(crate) struct Refused {
    pub(crate) organisation: OrganisationId,
    pub(crate) actor: Actor,
}

/// Whether an error says that the caller may not.
pub(crate) fn is_denial(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::MissingPermission | Code::NotOwner | Code::TokenScope
    )
}

impl Engine {
    /// Writes a refusal down and gives it back; if it cannot be written, that is the answer.
    pub(crate) async fn record_refused(
        &self,
        refused: Refused,
        request: &RequestContext,
        error: Error,
    ) -> Error {
        let context = Context {
            organisation: refused.organisation,
            at: self.now(),
            request_id: request.request_id.clone(),
            source: request.source.clone(),
        };
        let object = Object::new(ObjectKind::Resource, request.path.as_str());
        let event = Event::new(context, Action::AccessDenied, refused.actor, object)
            .outcome(Outcome::Denied)
            .detail("code", error.code().as_str());
        self.record(event).await.err().unwrap_or(error)
    }

    /// Writes an event down that belongs to no other transaction.
    pub(crate) async fn record(&self, event: Event) -> Result<()> {
        let write = self.parts.store.write(move |tx: &mut Tx<'_>| {
            tx.record(event.clone());
            Ok::<_, Error>(())
        });
        write.await
    }
}

impl UseCase<'_, '_> {
    /// Needs a permission for what is to be done to `object`.
    pub(crate) fn require(&mut self, permission: Permission, object: &Object) -> Result<()> {
        if self.session.caller.permissions.allow(permission) {
            return Ok(());
        }
        Err(self.refused(object, Error::missing_permission(permission)))
    }

    /// Needs a permission for something that concerns the organisation as a whole.
    pub(crate) fn require_at_large(&mut self, permission: Permission) -> Result<()> {
        self.require(
            permission,
            &Object::new(ObjectKind::Resource, permission.as_str()),
        )
    }

    /// Needs one of two permissions, the second being the usual one.
    pub(crate) fn require_either(
        &mut self,
        wider: Permission,
        usual: Permission,
        object: &Object,
    ) -> Result<()> {
        if self.session.caller.permissions.allow(wider) {
            return Ok(());
        }
        self.require(usual, object)
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

    /// Needs an access token that is not limited to some credentials or environments: what is
    /// done reaches beyond any of them.
    pub(crate) fn require_unlimited(&mut self, object: &Object) -> Result<()> {
        if self.session.caller.limits == Limits::default() {
            return Ok(());
        }
        Err(self.refused(object, Error::beyond_token()))
    }

    /// Has a refusal written down, by whoever runs this use case if it only reads, and gives it
    /// back. Errors of any other kind pass through.
    pub(crate) fn refused(&mut self, object: &Object, error: Error) -> Error {
        if is_denial(&error) {
            let (context, actor) = (self.context(), self.actor());
            let event = Event::new(context, Action::AccessDenied, actor, object.clone())
                .outcome(Outcome::Denied)
                .detail("code", error.code().as_str());
            match self.purpose {
                Purpose::Read => self.refusal = Some(event),
                Purpose::Write => self.tx.record_refusal(event),
            }
        }
        error
    }
}

//! Access tokens: issuing them, listing and revoking them, and telling what one stands for.

mod introspect;
mod new;

pub use introspect::{Inspected, Purpose};
pub use new::NewToken;
pub(crate) use new::{Draft, MAX_TTL};

use keydance_api::principal::Me;
use keydance_api::token::AccessToken;
use keydance_core::caller::CallerKind;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::permission::Permission;
use keydance_core::principal::PrincipalKind;
use keydance_crypto::token::TokenKind;
use keydance_store::access_tokens::AccessTokenRow;
use keydance_store::page::{Page, PageRequest};

use super::idempotency::{Answer, Once};
use super::standstill::is_standstill;
use super::{Engine, Error, Result, Session, UseCase};
use crate::spill::Closed;

impl Engine {
    /// Issues an access token of the caller; it ends with the one it is issued with.
    ///
    /// # Errors
    /// `missing_permission` for permissions the caller does not hold; `token_scope` for credentials
    /// or environments the caller's token does not reach.
    pub async fn issue_token(
        &self,
        session: &Session,
        new: NewToken,
        once: Option<Once>,
    ) -> Result<Answer<AccessToken>> {
        self.write_once(session, once, move |use_case| {
            use_case.issue_to_caller(&new)
        })
        .await
    }

    /// A page of the access tokens the caller has had.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list_tokens(
        &self,
        session: &Session,
        page: PageRequest,
    ) -> Result<Page<AccessToken>> {
        self.read(session, move |use_case| {
            let subject = use_case.subject();
            let page = use_case.tx.access_tokens().list(&subject, page)?;
            Ok(Page {
                entries: page.entries.iter().map(describe).collect(),
                total: page.total,
            })
        })
        .await
    }

    /// Revokes an access token and those issued with it: one's own, or another's with the
    /// permission to manage whoever it is of.
    ///
    /// # Errors
    /// `not_found`, `missing_permission`.
    pub async fn revoke_token(&self, session: &Session, id: String) -> Result<()> {
        let token = id.clone();
        let revoked = self.write(session, move |use_case| use_case.revoke_token(&id));
        match revoked.await {
            Err(error) if is_standstill(&error) => self.revoke_here(session, token, error).await,
            revoked => revoked,
        }
    }

    /// The same while the database cannot be written: it holds here, at once.
    async fn revoke_here(&self, session: &Session, id: String, error: Error) -> Result<()> {
        let family = self.read(session, move |use_case| {
            use_case.may_revoke(&id)?;
            Ok(use_case.tx.access_tokens().family(&id)?)
        });
        let family = family.await?;
        self.hold_off(session, Closed::Tokens(family), error)
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// `token_invalid`.
    pub async fn me(&self, session: &Session) -> Result<Me> {
        self.read(session, |use_case| Ok(me(&use_case.session)))
            .await
    }
}

impl UseCase<'_, '_> {
    pub(crate) fn revoke_token(&mut self, id: &str) -> Result<()> {
        let row = self.may_revoke(id)?;
        let ended = self.tx.access_tokens().end(id, "revoked", self.now)?;
        self.tx.narrow_access()?;
        let ended = i64::try_from(ended).map_err(Error::internal)?;
        let (context, actor) = (self.context(), self.actor());
        let event = Event::new(context, Action::TokenRevoked, actor, object(id))
            .detail("principal", row.principal)
            .detail("endedTokens", ended);
        self.tx.record(event);
        Ok(())
    }

    /// The token, if it is the caller's to revoke.
    fn may_revoke(&mut self, id: &str) -> Result<AccessTokenRow> {
        let row = self.token_of_organisation(id)?;
        if row.principal != self.subject() {
            let manages = if row.kind == TokenKind::Machine.as_str() {
                Permission::MachinesManage
            } else {
                Permission::PersonsManage
            };
            self.require(manages, &object(id))?;
        }
        Ok(row)
    }

    /// A token of a person, a machine identity or an enrolment of the caller's organisation.
    fn token_of_organisation(&mut self, id: &str) -> Result<AccessTokenRow> {
        let organisation = self.session.caller.identity.organisation;
        let row = self.tx.access_tokens().find(&[id])?.pop().filter(|row| {
            row.organisation == organisation && row.kind != TokenKind::Execution.as_str()
        });
        row.ok_or_else(|| Error::not_found("access token"))
    }
}

fn me(session: &Session) -> Me {
    let caller = &session.caller;
    let kind = match caller.kind {
        CallerKind::Principal(PrincipalKind::Person) => "person",
        CallerKind::Principal(PrincipalKind::Machine) | CallerKind::Execution { .. } => "machine",
    };
    let groups = caller.identity.groups.iter();
    Me {
        id: caller.identity.subject.to_string(),
        kind: kind.to_owned(),
        tenant: caller.identity.tenant.as_ref().map(ToString::to_string),
        groups: groups.map(ToString::to_string).collect(),
        permissions: caller
            .permissions
            .iter()
            .map(|one| one.to_string())
            .collect(),
    }
}

fn object(id: &str) -> Object {
    Object::new(ObjectKind::Token, id)
}

/// A token without its secret.
pub(crate) fn describe(row: &AccessTokenRow) -> AccessToken {
    let words =
        |text: &str| -> Vec<String> { text.split_ascii_whitespace().map(str::to_owned).collect() };
    AccessToken {
        id: row.id.clone(),
        name: row.name.clone(),
        permissions: words(&row.permissions),
        credentials: row.credentials.as_deref().map(words),
        environments: row.environments.as_deref().map(words),
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.to_string(),
        ended_at: row.ended_at.map(|at| at.to_string()),
        token: None,
    }
}

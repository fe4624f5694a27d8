//! What a token stands for, told to services that were shown it.

use keydance_core::event::{Object, ObjectKind};
use keydance_core::id::FlowId;
use keydance_core::permission::Permission;
use keydance_core::time::Timestamp;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::access_tokens::AccessTokenRow;

use crate::engine::session::{People, callers, verify};
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// What a working token stands for.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// The principal it speaks for; of an execution that nobody started, the execution.
    pub subject: String,
    /// What people call the principal: the e-mail address of a person who has one, else the name.
    pub username: String,
    /// The organisation.
    pub tenant: Option<String>,
    /// What it permits.
    pub permissions: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Whatever its principal may do.
    Account,
    /// An execution of this flow, and nothing else.
    Flow(FlowId),
}

impl Engine {
    /// What a token stands for; nothing if it does not work, or is of an organisation the caller
    /// has no business with.
    ///
    /// # Errors
    /// `missing_permission`.
    pub async fn inspect_token(
        &self,
        session: &Session,
        token: Option<AccessToken>,
    ) -> Result<Option<Inspected>> {
        self.read(session, move |use_case| {
            use_case.require(Permission::TokenIntrospect, &asked_for())?;
            match &token {
                Some(token) => use_case.inspect(token),
                None => Ok(None),
            }
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn inspect(&mut self, token: &AccessToken) -> Result<Option<Inspected>> {
        let known = verify(self.parts, self.tx, &[token], self.now)?.pop();
        let Some(Ok(row)) = known.filter(|_| token.kind() != TokenKind::Enrolment) else {
            return Ok(None);
        };
        // Services of the platform belong to the nameless organisation and are shown tokens of all.
        let own = &self.session.caller.identity;
        if own.organisation != row.organisation && own.tenant.is_some() {
            return Ok(None);
        }
        let own = own.organisation;
        self.tx.enter(row.organisation)?;
        let inspected = if token.kind() == TokenKind::Execution {
            self.inspect_execution(&row)
        } else {
            self.inspect_account(&row)
        };
        self.tx.enter(own)?;
        inspected
    }

    fn inspect_account(&mut self, row: &AccessTokenRow) -> Result<Option<Inspected>> {
        let Some(Ok(caller)) = callers(self.tx, &[row], self.now)?.pop() else {
            return Ok(None);
        };
        let tenant = caller.identity.tenant.as_ref().map(ToString::to_string);
        let permissions = caller
            .permissions
            .iter()
            .map(|one| one.to_string())
            .collect();
        Ok(Some(Inspected {
            username: self.username(&row.principal)?,
            subject: row.principal.clone(),
            tenant,
            permissions,
            expires_at: row.expires_at,
            purpose: Purpose::Account,
        }))
    }

    fn inspect_execution(&mut self, row: &AccessTokenRow) -> Result<Option<Inspected>> {
        let id = row
            .execution
            .ok_or_else(|| Error::internal("a token of no execution"))?;
        let Some(execution) = self.tx.executions().find_all(&[id])?.pop() else {
            return Ok(None);
        };
        if execution.ended_at.is_some() {
            return Ok(None);
        }
        let subject = match &execution.started_by {
            Some(starter) => {
                if People::load(self.tx, &[starter], self.now)?
                    .active(starter)
                    .is_none()
                {
                    return Ok(None);
                }
                starter.clone()
            }
            None => id.to_string(),
        };
        Ok(Some(Inspected {
            username: self.username(&subject)?,
            subject,
            tenant: self.tenant()?,
            permissions: Vec::new(),
            expires_at: row.expires_at,
            purpose: Purpose::Flow(execution.flow),
        }))
    }

    fn username(&mut self, principal: &str) -> Result<String> {
        let found = self.tx.principals().find(principal)?;
        let username = found.map(|found| found.email.unwrap_or(found.name));
        Ok(username.unwrap_or_else(|| principal.to_owned()))
    }

    fn tenant(&mut self) -> Result<Option<String>> {
        let organisation = self.tx.organisations().entered()?;
        let tenant = organisation.and_then(|organisation| organisation.tenant);
        Ok(tenant.map(|tenant| tenant.to_string()))
    }
}

fn asked_for() -> Object {
    Object::new(ObjectKind::Resource, "tokens/introspect")
}

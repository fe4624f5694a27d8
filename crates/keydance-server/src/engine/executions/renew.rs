//! A renewed execution keeps its token, so that messages already under way go on working.

use keydance_api::execution::RenewedExecution;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::execution::EndReason;
use keydance_core::id::ExecutionId;
use keydance_crypto::token::{AccessToken, TokenKind};
use keydance_store::executions::ExecutionRow;

use super::start::renewed_until;
use crate::engine::{Engine, Error, Result, Session, UseCase};

impl Engine {
    /// Moves the end of an execution by up to five minutes; with `rotate` another token takes over.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `missing_permission`, `precondition_failed` once it has ended.
    pub async fn renew_execution(
        &self,
        session: &Session,
        id: ExecutionId,
        rotate: bool,
    ) -> Result<RenewedExecution> {
        let token = AccessToken::generate(TokenKind::Execution).map_err(Error::internal)?;
        let shown = rotate.then(|| token.expose().to_string());
        let mut renewed = self
            .write(session, move |use_case| {
                use_case.renew(id, rotate.then_some(&token))
            })
            .await?;
        renewed.token = shown;
        Ok(renewed)
    }
}

impl UseCase<'_, '_> {
    fn renew(&mut self, id: ExecutionId, token: Option<&AccessToken>) -> Result<RenewedExecution> {
        let mut execution = self.controlled_execution(id)?;
        self.may_go_on(&execution)?;
        let until = renewed_until(&execution, self.now)?;
        execution.expires_at = until;
        self.tx.executions().extend(id, until)?;
        match token {
            None => self.tx.access_tokens().extend_execution(id, until)?,
            Some(token) => {
                let reason = EndReason::Stopped.as_str();
                self.tx
                    .access_tokens()
                    .end_of_executions(&[id], reason, self.now)?;
                let row = self.execution_token(token, &execution)?;
                self.tx.access_tokens().insert(&row)?;
                self.tx.narrow_access()?;
            }
        }
        let object = Object::new(ObjectKind::Execution, id.to_string());
        let event = Event::new(
            self.context(),
            Action::ExecutionRenewed,
            self.actor(),
            object,
        );
        let rotated = i64::from(token.is_some());
        self.tx
            .record(event.flow(execution.flow).detail("rotated", rotated));
        Ok(RenewedExecution {
            id: id.to_string(),
            expires_at: until.to_string(),
            token: None,
        })
    }

    /// To go on takes what it takes to start: the permission to run the flow, and an access token
    /// that reaches as far as the execution does. Who created it may have lost either since.
    fn may_go_on(&mut self, execution: &ExecutionRow) -> Result<()> {
        self.may_run_flow(execution.flow)?;
        self.require_reach(execution)
    }

    /// Needs an access token that reaches as far as the execution does.
    pub(crate) fn require_reach(&mut self, execution: &ExecutionRow) -> Result<()> {
        let limits = &self.session.caller.limits;
        let listed = self.tx.executions().credentials(&[execution.id])?;
        let within = limits.admit_environment(&execution.environment)
            && listed
                .iter()
                .all(|row| limits.admit_credential(row.credential));
        if within {
            return Ok(());
        }
        let object = Object::new(ObjectKind::Execution, execution.id.to_string());
        Err(self.refused(&object, Error::beyond_token()))
    }
}

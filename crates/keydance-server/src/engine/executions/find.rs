//! Finding executions, and showing them to the owners of their flow.

use keydance_api::execution::{Execution, ExecutionCredential};
use keydance_core::credential::CredentialType;
use keydance_core::event::{Object, ObjectKind};
use keydance_core::id::{CredentialId, ExecutionId, FlowId};
use keydance_core::permission::Permission;
use keydance_crypto::token::AccessToken;
use keydance_store::Tx;
use keydance_store::executions::ExecutionRow;
use keydance_store::page::{Page, PageRequest};

use super::document::describe;
use crate::engine::flows::stored_references;
use crate::engine::session::{beyond_execution, invalid, refused, verify};
use crate::engine::{Engine, Error, RequestContext, Result, Session, UseCase};

impl Engine {
    /// Shows an execution.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `not_owner`.
    pub async fn find_execution(&self, session: &Session, id: ExecutionId) -> Result<Execution> {
        self.read(session, move |use_case| {
            let object = Object::new(ObjectKind::Execution, id.to_string());
            use_case.require(Permission::FlowsRead, &object)?;
            let execution = use_case.execution(id)?;
            use_case.owned_flow(execution.flow)?;
            Ok(describe(&execution, use_case.now))
        })
        .await
    }

    /// Lists the executions of a flow.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `not_owner`.
    pub async fn list_executions(
        &self,
        session: &Session,
        flow: FlowId,
        page: PageRequest,
    ) -> Result<Page<Execution>> {
        self.read(session, move |use_case| {
            let object = Object::new(ObjectKind::Flow, flow.to_string());
            use_case.require(Permission::FlowsRead, &object)?;
            use_case.owned_flow(flow)?;
            let found = use_case.tx.executions().list(flow, page)?;
            let shown = found
                .entries
                .iter()
                .map(|row| describe(row, use_case.now))
                .collect();
            Ok(Page {
                entries: shown,
                total: found.total,
            })
        })
        .await
    }

    /// What an execution may fetch, for its own token.
    ///
    /// # Errors
    /// `token_invalid`, `token_scope`, `flow_blocked`.
    pub async fn execution_credentials(
        &self,
        token: AccessToken,
        id: Option<ExecutionId>,
        request: &RequestContext,
    ) -> Result<Vec<ExecutionCredential>> {
        let parts = std::sync::Arc::clone(&self.parts);
        let found = self.parts.store.read(move |tx: &mut Tx<'_>| {
            let now = parts.clock.now();
            let row = verify(&parts, tx, &[&token], now)?
                .pop()
                .ok_or_else(invalid)??;
            parts.limiter.execution_token(token.id())?;
            match row.execution.filter(|own| Some(*own) == id) {
                Some(id) => {
                    tx.enter(row.organisation)?;
                    listed(tx, id).map(Ok)
                }
                None => Ok(Err(refused(&row))),
            }
        });
        match found.await? {
            Ok(entries) => Ok(entries),
            Err(refused) => Err(self
                .record_refused(refused, request, beyond_execution())
                .await),
        }
    }
}

fn listed(tx: &mut Tx<'_>, id: ExecutionId) -> Result<Vec<ExecutionCredential>> {
    let rows = tx.executions().credentials(&[id])?;
    let ids: Vec<CredentialId> = rows.iter().map(|row| row.credential).collect();
    let credentials = tx.credentials().find_all(&ids)?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let credential = credentials
            .iter()
            .find(|credential| credential.id == row.credential);
        let Some(credential) = credential else {
            continue;
        };
        let kind: CredentialType = credential.kind.parse().map_err(Error::internal)?;
        let references = stored_references(row)?;
        entries.push(ExecutionCredential {
            id: row.credential.to_string(),
            kind: credential.kind.clone(),
            discriminator: kind.discriminator().to_owned(),
            paths: references
                .into_iter()
                .map(|reference| reference.path)
                .collect(),
        });
    }
    Ok(entries)
}

impl UseCase<'_, '_> {
    pub(crate) fn execution(&mut self, id: ExecutionId) -> Result<ExecutionRow> {
        let found = self.tx.executions().find_all(&[id])?.pop();
        found.ok_or_else(|| Error::not_found("execution"))
    }

    /// The execution, for who created it, or may run its flow.
    pub(crate) fn controlled_execution(&mut self, id: ExecutionId) -> Result<ExecutionRow> {
        let execution = self.execution(id)?;
        if execution.created_by != self.session.caller.identity.subject.as_str() {
            self.may_run_flow(execution.flow)?;
            self.owned_flow(execution.flow)?;
        }
        Ok(execution)
    }
}

//! A deleted flow runs nothing and references nothing; its history stays.

use keydance_core::event::{Action, Event};
use keydance_core::execution::EndReason;
use keydance_core::id::FlowId;
use keydance_store::flows::FlowRow;

use super::persist::object;
use crate::engine::executions::running_of_flow;
use crate::engine::fields::ensure_unchanged;
use crate::engine::{Engine, Result, Session, UseCase};

impl Engine {
    /// Deletes a flow.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `not_owner`, `precondition_failed`.
    pub async fn delete_flow(
        &self,
        session: &Session,
        id: FlowId,
        if_match: Option<i64>,
    ) -> Result<()> {
        self.write(session, move |use_case| use_case.delete_flow(id, if_match))
            .await
    }
}

impl UseCase<'_, '_> {
    fn delete_flow(&mut self, id: FlowId, if_match: Option<i64>) -> Result<()> {
        self.may_change_flow(id)?;
        let flow = self.owned_flow(id)?;
        self.require_unlimited(&object(id))?;
        ensure_unchanged(if_match, flow.row.tag)?;
        let running = running_of_flow(self.tx, id, self.now)?;
        let ended = self.end_executions(&running, EndReason::FlowDeleted)?;
        let references = self.tx.flows().references(id)?;
        self.tx
            .flows()
            .close_references(id, &references, self.now)?;
        let row = FlowRow {
            deleted_at: Some(self.now),
            updated_at: self.now,
            enabled: false,
            blocked: None,
            ..flow.row
        };
        self.tx.flows().update(&row)?;
        let event = Event::new(
            self.context(),
            Action::FlowDeleted,
            self.actor(),
            object(id),
        );
        self.tx
            .record(event.flow(id).detail("endedExecutions", ended));
        self.tx.narrow_access()?;
        Ok(())
    }
}

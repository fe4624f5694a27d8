//! An ended execution opens nothing any more.

use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::execution::EndReason;
use keydance_core::id::{ExecutionId, FlowId};

use crate::engine::{Engine, Result, Session, UseCase};

impl Engine {
    /// Ends an execution; one that has ended stays ended.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `missing_permission`.
    pub async fn end_execution(&self, session: &Session, id: ExecutionId) -> Result<()> {
        self.write(session, move |use_case| {
            let execution = use_case.controlled_execution(id)?;
            use_case.end(id, execution.flow)
        })
        .await
    }

    /// Ends every execution of a flow, whoever started them.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `missing_permission`.
    pub async fn end_executions(&self, session: &Session, flow: FlowId) -> Result<()> {
        self.write(session, move |use_case| {
            use_case.may_run_flow(flow)?;
            use_case.owned_flow(flow)?;
            let running = use_case
                .tx
                .executions()
                .running_of_flow(flow, use_case.now)?;
            running
                .into_iter()
                .try_for_each(|id| use_case.end(id, flow))
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn end(&mut self, id: ExecutionId, flow: FlowId) -> Result<()> {
        let reason = EndReason::Stopped.as_str();
        if !self.tx.executions().end(id, reason, self.now)? {
            return Ok(());
        }
        let object = Object::new(ObjectKind::Execution, id.to_string());
        let event = Event::new(self.context(), Action::ExecutionEnded, self.actor(), object);
        self.tx.record(event.flow(flow).detail("reason", reason));
        self.tx.narrow_access()?;
        Ok(())
    }
}

//! An ended execution opens nothing any more.

use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind};
use keydance_core::execution::EndReason;
use keydance_core::id::{ExecutionId, FlowId};
use keydance_core::time::Timestamp;
use keydance_store::Tx;

use crate::engine::{Engine, Error, Result, Session, UseCase};

/// An execution, and the flow it is one of.
pub(crate) type Running = (ExecutionId, FlowId);

impl Engine {
    /// Ends an execution; one that has ended stays ended.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `missing_permission`.
    pub async fn end_execution(&self, session: &Session, id: ExecutionId) -> Result<()> {
        self.write(session, move |use_case| {
            let execution = use_case.controlled_execution(id)?;
            use_case.require_reach(&execution)?;
            use_case.stop(&[(id, execution.flow)])
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
            let object = Object::new(ObjectKind::Flow, flow.to_string());
            use_case.require_unlimited(&object)?;
            let running = running_of_flow(use_case.tx, flow, use_case.now)?;
            use_case.stop(&running)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn stop(&mut self, executions: &[Running]) -> Result<()> {
        if self.end_executions(executions, EndReason::Stopped)? > 0 {
            self.tx.narrow_access()?;
        }
        Ok(())
    }

    /// Ends executions, and writes each down that had not ended. Says how many those were.
    pub(crate) fn end_executions(
        &mut self,
        executions: &[Running],
        reason: EndReason,
    ) -> Result<i64> {
        let (context, actor) = (self.context(), self.actor());
        end_executions(self.tx, executions, reason, &context, &actor)
    }
}

/// The same for whoever caused it.
pub(crate) fn end_executions(
    tx: &mut Tx<'_>,
    executions: &[Running],
    reason: EndReason,
    context: &Context,
    actor: &Actor,
) -> Result<i64> {
    let ids: Vec<ExecutionId> = executions.iter().map(|(id, _)| *id).collect();
    let ended = tx.executions().end(&ids, reason.as_str(), context.at)?;
    for (id, flow) in executions.iter().filter(|(id, _)| ended.contains(id)) {
        let object = Object::new(ObjectKind::Execution, id.to_string());
        let (context, actor) = (context.clone(), actor.clone());
        let event = Event::new(context, Action::ExecutionEnded, actor, object);
        tx.record(event.flow(*flow).detail("reason", reason.as_str()));
    }
    i64::try_from(ended.len()).map_err(Error::internal)
}

/// The running executions of a flow.
pub(crate) fn running_of_flow(
    tx: &mut Tx<'_>,
    flow: FlowId,
    now: Timestamp,
) -> Result<Vec<Running>> {
    let running = tx.executions().running_of_flow(flow, now)?;
    Ok(running.into_iter().map(|id| (id, flow)).collect())
}

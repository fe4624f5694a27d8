//! What follows when somebody may do less than before: the organisation's epoch moves, and
//! executions end whose starter may not run their flow any more. The flows themselves stay.

use keydance_core::caller::Identity;
use keydance_core::event::{Action, Event, Object, ObjectKind};
use keydance_core::execution::EndReason;
use keydance_core::id::FlowId;
use keydance_store::executions::ExecutionRow;

use super::session::People;
use super::{Result, UseCase};

impl UseCase<'_, '_> {
    /// Narrows the access of these principals; says how many executions ended by it.
    pub(crate) fn lose_access(&mut self, principals: &[&str]) -> Result<i64> {
        self.tx.narrow_access()?;
        let people = People::load(self.tx, principals, self.now)?;
        let mut ended = 0;
        for id in principals {
            let active = people.active(id).is_some();
            let identity = people.identity(id).filter(|_| active);
            ended += self.end_executions_of(id, identity.as_ref())?;
        }
        Ok(ended)
    }

    /// Narrows the access of everybody, when it is not plain whom a change reaches.
    pub(crate) fn everybody_loses_access(&mut self) -> Result<i64> {
        let starters = self.tx.executions().starters(self.now)?;
        let starters: Vec<&str> = starters.iter().map(String::as_str).collect();
        self.lose_access(&starters)
    }

    fn end_executions_of(&mut self, starter: &str, identity: Option<&Identity>) -> Result<i64> {
        let running = self.tx.executions().running_for(starter)?;
        let mut running = self.tx.executions().find_all(&running)?;
        running.retain(|execution| execution.expires_at > self.now);
        let flows: Vec<FlowId> = running.iter().map(|execution| execution.flow).collect();
        let owners = self.tx.flows().owners(&flows)?;
        let mut ended = 0;
        for execution in &running {
            let may_run = identity.is_some_and(|identity| {
                let owners = owners.iter().filter(|(flow, _)| *flow == execution.flow);
                owners.into_iter().any(|(_, owner)| identity.is(owner))
            });
            if !may_run {
                self.end_execution(execution)?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    fn end_execution(&mut self, execution: &ExecutionRow) -> Result<()> {
        let reason = EndReason::StarterLost.as_str();
        self.tx.executions().end(execution.id, reason, self.now)?;
        let object = Object::new(ObjectKind::Execution, execution.id.to_string());
        let event = Event::new(self.context(), Action::ExecutionEnded, self.actor(), object)
            .flow(execution.flow)
            .detail("reason", reason);
        self.tx.record(event);
        Ok(())
    }
}

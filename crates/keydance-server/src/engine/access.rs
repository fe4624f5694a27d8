//! What follows when somebody may do less than before: the organisation's epoch moves, and
//! executions end whose starter may not run their flow any more. The flows themselves stay.

use std::collections::{BTreeMap, BTreeSet};

use keydance_core::caller::Identity;
use keydance_core::execution::EndReason;
use keydance_core::id::FlowId;
use keydance_core::owner::Owner;
use keydance_store::executions::ExecutionRow;

use super::executions::Running;
use super::session::People;
use super::{Result, UseCase};

impl UseCase<'_, '_> {
    /// Narrows the access of these principals; says how many executions ended by it.
    pub(crate) fn lose_access(&mut self, principals: &[&str]) -> Result<i64> {
        self.tx.narrow_access()?;
        let running = self.tx.executions().running_for(principals, self.now)?;
        if running.is_empty() {
            return Ok(0);
        }
        let people = People::load(self.tx, principals, self.now)?;
        let active = principals.iter().filter(|id| people.active(id).is_some());
        let starters = active.filter_map(|id| Some((*id, people.identity(id)?)));
        let starters: BTreeMap<&str, Identity> = starters.collect();
        let owners = self.owners_of_flows(&running)?;
        let may_run = |execution: &ExecutionRow| {
            let starter = starters.get(execution.started_by.as_deref()?)?;
            let owners = owners.get(&execution.flow)?;
            owners.iter().any(|owner| starter.is(owner)).then_some(())
        };
        let lost = running
            .iter()
            .filter(|execution| may_run(execution).is_none());
        let lost: Vec<Running> = lost
            .map(|execution| (execution.id, execution.flow))
            .collect();
        self.end_executions(&lost, EndReason::StarterLost)
    }

    /// Narrows the access of everybody, when it is not plain whom a change reaches.
    pub(crate) fn everybody_loses_access(&mut self) -> Result<i64> {
        let starters = self.tx.executions().starters(self.now)?;
        let starters: Vec<&str> = starters.iter().map(String::as_str).collect();
        self.lose_access(&starters)
    }

    fn owners_of_flows(
        &mut self,
        executions: &[ExecutionRow],
    ) -> Result<BTreeMap<FlowId, Vec<Owner>>> {
        let flows: BTreeSet<FlowId> = executions.iter().map(|execution| execution.flow).collect();
        let flows: Vec<FlowId> = flows.into_iter().collect();
        let mut owners: BTreeMap<FlowId, Vec<Owner>> = BTreeMap::new();
        for (flow, owner) in self.tx.flows().owners(&flows)? {
            owners.entry(flow).or_default().push(owner);
        }
        Ok(owners)
    }
}

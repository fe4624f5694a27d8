//! Changing a stored flow: some of its fields, its block, or nothing but whether it passes.

use keydance_api::flow::Flow;
use keydance_core::flow::BlockReason;
use keydance_core::flow::document::patch;
use keydance_core::id::FlowId;
use keydance_core::name::Name;
use serde_json::{Map, Value};

use super::block::{Cause, block};
use super::document::describe;
use super::persist::{Persist, object};
use crate::engine::{Engine, Error, Result, Session, UseCase};

/// What is to be changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// These top-level fields, each replaced whole.
    Fields(Map<String, Value>),
    /// Nothing: the guard decides again, and a block is lifted if it allows the flow.
    Recheck,
}

impl Engine {
    /// Changes a flow and lets the guard decide on the result.
    ///
    /// # Errors
    /// As for storing a flow, and `not_found`.
    pub async fn change_flow(
        &self,
        session: &Session,
        id: FlowId,
        change: Change,
        persist: Persist,
    ) -> Result<Flow> {
        self.write(session, move |use_case| {
            use_case.may_change_flow(id)?;
            use_case.change_flow(id, &change, &persist)
        })
        .await
    }

    /// Blocks a flow by hand: nothing of it runs until it is stored or checked again. The log says
    /// why, if the caller does.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `not_owner`.
    pub async fn block_flow(
        &self,
        session: &Session,
        id: FlowId,
        note: Option<Name>,
    ) -> Result<Flow> {
        self.write(session, move |use_case| {
            use_case.may_change_flow(id)?;
            use_case.owned_flow(id)?;
            use_case.require_unlimited(&object(id))?;
            let cause = Cause {
                reason: BlockReason::Manual,
                references: &[],
                note: note.as_ref().map(Name::as_str),
            };
            let (context, actor) = (use_case.context(), use_case.actor());
            block(use_case.tx, id, &cause, &context, &actor)?;
            let flow = use_case
                .live_flow(id)?
                .ok_or_else(|| Error::not_found("flow"))?;
            describe(&flow.row, &use_case.session)
        })
        .await
    }
}

impl UseCase<'_, '_> {
    fn change_flow(&mut self, id: FlowId, change: &Change, persist: &Persist) -> Result<Flow> {
        let acting = self.acting(&persist.acting_for)?;
        let before = self
            .live_flow(id)?
            .ok_or_else(|| Error::not_found("flow"))?;
        let stored: Map<String, Value> =
            serde_json::from_str(&before.row.document).map_err(Error::internal)?;
        let document = match change {
            Change::Fields(fields) => patch(stored, fields.clone()),
            Change::Recheck => Value::Object(stored),
        };
        self.persist(id, Some(&before), document, &acting, persist)
            .map(|stored| stored.flow)
    }
}

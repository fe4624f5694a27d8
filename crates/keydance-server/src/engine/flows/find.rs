//! Finding flows, and showing them to their owners.

use keydance_api::flow::Flow;
use keydance_core::flow::FlowDocument;
use keydance_core::id::FlowId;
use keydance_core::owner::Owner;
use keydance_core::permission::Permission;
use keydance_store::flows::FlowRow;
use keydance_store::page::{Page, PageRequest};

use super::document::describe;
use super::persist::object;
use crate::engine::{Code, Engine, Error, Purpose, Result, Session, UseCase};

/// A flow that is not deleted, with its owners.
#[derive(Clone, Debug)]
pub(crate) struct LiveFlow {
    pub(crate) row: FlowRow,
    pub(crate) owners: Vec<Owner>,
}

impl LiveFlow {
    /// The document as it was stored.
    pub(crate) fn document(&self) -> Result<FlowDocument> {
        let stored = serde_json::from_str(&self.row.document).map_err(Error::internal)?;
        FlowDocument::restore(stored).map_err(Error::internal)
    }
}

impl Engine {
    /// Shows a flow to one of its owners.
    ///
    /// # Errors
    /// `missing_permission`, `not_found`, `not_owner`.
    pub async fn find_flow(&self, session: &Session, id: FlowId) -> Result<Flow> {
        self.read(session, move |use_case| {
            use_case.require(Permission::FlowsRead, &object(id))?;
            let flow = use_case.owned_flow(id)?;
            describe(&flow.row, &use_case.session)
        })
        .await
    }

    /// Lists the flows the caller owns, also through groups and the organisation.
    ///
    /// # Errors
    /// `missing_permission`.
    pub async fn list_flows(&self, session: &Session, page: PageRequest) -> Result<Page<Flow>> {
        self.read(session, move |use_case| {
            use_case.require_at_large(Permission::FlowsRead)?;
            let owners: Vec<Owner> = use_case.session.caller.identity.owners().collect();
            let found = use_case.tx.flows().list(&owners, page)?;
            let shown = found
                .entries
                .iter()
                .map(|row| describe(row, &use_case.session));
            Ok(Page {
                entries: shown.collect::<Result<_>>()?,
                total: found.total,
            })
        })
        .await
    }
}

impl UseCase<'_, '_> {
    /// The flow with this id, if it is there and not deleted; locked if this use case may write.
    pub(crate) fn live_flow(&mut self, id: FlowId) -> Result<Option<LiveFlow>> {
        let row = match self.purpose {
            Purpose::Read => self.tx.flows().find(id)?,
            Purpose::Write => self.tx.flows().lock(id)?,
        };
        let Some(row) = row else { return Ok(None) };
        if row.deleted_at.is_some() {
            return Ok(None);
        }
        let owners = self
            .tx
            .flows()
            .owners(&[id])?
            .into_iter()
            .map(|(_, owner)| owner)
            .collect();
        Ok(Some(LiveFlow { row, owners }))
    }

    /// The flow with this id, for one of its owners, or for who registers flows for others.
    pub(crate) fn owned_flow(&mut self, id: FlowId) -> Result<LiveFlow> {
        let flow = self
            .live_flow(id)?
            .ok_or_else(|| Error::not_found("flow"))?;
        let caller = &self.session.caller;
        let is_owner = flow.owners.iter().any(|owner| caller.is(owner));
        if is_owner || caller.permissions.allow(Permission::FlowsRegister) {
            return Ok(flow);
        }
        let error = Error::new(Code::NotOwner, "You are not an owner of this flow.");
        Err(self.refused(&object(id), error))
    }
}

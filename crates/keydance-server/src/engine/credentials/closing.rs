//! What ends somebody's access to a credential, with everything that rests on it, in one transaction:
//! flows first, then the references, then the owner's entry or the credential itself.

use keydance_core::event::{Action, Actor, Context, Event};
use keydance_core::flow::BlockReason;
use keydance_core::id::{CredentialId, FlowId};
use keydance_core::owner::Owner;
use keydance_core::permission::Permission;
use keydance_store::Tx;
use keydance_store::credentials::CredentialRow;
use serde_json::{Value as Json, json};

use super::owned::{object, save};
use crate::engine::flows::{Cause, block};
use crate::engine::{Code, Error, Result, UseCase};

/// A closing under way, in the organisation entered.
pub(super) struct Closing<'x, 'c> {
    pub(super) tx: &'x mut Tx<'c>,
    pub(super) context: Context,
    pub(super) actor: Actor,
}

impl Closing<'_, '_> {
    /// Removes an owner's entry; the flows that need it are blocked. The credential is not saved.
    pub(super) fn remove_owner(&mut self, id: CredentialId, owner: &Owner) -> Result<()> {
        let held_by = self.held_by(id)?;
        let flows = self.tx.credentials().flows_needing_owner(id, owner)?;
        self.detach(id, &flows, BlockReason::CredentialOwnerRemoved)?;
        let (by, now) = (self.actor.id().to_owned(), self.context.at);
        let closed = self.tx.credentials().close_owner(id, owner, &by, now);
        self.tx.or_start_over(closed)?;
        self.record(Action::CredentialOwnerRemoved, id, |event| {
            event
                .owner_rows(std::slice::from_ref(owner))
                .detail("blockedFlows", count(&flows))
                .detail("heldBy", held_by)
        })
    }

    /// Deletes a credential; the flows that reference it are blocked. Its owners' entries stay, so
    /// that it can be taken back until its values are destroyed.
    pub(super) fn delete(&mut self, row: &mut CredentialRow) -> Result<()> {
        let id = row.id;
        let held_by = self.held_by(id)?;
        let flows = self.tx.credentials().flows_referencing(id)?;
        self.detach(id, &flows, BlockReason::CredentialDeleted)?;
        "deleted".clone_into(&mut row.state);
        row.deleted_at = Some(self.context.at);
        save(self.tx, row, self.context.at)?;
        self.tx.credentials().set_known(id, false)?;
        self.record(Action::CredentialDeleted, id, |event| {
            event
                .detail("blockedFlows", count(&flows))
                .detail("heldBy", held_by)
        })
    }

    /// Blocks flows and takes the credential out of them, in ascending order of their ids.
    fn detach(&mut self, id: CredentialId, flows: &[FlowId], reason: BlockReason) -> Result<()> {
        let cause = Cause::of(reason, &id);
        for flow in flows {
            block(self.tx, *flow, &cause, &self.context, &self.actor)?;
            self.tx
                .flows()
                .close_references(*flow, &[id], self.context.at)?;
        }
        Ok(())
    }

    /// How many executions hold the secret, before any of them is ended.
    fn held_by(&mut self, id: CredentialId) -> Result<i64> {
        Ok(count(&self.tx.executions().holding(id)?))
    }

    fn record(
        &mut self,
        action: Action,
        id: CredentialId,
        with: impl FnOnce(Event) -> Event,
    ) -> Result<()> {
        let event = Event::new(self.context.clone(), action, self.actor.clone(), object(id));
        self.tx.record(with(event));
        Ok(self.tx.narrow_access()?)
    }
}

impl<'c> UseCase<'_, 'c> {
    /// A closing by the caller.
    pub(super) fn closing(&mut self) -> Closing<'_, 'c> {
        Closing {
            context: self.context(),
            actor: self.actor(),
            tx: self.tx,
        }
    }

    /// Says that flows are in the way: which, as far as the caller may see them, and how many.
    pub(super) fn in_use(&mut self, code: Code, flows: &[FlowId]) -> Result<Error> {
        let total = count(flows);
        let caller = self.session.caller.clone();
        let mut details: Vec<Json> = Vec::new();
        if caller.permissions.allow(Permission::FlowsRead) {
            let owners = self.tx.flows().owners(flows)?;
            let own = |flow: &&FlowId| {
                let mut owners = owners.iter().filter(|(id, _)| id == *flow);
                owners.any(|(_, owner)| caller.is(owner))
            };
            let visible = flows.iter().filter(own);
            details.extend(visible.map(|flow| json!({ "flowId": flow.to_string() })));
        }
        details.push(json!({ "total": total }));
        let message = match total {
            1 => "A flow needs it.".to_owned(),
            _ => format!("{total} flows need it."),
        };
        Ok(Error::new(code, message).with_details(details))
    }
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

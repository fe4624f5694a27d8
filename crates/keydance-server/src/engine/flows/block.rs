//! A flow that may not run: in the transaction of its cause it is blocked and its executions end.

use keydance_core::event::{Action, Actor, Context, Event, Object, ObjectKind};
use keydance_core::execution::EndReason;
use keydance_core::flow::BlockReason;
use keydance_core::id::{CredentialId, FlowId};
use keydance_store::Tx;
use keydance_store::flows::Blocked;
use serde_json::json;

use crate::engine::Result;
use crate::engine::executions::{end_executions, running_of_flow};

/// Why a flow is blocked.
pub(crate) struct Cause<'c> {
    pub(crate) reason: BlockReason,
    /// The credentials it is about.
    pub(crate) references: &'c [CredentialId],
    /// What whoever blocks it says to it.
    pub(crate) note: Option<&'c str>,
}

impl<'c> Cause<'c> {
    /// Something happened to a credential.
    pub(crate) fn of(reason: BlockReason, credential: &'c CredentialId) -> Self {
        Self {
            reason,
            references: std::slice::from_ref(credential),
            note: None,
        }
    }
}

/// Blocks a flow; a flow that is blocked already keeps its reason.
pub(crate) fn block(
    tx: &mut Tx<'_>,
    id: FlowId,
    cause: &Cause<'_>,
    context: &Context,
    actor: &Actor,
) -> Result<()> {
    let Some(mut flow) = tx.flows().lock(id)? else {
        return Ok(());
    };
    if flow.blocked.is_some() || flow.deleted_at.is_some() {
        return Ok(());
    }
    flow.blocked = Some(Blocked {
        reason: cause.reason.as_str().to_owned(),
        since: context.at,
        references: json!(cause.references).to_string(),
    });
    tx.flows().update(&flow)?;
    let running = running_of_flow(tx, id, context.at)?;
    let ended = end_executions(tx, &running, EndReason::FlowBlocked, context, actor)?;
    let object = Object::new(ObjectKind::Flow, id.to_string());
    let event = Event::new(context.clone(), Action::FlowBlocked, actor.clone(), object)
        .flow(id)
        .detail("reason", cause.reason.as_str())
        .detail("endedExecutions", ended);
    tx.record(match cause.note {
        Some(note) => event.detail("note", note),
        None => event,
    });
    tx.narrow_access()?;
    Ok(())
}

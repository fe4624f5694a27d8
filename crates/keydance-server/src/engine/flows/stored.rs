//! Rows of flows as the decision wants them.

use keydance_core::decision::{FlowState, StoredFlow};
use keydance_core::flow::Reference;
use keydance_store::executions::ExecutionCredentialRow;
use keydance_store::flows::FlowRow;
use serde_json::{Value, json};

use crate::engine::{Error, Result};

/// The state of a stored flow.
pub(crate) fn stored_flow(flow: &FlowRow) -> Result<StoredFlow<'_>> {
    let state = match (&flow.blocked, flow.enabled) {
        (Some(blocked), _) => FlowState::Blocked(blocked.reason.parse().map_err(Error::internal)?),
        (None, true) => FlowState::Enabled,
        (None, false) => FlowState::Disabled,
    };
    Ok(StoredFlow {
        state,
        revision: flow.revision,
        digest: &flow.digest,
    })
}

/// The places that reference one credential, as an execution keeps them: a list of path, component
/// and destination.
pub(crate) fn reference_json<'a>(references: impl Iterator<Item = &'a Reference>) -> String {
    let entry = |reference: &Reference| {
        json!([
            reference.path,
            reference.component_id,
            reference.destination
        ])
    };
    Value::Array(references.map(entry).collect()).to_string()
}

/// The same, read back.
pub(crate) fn stored_references(row: &ExecutionCredentialRow) -> Result<Vec<Reference>> {
    type Entry = (String, Option<String>, Option<String>);
    let entries: Vec<Entry> = serde_json::from_str(&row.paths).map_err(Error::internal)?;
    let credential = row.credential;
    Ok(entries
        .into_iter()
        .map(|(path, component_id, destination)| Reference {
            path,
            credential,
            component_id,
            destination,
        })
        .collect())
}

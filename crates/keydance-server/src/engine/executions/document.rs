//! How an execution is shown.

use keydance_api::credential::Owner;
use keydance_api::execution::Execution;
use keydance_core::execution::EndReason;
use keydance_core::time::Timestamp;
use keydance_store::executions::ExecutionRow;

/// The document of an execution, without its token.
pub(crate) fn describe(row: &ExecutionRow, now: Timestamp) -> Execution {
    let expired = (row.expires_at <= now).then(|| EndReason::Expired.as_str().to_owned());
    let ended_reason = row.ended_reason.clone().or(expired);
    let starter = |id: &String| Owner {
        id: id.clone(),
        kind: "USER".to_owned(),
    };
    Execution {
        id: row.id.to_string(),
        flow_id: row.flow.to_string(),
        revision: row.revision,
        environment: row.environment.to_string(),
        started_by: row.started_by.as_ref().map(starter),
        state: if ended_reason.is_some() {
            "ended"
        } else {
            "running"
        }
        .to_owned(),
        ended_reason,
        expires_at: row.expires_at.to_string(),
    }
}

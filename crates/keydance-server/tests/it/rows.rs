//! Rows of flows and executions, as the service itself would write them.

use keydance_core::environment::EnvironmentName;
use keydance_core::id::{CredentialId, ExecutionId, FlowId};
use keydance_core::owner::Owner;
use keydance_core::time::Timestamp;
use keydance_store::executions::ExecutionRow;
use keydance_store::flows::FlowRow;
use serde_json::json;

pub(crate) fn document(owners: &[Owner], credentials: &[CredentialId]) -> String {
    let nodes = credentials.iter().enumerate().map(|(n, id)| {
        json!({ "id": format!("step-{n}"), "componentId": "fetch", "credentials_id": id })
    });
    json!({ "owners": owners, "graph": { "nodes": nodes.collect::<Vec<_>>() } }).to_string()
}

pub(crate) fn flow_row(id: FlowId, document: &str, now: Timestamp) -> FlowRow {
    FlowRow {
        id,
        name: None,
        document: document.to_owned(),
        revision: 1,
        digest: "sha256:00".to_owned(),
        enabled: true,
        blocked: None,
        created_at: now,
        created_by: "ana".to_owned(),
        updated_at: now,
        deleted_at: None,
        tag: 0,
    }
}

pub(crate) fn execution_row(id: ExecutionId, flow: FlowId, now: Timestamp) -> ExecutionRow {
    ExecutionRow {
        id,
        flow,
        revision: 1,
        digest: "sha256:00".to_owned(),
        environment: EnvironmentName::default(),
        trigger: "manual".to_owned(),
        started_by: Some("ana".to_owned()),
        created_by: "ana".to_owned(),
        created_at: now,
        expires_at: now.plus_seconds(3600),
        max_until: now.plus_seconds(3600),
        ended_at: None,
        ended_reason: None,
    }
}

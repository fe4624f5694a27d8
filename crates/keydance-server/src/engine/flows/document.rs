//! How a flow is shown.

use keydance_api::credential::Owner as Entry;
use keydance_api::flow::{Flow, Guard};
use keydance_store::flows::FlowRow;
use serde_json::{Map, Value};

use crate::engine::{Error, Result, Session};

/// The document of a flow, with what the service knows of it.
pub(crate) fn describe(row: &FlowRow, session: &Session) -> Result<Flow> {
    let mut document: Map<String, Value> =
        serde_json::from_str(&row.document).map_err(Error::internal)?;
    document.remove("enabled");
    let owners = document.remove("owners").unwrap_or_default();
    let owners: Vec<Entry> = serde_json::from_value(owners).map_err(Error::internal)?;
    Ok(Flow {
        id: row.id.to_string(),
        tenant: session
            .caller
            .identity
            .tenant
            .as_ref()
            .map(ToString::to_string),
        owners,
        enabled: row.enabled,
        revision: row.revision,
        digest: row.digest.clone(),
        guard: guard(row)?,
        created_at: row.created_at.to_string(),
        updated_at: row.updated_at.to_string(),
        tag: row.tag,
        document,
    })
}

fn guard(row: &FlowRow) -> Result<Guard> {
    let Some(blocked) = &row.blocked else {
        return Ok(Guard {
            state: "ok".to_owned(),
            reason: None,
            since: None,
            references: None,
        });
    };
    Ok(Guard {
        state: "blocked".to_owned(),
        reason: Some(blocked.reason.clone()),
        since: Some(blocked.since.to_string()),
        references: Some(serde_json::from_str(&blocked.references).map_err(Error::internal)?),
    })
}

//! The body of every answer that is an error.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request was not served.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A sentence for people.
    pub message: String,
    /// A stable word for programs.
    pub code: String,
    /// The request in the server's log and in the audit log.
    pub request_id: String,
    /// What exactly is wrong; its shape depends on the code.
    #[serde(default)]
    pub details: Vec<Value>,
}

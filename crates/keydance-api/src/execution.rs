//! Executions of flows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credential::Owner;

/// An execution that was just started, with its token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedExecution {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow_id: String,
    /// The revision that runs.
    pub revision: i64,
    /// The digest of that revision.
    pub digest: String,
    /// The environment whose values it gets.
    pub environment: String,
    /// The execution token, shown once.
    pub token: String,
    /// When the token ends unless renewed.
    pub expires_at: String,
    /// What it may fetch.
    pub credentials: Vec<ExecutionCredential>,
}

/// A credential an execution may fetch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExecutionCredential {
    /// The credential's id.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `S_` and the type.
    #[serde(rename = "__t")]
    pub discriminator: String,
    /// Where the flow references it.
    pub paths: Vec<String>,
}

/// An execution as it is shown, without its token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow_id: String,
    /// The revision that runs.
    pub revision: i64,
    /// The environment whose values it gets.
    pub environment: String,
    /// Who it runs for; nobody when the owners act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_by: Option<Owner>,
    /// `running` or `ended`.
    pub state: String,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_reason: Option<String>,
    /// When it ends by itself.
    pub expires_at: String,
}

/// The answer to a renewal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenewedExecution {
    /// The execution.
    pub id: String,
    /// When its token ends now.
    pub expires_at: String,
    /// A new token, if one was asked for; the old one has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// A request to start a flow.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartExecution {
    /// Where it is to run; `default` if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The revision that is expected to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// `manual`, `schedule` or `webhook`; for the last two the owners act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// For whom it starts; heard only from callers with `flows.register`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_by: Option<Owner>,
    /// How long it can be kept alive at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lifetime_seconds: Option<i64>,
}

/// A request to renew an execution.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RenewExecution {
    /// Whether another token takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate: Option<bool>,
}

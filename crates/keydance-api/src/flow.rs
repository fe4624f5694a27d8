//! Flows, as far as they are not free documents.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::credential::Owner;

/// A flow: its document as given, and what the service knows of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// Its id.
    pub id: String,
    /// The organisation it was created in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// Whether its owners want it to run.
    pub enabled: bool,
    /// Counts the changes of owners, graph and settings, from 1.
    pub revision: i64,
    /// `sha256:` and the digest of owners, graph and settings.
    pub digest: String,
    /// Whether it may run.
    pub guard: Guard,
    /// When it was created.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// Moves with every change; the entity tag.
    #[serde(rename = "__v")]
    pub tag: i64,
    /// The document as given.
    #[serde(flatten)]
    pub document: Map<String, Value>,
}

/// Whether a flow may run.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Guard {
    /// `ok` or `blocked`.
    pub state: String,
    /// Why it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The credentials it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<String>>,
}

/// Why a flow may not use a credential.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The place of the reference in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// The reason.
    pub reason: String,
    /// The flow's owners that do not own the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_owners: Option<Vec<Owner>>,
}

/// The verdict on one flow of a stateless check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// What the caller called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Whether it may be persisted, or executed.
    pub allowed: bool,
    /// The digest of the flow that was checked, if it is well-formed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why not.
    pub violations: Vec<Violation>,
}

/// A flow document to be stored. Fields not named here are kept as given.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewFlow {
    /// What people will call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its owners; whoever stores it if none are given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Its graph: a list of nodes with unique ids, which may name credentials by `credentials_id`.
    pub graph: Map<String, Value>,
    /// Settings; the webhook secret and applications may name credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_settings: Option<Map<String, Value>>,
    /// Whether it may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Top-level fields of a flow to be replaced.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowChange {
    /// What people will call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<Owner>>,
    /// Its graph, replaced whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<Map<String, Value>>,
    /// Whether it may run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A flow to be blocked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct BlockFlow {
    /// Why, for the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Flows to be checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckRequest {
    /// At most 100 of them.
    pub data: Vec<CheckItem>,
}

/// One flow to be checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckItem {
    /// What the caller calls it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// `persist` or `execute`.
    pub operation: String,
    /// Who acts.
    pub actor: Owner,
    /// Where it is to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The document.
    pub flow: Map<String, Value>,
}

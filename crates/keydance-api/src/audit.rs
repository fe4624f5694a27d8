//! The audit log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a page of events stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// Give this as `page[after]` to go on; nothing after the last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// A signed log head.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// The number of events it covers.
    pub size: u64,
    /// The signed note (C2SP tlog-checkpoint).
    pub note: String,
    /// The key that verifies it (C2SP verifier key).
    pub verifier: String,
}

/// The proof that an event is in the log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InclusionProof {
    /// The number of the event.
    pub seq: u64,
    /// The size of the log it is proved for.
    pub size: u64,
    /// The hash of the event's leaf, in hex.
    pub leaf: String,
    /// Hashes from the leaf to the root, in hex.
    pub hashes: Vec<String>,
}

/// The proof that an older log is the beginning of a newer one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsistencyProof {
    /// The size of the older log.
    pub from: u64,
    /// The size of the newer one.
    pub to: u64,
    /// The hashes, in hex.
    pub hashes: Vec<String>,
}

/// An event as it was written down: canonical JSON, byte for byte what was hashed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at: String,
    /// What was done.
    pub action: String,
    /// `allowed`, `denied` or `failed`.
    pub outcome: String,
    /// Who did it: `id`, `type`, and for whom.
    pub actor: serde_json::Value,
    /// What it was done to: `id` and `type`.
    pub object: serde_json::Value,
    /// The request, as told to the caller.
    pub request_id: String,
}

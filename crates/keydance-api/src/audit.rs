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

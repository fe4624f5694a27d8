//! The Merkle tree of the event log: RFC 6962, SHA-256, leaf `H(00 ‖ body)`, node `H(01 ‖ l ‖ r)`
//! (contract "security", 3.1).
//!
//! A writer keeps a [`Frontier`], which grows a leaf at a time and tells which subtrees to store;
//! proofs read those back through [`Nodes`]; verifiers need neither.

pub use crate::digest::Hash;
use crate::digest::sha256_of;

mod frontier;
mod proof;
mod verify;

pub use frontier::{Frontier, FrontierError, Subtree};
pub use proof::{Nodes, ProofError, consistency_proof, inclusion_proof};
pub use verify::{VerifyError, verify_consistency, verify_inclusion};

/// The hash of a leaf, from the exact bytes of its event.
#[must_use]
pub fn leaf_hash(body: &[u8]) -> Hash {
    sha256_of([&[0], body])
}

/// The hash of a node, from its children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_of([&[1], left, right])
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    sha256_of([])
}

#[cfg(test)]
mod tests;

//! `/audit`: what was written down, and the proofs that it stands.

pub(crate) mod checkpoint;
pub(crate) mod consistency;
pub(crate) mod list;
pub(crate) mod proof;

//! Flows: persisting them under the guard, blocking them, and running them.

mod block;
mod denied;
mod stored;

pub(crate) use block::block;
pub(crate) use denied::denied_error;
pub(crate) use stored::{reference_json, stored_flow, stored_references};

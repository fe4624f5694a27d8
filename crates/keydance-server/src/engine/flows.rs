//! Flows: persisting them under the guard, blocking them, checking them for others.

mod acting;
mod block;
mod change;
mod check;
mod delete;
mod denied;
mod document;
mod facts;
mod find;
mod persist;
mod stored;

pub use acting::ActingFor;
pub use change::Change;
pub use check::{CheckItem, Checked};
pub use persist::Persist;

pub(crate) use acting::Acting;
pub(crate) use block::{Cause, block};
pub(crate) use denied::{denied_error, start_error};
pub(crate) use facts::credential_facts;
pub(crate) use find::LiveFlow;
pub(crate) use stored::{reference_json, stored_flow, stored_references};

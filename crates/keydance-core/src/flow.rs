//! Flows: foreign documents that name credentials, and who they belong to (contract 10.4).

pub mod block;
pub mod document;
pub mod reference;

pub use block::BlockReason;
pub use document::{FlowDocument, FlowError};
pub use reference::Reference;

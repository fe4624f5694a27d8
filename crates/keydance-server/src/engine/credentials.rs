//! Credentials: creating, listing, changing, deleting.

mod create;
mod document;
mod list;

pub use create::NewCredential;
pub use list::{ListRequest, Listing};

pub(crate) use create::environment;
pub(crate) use document::{Parts as DocumentParts, describe, owners as owner_entries};

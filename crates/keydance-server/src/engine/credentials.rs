//! Credentials: creating, listing, changing, deleting.

mod create;
mod list;
mod update;

// Who has them, and how that ends.
mod closing;
mod delete;
mod disown;
mod owners;
mod retention;
mod undelete;

// What they look like.
mod changed;
mod document;
mod owned;

pub use create::NewCredential;
pub use delete::{Deletion, Effect};
pub use list::{ListRequest, Listing};
pub use owners::{Force, Removal};
pub use update::CredentialPatch;

pub(crate) use create::{environment, new_value};
pub(crate) use document::{Parts as DocumentParts, describe, owners as owner_entries};
pub(crate) use owned::{Asked, Owned, object, save};

//! The one store of Keydance, over SQLite or PostgreSQL.
//!
//! (W) Weight: it carries both database drivers. It holds rows and envelopes; it never sees a secret
//! and never decides who may do what, but the schema itself refuses a reference whose flow owner
//! does not own the credential.
//!
//! The way in: [`Store`] runs use cases; each gets a [`Tx`], which has a handle per aggregate
//! (`tx.credentials()`, `tx.flows()`, …). A use case runs in a transaction of its own making; those
//! that wait at the same time are committed together, and what they record in the audit log is
//! appended in the same transaction, as the last step before the commit.
//!
//! | module | what it is |
//! |---|---|
//! | [`store`] | opening, reading, writing |
//! | `committer`, `readers` | the threads that run use cases |
//! | [`tx`] | one use case's view of the database |
//! | `dialect` | the only place that knows which database it is |
//! | [`log`] | the audit log: appending, checkpoints, proofs |
//! | the rest | one file per aggregate, named like its noun everywhere else |

mod committer;
mod dialect;
mod migrations;
mod readers;
mod value;

pub mod error;
pub mod log;
pub mod page;
pub mod recorded;
pub mod store;
pub mod tx;

// The aggregates.
pub mod access_tokens;
pub mod credentials;
pub mod environments;
pub mod executions;
pub mod flows;
pub mod groups;
pub mod idempotency;
pub mod organisations;
pub mod principals;
pub mod versions;

pub use dialect::{Location, Weakness};
pub use error::{Error, Result};
pub use store::{Batched, Store};
pub use tx::Tx;

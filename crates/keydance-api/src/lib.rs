//! What goes over the wire of the credential service: documents, lists and errors.
//!
//! (R) Reuse: the command line needs these types without any server code. They are plain data and
//! have no behaviour; names and shapes are those of the HTTP contract, so where it says `tenant` or
//! `__t`, so do they.
#![deny(missing_docs)]

pub mod audit;
pub mod credential;
pub mod envelope;
pub mod error;
pub mod execution;
pub mod flow;
pub mod group;
pub mod principal;
pub mod token;

pub use envelope::{Data, List, Meta};
pub use error::Problem;

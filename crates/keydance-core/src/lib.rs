//! The domain of Keydance: what things are, who may do what, and why.
//!
//! (P) Purity: no I/O, no async, no clock and no randomness. Every function is
//! `(state, input, now) → new state or the reason why not`, so each rule can be read, tested and
//! proved alone, and the compiler refuses a shortcut through a database or a socket.
//!
//! Start with [`owner::Owner`] (who something belongs to), [`credential::Value`] (what is kept)
//! and [`decision`] (whether it may leave).
//!
//! ```
//! use keydance_core::credential::{CredentialType, Value, View};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let value = Value::create(CredentialType::ApiKey, json!({"key": "sesame-420"}))?;
//! assert_eq!(value.view(View::Masked)["key"], "******-420");
//!
//! // A mask that comes back leaves the secret as it is.
//! let sent_back = json!({"key": "******-420"});
//! assert!(matches!(value.patch(sent_back)?, keydance_core::credential::Patch::Unchanged));
//! # Ok(())
//! # }
//! ```
#![deny(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unreachable,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test that goes out of bounds fails, as it should"
    )
)]

// The words everything else is made of.
pub mod environment;
pub mod id;
pub mod interval;
pub mod name;
pub mod owner;
pub mod permission;
pub mod time;

// What requests bring.
pub mod json;
pub mod problem;

// Who is there.
pub mod caller;
pub mod group;
pub mod owners;
pub mod principal;

// What is kept, and what uses it.
pub mod credential;
pub mod execution;
pub mod flow;

// Whether it may leave, and what is written down about it.
pub mod decision;
pub mod event;

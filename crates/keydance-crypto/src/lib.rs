//! The cryptography of Keydance: sealing secrets, deriving and holding keys, hashing and signing
//! the event log.
//!
//! A crate of its own because it is audited alone (A), with stricter lints, fuzzing and mutation
//! tests. It must never do I/O other than the key file of a seal, read a clock, log, or let a
//! secret be printed, cloned or compared by accident.
//!
//! Start with [`Context`](context::Context), the place an envelope is bound to;
//! [`seal`](envelope::seal) and [`open`](envelope::open); and [`Key32`](secret::Key32).
//!
//! ```
//! use keydance_crypto::context::{Context, ObjectType, PayloadPlace};
//! use keydance_crypto::envelope::{open, seal};
//! use keydance_crypto::hierarchy::NewKey;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let credential_key = NewKey::first()?;
//! let place = PayloadPlace {
//!     organisation: "5f0c3a9e1b7d4426880e2f61",
//!     object_type: ObjectType::Credential,
//!     object_id: "a3f09c51d27be84406c1f9d2",
//!     version: 2,
//!     environment: "staging",
//!     part: "secret",
//! };
//! let context = Context::payload(&place)?;
//! let NewKey { reference, key } = credential_key;
//! let envelope = seal(&key, reference, &context, b"correct horse")?;
//! assert_eq!(open(&key, reference, &context, &envelope)?.expose(), b"correct horse");
//!
//! let elsewhere = Context::payload(&PayloadPlace { environment: "production", ..place })?;
//! assert!(open(&key, reference, &elsewhere, &envelope).is_err());
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
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        reason = "a test that goes out of bounds fails, as it should"
    )
)]

// Secrets in memory, and where they come from.
#[expect(unsafe_code, reason = "locking memory is a system call on raw pages")]
pub mod locked;
pub mod process;
pub mod random;
pub mod secret;

// Envelopes: the stored form of secrets and keys.
pub mod context;
pub mod envelope;
pub mod hierarchy;
pub mod list;
pub mod seal;

// What is stored instead of a value.
pub mod digest;
pub mod index;
pub mod token;

// The event log.
pub mod checkpoint;
pub mod merkle;

mod base62;

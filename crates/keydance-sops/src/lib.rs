//! SOPS files, byte-compatible with getsops/sops 3.13.
//!
//! A crate of its own because it must stay pure (P) and is useful by itself (R): bytes in, bytes
//! out. It must never open a file, read the environment or a clock, reach a network, or print;
//! keys are unwrapped by whoever calls, through a trait.
//!
//! Start with [`Tree`](tree::Tree), what a file holds; and [`Format`](format::Format), how it is
//! written down.

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

// What a file holds, and how it is written down.
pub mod format;
pub mod tree;

// Who can open it, and who may be asked.
#[cfg(feature = "age")]
pub mod age;
pub mod key_service;
pub mod policy;
pub mod recipient;
pub mod services;

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

// A file: read, opened, sealed, written.
pub mod file;
pub mod metadata;

// How a tree is encrypted and decrypted.
pub mod cipher;
pub mod enc;
pub mod ivs;
pub mod mac;
pub mod scalar;
pub mod select;
pub mod walk;

// Two changes of one file.
pub mod merge;

// The key that does it, and whoever holds it.
#[cfg(feature = "age")]
pub mod age;
pub mod data_key;
pub mod key_service;
pub mod keys;
pub mod policy;
pub mod random;
pub mod readers;
pub mod recipient;
pub mod services;
pub mod shamir;

// What a person asks for: a place in a tree, a value to put there, and who can open new files.
pub mod config;
pub mod edit;
pub mod path;
pub mod set_value;

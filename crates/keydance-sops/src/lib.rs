//! SOPS files, byte-compatible with getsops/sops 3.13.
//!
//! A crate of its own because it must stay pure (P) and is useful by itself (R): bytes in, bytes
//! out. It must never open a file, read the environment or a clock, reach a network, or print;
//! keys are unwrapped by whoever calls, through a trait.
//!
//! Start with [`File`](file::File), an encrypted file, and [`Opened`](file::Opened), the same file
//! decrypted; with [`Tree`](tree::Tree), what a file holds, and [`Format`](format::Format), how it
//! is written down; and with [`KeyService`](key_service::KeyService), whoever holds keys.
//!
//! A new file is encrypted for its [`Readers`](readers::Readers), and opened by one of them:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use keydance_sops::age::AgeIdentities;
//! use keydance_sops::data_key::DataKey;
//! use keydance_sops::file::{File, Opened};
//! use keydance_sops::format::{Format, ReadOptions, WriteOptions};
//! use keydance_sops::keys::{DECRYPTION_ORDER, recover, wrap};
//! use keydance_sops::metadata::Metadata;
//! use keydance_sops::random::SystemRandom;
//! use keydance_sops::readers::Readers;
//! use keydance_sops::recipient::{Recipient, RecipientKind};
//! use keydance_sops::tree::Time;
//!
//! // Whoever calls says what time it is, where randomness comes from, and who holds keys.
//! let now = Time::parse("2026-01-02T03:04:05Z")?;
//! let mut random = SystemRandom;
//! let mut alice = AgeIdentities::without_passphrases();
//! # let identity = "AGE-SECRET-KEY-15XFKEVL2RLH2QJQ9AEDJ579F4YGR09K5W98QVNJPMR6PG4Q928QQ55LCGK";
//! alice.add("alice.txt", identity.as_bytes())?;
//!
//! let recipient = "age1d8tvkul720csc4wgf2atsktd9uq3e0kmdjnkqmgsa7rjstfpx4fsm5jefc";
//! let readers = Readers {
//!     groups: vec![vec![Recipient::parse(RecipientKind::Age, recipient)?]],
//!     threshold: 0,
//! };
//! let key = DataKey::random(&mut random)?;
//! let groups = wrap(readers, &key, &alice, now, &mut random)?;
//! let tree = Format::Yaml.read_plain(b"password: hunter2\n", &ReadOptions::default())?;
//! let new = Opened::new(Format::Yaml, tree, Metadata::new(groups, 0, None));
//! let encrypted = new.seal(&key, now, &mut random)?.write(&WriteOptions::default())?;
//!
//! let file = File::read(Format::Yaml, &encrypted, &ReadOptions::default())?;
//! let recovered = recover(&file.metadata, &alice, &DECRYPTION_ORDER)?;
//! let opened = file.open(&recovered.key)?.verify()?;
//! let plain = Format::Yaml.write(&opened.tree, None, &WriteOptions::default())?;
//! assert_eq!(plain, b"password: hunter2\n");
//! # Ok(())
//! # }
//! ```
//!
//! [`File`](file::File) shows how a value is changed, [`File::rewrap`](file::File::rewrap) how
//! somebody else comes to read a file, [`extract`](edit::extract) how one value is taken out.

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

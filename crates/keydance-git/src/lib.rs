//! An organisation that keeps its secrets in git: people, groups and files, and nothing else.
//!
//! A crate of its own so that the compiler keeps the server out of it (P): it must never know the
//! service's database or its HTTP interface. Nor does it print, or read a clock or the environment:
//! time, randomness and the keys of whoever calls are arguments. It runs `git` and writes files.
//!
//! Start with the roster, which says who there is and who may read which path.

#![deny(missing_docs)]

// Who there is, and who may read what.
pub mod roster;
pub mod sops_yaml;

// The keys that files are encrypted to.
pub mod group_identity;

// What changes who can open what, and doing it whole or not at all.
pub mod event;
pub mod journal;

// The repository, and what it has held since it began.
pub mod history;
pub mod repository;

// Two changes of one file.
pub mod merge;

// Whose bytes a file holds.
pub mod signature;

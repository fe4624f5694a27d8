//! Against the real sops: what one writes the other opens, byte for byte.
//!
//! `./test` installs the peers; a peer that is not there fails its tests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows test functions, but not what they are made of"
)]

// What the tests stand on.
mod departures;
mod identities;
mod ours;
mod random_tree;
mod reduction;
mod rng;
mod stock;

// Agreement with stock.
mod corpus;
mod differential;
mod groups;
mod layout;
mod merge;

// What must not open, or not take for ever.
mod fuzzing;
mod limits;
mod negative;

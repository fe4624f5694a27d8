//! Against the real programs: age, gpg, sops, and a plugin of age. They are found on `PATH`; one that is
//! not there fails its tests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows test functions, but not what they are made of"
)]

// What the tests stand on.
mod peers;

// One module per peer.
mod age;
mod age_plugin;
mod gpg;

// Whole files, by the real sops.
mod sops_files;

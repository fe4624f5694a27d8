//! Against the real programs: age, gpg, sops, a plugin of age, and servers. The first are found on
//! `PATH`, servers where `./test` installs them; one that is not there fails its tests.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows test functions, but not what they are made of"
)]

// What the tests stand on.
mod peers;
mod real_sops;
mod servers;

// One module per peer.
mod age;
mod age_plugin;
mod aws_kms;
mod gpg;
mod key_service;
mod vault_transit;

// Whole files, by the real sops.
mod sops_files;

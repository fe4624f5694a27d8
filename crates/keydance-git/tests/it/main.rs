//! Organisations in real repositories, with the real git, sops and ssh-keygen.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows test functions, but not what they are made of"
)]

mod approval;
mod check;
mod events;
mod journal;
mod organisation;
mod requests;
mod signed;
mod stock;

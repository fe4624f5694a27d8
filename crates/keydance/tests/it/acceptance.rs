//! The acceptance lines of the credential API, one test or more for each, and what else its sections
//! promise of the main job. Lines that need auth clients, login flows, an IAM, grants or published
//! events are not here yet.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what goes wrong here fails the test that asked for it"
)]

// Who acts, and with what.
pub(crate) mod cast;
pub(crate) mod papers;

// Lines 1 to 22: credentials.
mod bulk;
mod creation;
mod general;
mod lists;
mod owners;
mod reads;
mod updates;
mod versions;

// Lines 41 to 51: the guard.
mod check;
mod closings;
mod database;
mod environments;
mod executions;
mod guard;
mod starting;

// What every route keeps.
pub(crate) mod limits;
mod openapi;
mod requests;

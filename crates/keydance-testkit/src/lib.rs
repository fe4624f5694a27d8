//! What the tests of Keydance stand on: real servers, real databases, a client
//! and an organisation to act in.
//!
//! (W) *Weight*: only tests depend on this crate, so nothing in it reaches the
//! binary. It must never replace storage or cryptography by something that
//! only looks like them; [`house`] proves that no crate ships it.
//!
//! Start with [`Server`], [`Organisation`] and [`both`]:
//!
//! ```no_run
//! use keydance_testkit::{Options, Organisation, Server, both};
//! use serde_json::json;
//!
//! both(|backend| {
//!     let server = Server::start(&Options::new("target/debug/keydance", backend));
//!     let ana = Organisation::first(&server).person("ana");
//!     let answer = ana.get("/me").send().expect_status(200);
//!     assert_eq!(answer.data()["id"], json!("ana"));
//! });
//! ```
//!
//! Everything runs on loopback, on ports chosen here, in temporary folders, and
//! ends with the value that started it. What cannot be started fails the test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "where this crate cannot do its work, the test that asked for it has failed"
)]

// what a test talks to
pub mod client;
pub mod organisation;
pub mod postgres;
pub mod server;

// what a test reads
pub mod house;
pub mod promises;
pub mod readme;

mod deadline;
mod entropy;
mod port;

pub use client::{Answer, Client, Request};
pub use organisation::{Identity, Organisation};
pub use postgres::Database;
pub use server::{Backend, Home, Options, Server, both};

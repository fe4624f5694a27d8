//! The server as its clients see it: requests in, answers out, over a real store.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod app2;

mod audit;
mod identity;

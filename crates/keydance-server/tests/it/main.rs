//! The service as its clients see it: requests through the whole router, on a real database.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not what they are made of"
)]

// What the tests stand on.
mod app;
mod app2;
mod rows;

mod audit;
mod changes;
mod credentials;
mod deletion;
mod environments;
mod identity;
mod owners;
mod start;
mod versions;

//! Every test runs on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong here fails the test that asked for it"
)]

// What the tests stand on.
mod queue;
mod raw;
mod rows;
mod world;

// One module per aggregate.
mod access_tokens;
mod credentials;
mod environments;
mod executions;
mod flows;
mod groups;
mod idempotency;
mod log;
mod organisations;
mod principals;
mod versions;

// What the store as a whole promises.
mod commit;
mod committer;
mod completeness;
mod edges;
mod narrowing;
mod recorded;
mod row_security;
mod rule;
mod store;
mod writers;

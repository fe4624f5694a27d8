//! Every test runs on both databases.

// What the tests stand on.
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

mod narrowing;

mod completeness;

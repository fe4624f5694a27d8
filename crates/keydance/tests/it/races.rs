//! The flow guard between two replicas on PostgreSQL: storing, starting and handing out while
//! somebody takes away what they rest on.
//!
//! Two requests meet at a barrier, each a little late by chance. What was decided is held against
//! what was seen from outside, against the tables, and against the log told again.

#![expect(clippy::expect_used, reason = "what goes wrong here fails the story")]

mod checks;
mod history;
mod members;
mod owners;
mod replay;
mod replicas;
mod runs;
mod soak;

/// How often each pair meets.
const ROUNDS: u32 = 500;

/// How often each side must win, so that both really met. On a busy machine one is luckier.
const WINS: u32 = ROUNDS / 100;

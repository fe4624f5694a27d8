//! Executions: starting, renewing, ending and showing them.

mod document;
mod end;
mod find;
mod renew;
mod start;

pub use start::{Start, Trigger};

pub(crate) use end::{Running, end_executions, running_of_flow};
pub(crate) use start::lifetime;

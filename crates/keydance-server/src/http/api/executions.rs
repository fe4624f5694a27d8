//! `/executions`, and the executions of a flow.

pub(crate) mod credential;
pub(crate) mod credentials;
pub(crate) mod end;
pub(crate) mod end_all;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod renew;
pub(crate) mod start;

use keydance_core::id::ExecutionId;

use crate::engine::Error;
use crate::http::problem::Outcome;

/// An id of an execution; text of any other form is unknown.
pub(super) fn execution_id(text: &str) -> Outcome<ExecutionId> {
    Ok(text.parse().map_err(|_| Error::not_found("execution"))?)
}

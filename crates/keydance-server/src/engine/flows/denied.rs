//! What the guard's refusals are called on the wire.

use keydance_core::decision::{Denied, Reason};
use keydance_core::execution::EndReason;

use crate::engine::session::{beyond_execution, invalid};
use crate::engine::{Code, Error};

/// The error for a refusal.
pub(crate) fn denied_error(denied: &Denied) -> Error {
    match denied {
        Denied::Blocked(reason) => Error::new(
            Code::FlowBlocked,
            format!("The flow is blocked: {}.", reason.as_str()),
        ),
        Denied::Disabled => Error::new(Code::FlowBlocked, "The flow is disabled."),
        Denied::Ended(EndReason::FlowBlocked) => Error::flow_was_blocked(),
        Denied::Ended(_) => invalid(),
        Denied::Guard(violations) => Error::new(
            Code::FlowGuardDenied,
            "The flow may not use this credential.",
        )
        .with_details(violations),
        Denied::OutOfScope => beyond_execution(),
        Denied::Stale => Error::new(
            Code::PreconditionFailed,
            "That is not the current revision of the flow.",
        ),
    }
}

/// The error at the start of an execution, where a missing value is a conflict.
pub(crate) fn start_error(denied: &Denied) -> Error {
    match denied.only_unavailable() {
        Some(Reason::EnvironmentValueMissing) => Error::new(
            Code::EnvironmentValueMissing,
            "A referenced credential has no value in this environment.",
        )
        .with_details(denied.violations()),
        Some(_) => Error::new(
            Code::VersionState,
            "A referenced credential cannot be used now.",
        )
        .with_details(denied.violations()),
        None => denied_error(denied),
    }
}

//! Executions: the runs of a flow, each with a token of its own (contract 10.6).

use std::fmt;
use std::str::FromStr;

use crate::time::Timestamp;

/// How long a token lives when issued and after each renewal, in seconds.
pub const TOKEN_TTL_SECONDS: i64 = 300;

/// The end of a token issued or renewed `now`: in five minutes, or when the execution, started at
/// `started_at`, has lived for `max_lifetime_seconds`.
pub fn expires_at(started_at: Timestamp, max_lifetime_seconds: i64, now: Timestamp) -> Timestamp {
    let last = started_at.plus_seconds(max_lifetime_seconds);
    now.plus_seconds(TOKEN_TTL_SECONDS).min(last)
}

/// Why an execution is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndReason {
    /// Nobody renewed it.
    Expired,
    /// The guard blocked its flow.
    FlowBlocked,
    /// Its flow was edited.
    FlowChanged,
    /// Its flow was deleted.
    FlowDeleted,
    /// Its flow was disabled.
    FlowDisabled,
    /// Its starter is frozen, gone, or may not run the flow any more.
    StarterLost,
    /// Somebody ended it.
    Stopped,
}

impl EndReason {
    /// Every reason.
    pub const EVERY: [Self; 7] = [
        Self::Expired,
        Self::FlowBlocked,
        Self::FlowChanged,
        Self::FlowDeleted,
        Self::FlowDisabled,
        Self::StarterLost,
        Self::Stopped,
    ];

    /// The word of the wire and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::FlowBlocked => "flow_blocked",
            Self::FlowChanged => "flow_changed",
            Self::FlowDeleted => "flow_deleted",
            Self::FlowDisabled => "flow_disabled",
            Self::StarterLost => "starter_lost",
            Self::Stopped => "stopped",
        }
    }
}

/// No reason has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such reason")]
pub struct EndReasonError;

impl FromStr for EndReason {
    type Err = EndReasonError;
    fn from_str(word: &str) -> Result<Self, EndReasonError> {
        let mut every = Self::EVERY.into_iter();
        every
            .find(|reason| reason.as_str() == word)
            .ok_or(EndReasonError)
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_five_minutes_and_never_beyond_its_execution() {
        let start = Timestamp::from_millis(0);
        assert_eq!(expires_at(start, 600, start).as_millis(), 300_000);
        let late = Timestamp::from_millis(400_000);
        assert_eq!(expires_at(start, 600, late).as_millis(), 600_000);
    }

    #[test]
    fn words_survive_a_round_trip() {
        for reason in EndReason::EVERY {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }
}

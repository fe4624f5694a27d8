//! From when until when something held.

use crate::time::Timestamp;

/// `[since, until)`. Edges of the access graph are closed, never deleted, so the past can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first moment it holds.
    pub since: Timestamp,
    /// The first moment it holds no more; none if no end is known.
    pub until: Option<Timestamp>,
}

impl Interval {
    /// Whether it holds at that moment.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && !self.is_over(at)
    }

    /// Whether it has ended by that moment.
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}

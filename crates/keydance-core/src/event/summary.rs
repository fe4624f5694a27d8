//! What an event can be found by.

use super::{Action, Event, Outcome};
use crate::id::FlowId;
use crate::time::Timestamp;

/// The parts of an event that lists are filtered by.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// When it happened.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// The id of who did it.
    pub actor: &'a str,
    /// The id of what it was done to.
    pub object: &'a str,
    /// The flow it is about.
    pub flow: Option<FlowId>,
}

impl Event {
    /// What it can be found by.
    pub fn summary(&self) -> Summary<'_> {
        Summary {
            at: self.context.at,
            action: self.action,
            outcome: self.outcome,
            actor: &self.actor.id,
            object: &self.object.id,
            flow: self.flow,
        }
    }
}

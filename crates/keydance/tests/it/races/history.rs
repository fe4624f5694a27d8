//! What clients saw, by a clock of their own.

use std::time::{Duration, Instant};

use keydance_testkit::{Answer, Request};
use serde_json::Value;

/// A request that was answered.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) started_at: Instant,
    pub(crate) ended_at: Instant,
    pub(crate) answer: Answer,
}

impl Seen {
    /// Sends a request and notes the time.
    pub(crate) fn send(request: Request<'_>) -> Self {
        let started_at = Instant::now();
        let answer = request.send();
        Self {
            started_at,
            ended_at: Instant::now(),
            answer,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.answer.status)
    }

    /// The `code` of a refusal.
    pub(crate) fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.answer.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn act(&self, kind: Kind, credential: &str, owners: &[&str]) -> Act {
        Act {
            kind,
            credential: credential.to_owned(),
            owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
            started_at: self.started_at,
            ended_at: self.ended_at,
        }
    }
}

/// What an act means for who may have a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An owner came.
    Added,
    /// A secret was given out, or an execution started, for these owners.
    HandedOut,
    /// An owner went.
    Removed,
}

/// Something that was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) kind: Kind,
    pub(crate) credential: String,
    pub(crate) owners: Vec<String>,
    pub(crate) started_at: Instant,
    pub(crate) ended_at: Instant,
}

/// Hand-outs that began after the acknowledgement of a revocation that nothing took back.
pub(crate) fn late_hand_outs(acts: &[Act]) -> Vec<String> {
    let removals = acts.iter().filter(|act| act.kind == Kind::Removed);
    let late = removals.flat_map(|removal| {
        let after = acts.iter().filter(move |act| {
            act.kind == Kind::HandedOut
                && act.concerns(removal)
                && act.started_at > removal.ended_at
                && !acts.iter().any(|other| other.takes_back(removal, act))
        });
        after.map(move |act| format!("{act:?} after {removal:?}"))
    });
    late.collect()
}

impl Act {
    fn concerns(&self, other: &Self) -> bool {
        self.credential == other.credential
            && other.owners.iter().all(|owner| self.owners.contains(owner))
    }

    /// Whether this may have given back between `removal` and `hand_out` what `removal` took.
    fn takes_back(&self, removal: &Self, hand_out: &Self) -> bool {
        self.kind == Kind::Added
            && self.concerns(removal)
            && self.ended_at > removal.started_at
            && self.started_at < hand_out.ended_at
    }
}

/// Passes a few microseconds without giving the processor's other work a reason to wait.
pub(crate) fn spin(duration: Duration) {
    let until = Instant::now() + duration;
    while Instant::now() < until {
        std::thread::yield_now();
    }
}

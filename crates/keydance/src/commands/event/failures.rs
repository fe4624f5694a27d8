//! What went wrong with an event, and what to do about it.

use keydance_git::event::EventError;
use keydance_git::group_identity::IdentityError;
use keydance_git::journal::JournalError;

use crate::failure::{Failure, Kind};

/// Of a plan.
pub(super) fn of_event(error: &EventError) -> Failure {
    let failure = Failure::new(kind_of(error), error);
    match error {
        EventError::Identity {
            problem: IdentityError::NotRecovered(_),
            ..
        } => failure.hint("only a member of the group can do this"),
        EventError::NoBranch => failure.hint("check out a branch first: git switch BRANCH"),
        EventError::NoIdentity(_) => failure.hint("`keydance sync` makes another identity"),
        EventError::NoRoster => failure.hint("`keydance init` begins an organisation"),
        EventError::Own(_) => failure.hint("another admin has to do it"),
        EventError::Roster(_) => failure.hint("correct the line and commit it"),
        EventError::Unclean(_) => failure.hint("commit them, or put them away with git stash"),
        _ => failure,
    }
}

fn kind_of(error: &EventError) -> Kind {
    match error {
        EventError::Conflict(_) | EventError::Draft(_) | EventError::Unclean(_) => Kind::Conflict,
        EventError::Identity {
            problem: IdentityError::NotRecovered(_),
            ..
        }
        | EventError::Own(_) => Kind::Denied,
        EventError::Name(_)
        | EventError::NoBranch
        | EventError::NoRepository(_)
        | EventError::NoRoster
        | EventError::Reference(_)
        | EventError::Request(_)
        | EventError::Roster(_) => Kind::Usage,
        EventError::Unknown { .. } => Kind::NotFound,
        _ => Kind::Failed,
    }
}

/// Of carrying it out.
pub(super) fn of_journal(error: &JournalError) -> Failure {
    match error {
        JournalError::BranchMoved { .. } => Failure::new(Kind::Conflict, error)
            .hint("run the same command again, it plans on the new tip"),
        JournalError::Busy => Failure::new(Kind::Temporary, error),
        JournalError::Changed(_) => Failure::new(Kind::Conflict, error)
            .hint("put that file back, then `keydance resume` or `keydance abort`"),
        JournalError::Event(error) => of_event(error),
        JournalError::Unfinished(title) => unfinished(title),
        _ => Failure::unexpected(error),
    }
}

/// An event before this one that has not ended.
pub(super) fn unfinished(title: &str) -> Failure {
    Failure::new(Kind::Conflict, format!("`{title}` has not ended"))
        .hint("`keydance resume` ends it, `keydance abort` takes it back")
}

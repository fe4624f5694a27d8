//! The branch that a plan moves, from one commit to another and nowhere else.

use super::{Journal, JournalError, Record};

/// Where a branch is that is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tip {
    /// Somebody built on the new commit.
    Beyond,
    /// Somebody moved it before it was moved here.
    Elsewhere,
    /// It was moved.
    New,
    /// It was not moved yet.
    Old,
}

impl Journal<'_> {
    /// Where the branch is. Without a commit it stays where it is.
    pub(super) fn tip(&self) -> Result<Tip, JournalError> {
        let Some(new) = &self.record.new else {
            return Ok(Tip::New);
        };
        let (git, branch) = (&self.checkout.git, self.record.branch.as_str());
        let tip = git.find(&[
            "rev-parse",
            "-q",
            "--verify",
            &format!("{branch}^{{commit}}"),
        ])?;
        let tip = tip.map(|id| String::from_utf8_lossy(&id).trim_end().to_owned());
        if tip == self.record.old {
            return Ok(Tip::Old);
        }
        match tip {
            Some(tip) if tip == *new => Ok(Tip::New),
            Some(tip) => {
                let is_beyond = git.find(&["merge-base", "--is-ancestor", new, &tip])?;
                Ok(is_beyond.map_or(Tip::Elsewhere, |_| Tip::Beyond))
            }
            None => Ok(Tip::Elsewhere),
        }
    }

    pub(super) fn moved(&self) -> JournalError {
        JournalError::BranchMoved {
            branch: self.record.branch.clone(),
        }
    }

    /// Moves the branch to the new commit, unless it is there or beyond.
    pub(super) fn move_branch(&self) -> Result<(), JournalError> {
        let Record { old, new, .. } = &self.record;
        match (self.tip()?, new) {
            (Tip::Old, Some(new)) => self.update(old.as_deref(), Some(new)),
            _ => Ok(()),
        }
    }

    pub(super) fn move_branch_back(&self) -> Result<(), JournalError> {
        let Record { old, new, .. } = &self.record;
        match (self.tip()?, new) {
            (Tip::New, Some(new)) => self.update(Some(new), old.as_deref()),
            _ => Ok(()),
        }
    }

    /// Moves the branch from one tip to another; git refuses if it is elsewhere by now.
    fn update(&self, from: Option<&str>, to: Option<&str>) -> Result<(), JournalError> {
        let (git, branch) = (&self.checkout.git, self.record.branch.as_str());
        let message = format!("keydance: {}", self.record.title);
        let none = "0".repeat(from.or(to).map_or(40, str::len));
        let from = from.unwrap_or(&none);
        let done = match to {
            Some(to) => git.run(&["update-ref", "-m", &message, branch, to, from]),
            None => git.run(&["update-ref", "-m", &message, "-d", branch, from]),
        };
        done.map(drop).map_err(|_| self.moved())
    }
}

//! Why a text is no roster, and where.

use super::glob::GlobError;
use super::interval::IntervalError;
use super::name::{Name, NameError, ReferenceError};

/// What is wrong with a roster, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RosterError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A reader of a path that is a person or machine.
    #[error("{0} is no group: only groups read paths")]
    ReaderIsNoGroup(String),
    /// A group that is a member of itself, directly or through others.
    #[error("these groups are members of one another: {}", joined(.0))]
    Cycle(Vec<Name>),
    /// A key that stands twice in one map.
    #[error("the key {key} stands on line {first} already")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: usize,
    },
    /// Groups in groups in groups.
    #[error("groups are nested more than {limit} deep", limit = super::MAX_NESTING)]
    TooDeep,
    /// A recipient that two open holders have.
    #[error("{recipient} is the recipient of {first} already")]
    SharedRecipient {
        /// The recipient.
        recipient: String,
        /// Who else has it.
        first: String,
    },
    /// A pattern that is none.
    #[error(transparent)]
    Glob(#[from] GlobError),
    /// Intervals that cannot be.
    #[error(transparent)]
    Interval(#[from] IntervalError),
    /// A required key that is not there.
    #[error("{place} needs the key {key}")]
    Missing {
        /// In what.
        place: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A group that no device of anybody opens.
    #[error("nobody can open the group {0}")]
    NobodyOpens(Name),
    /// A group whose quorum is more than its members.
    #[error("{members} members of the group {group} can open something, and it takes {quorum}")]
    QuorumTooLarge {
        /// The group.
        group: Name,
        /// How many of its members could take part.
        members: usize,
        /// How many it takes.
        quorum: usize,
    },
    /// A recipient that is none.
    #[error(
        "no recipient: age1…, ssh-ed25519, ssh-rsa, pgp:, kms:, gcp:, azure:, vault: or hckms:"
    )]
    Recipient,
    /// A reference that is none.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Text that is not YAML, or not plain YAML.
    #[error("{0}")]
    Syntax(String),
    /// Beyond a limit.
    #[error("a roster has at most {0}")]
    TooLarge(&'static str),
    /// A name that nothing has.
    #[error("there is no {what} {name}{}", suggestion(.nearest.as_deref()))]
    Unknown {
        /// What it would have to be.
        what: &'static str,
        /// The name.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// A key that has no meaning.
    #[error("the key {key} means nothing in {place}{}", suggestion(*.nearest))]
    UnknownKey {
        /// The key.
        key: String,
        /// In what.
        place: &'static str,
        /// The nearest key there is.
        nearest: Option<&'static str>,
    },
    /// A value of another kind.
    #[error("{key} must be {expected}")]
    Wrong {
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
}

impl Problem {
    pub(super) fn at(self, line: usize) -> RosterError {
        RosterError {
            line,
            problem: self,
        }
    }
}

/// The candidate that a person most likely meant, if one is near.
pub(super) fn nearest<'c>(
    text: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let scored = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(text, candidate), candidate));
    let (distance, candidate) = scored.min()?;
    let is_near = distance <= 1 + candidate.len() / 4;
    is_near.then_some(candidate)
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; is it {nearest}?"))
}

fn joined(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(nearest("membrs", ["members", "admins"]), Some("members"));
        assert_eq!(nearest("untli", ["until", "from"]), Some("until"));
        assert_eq!(nearest("colour", ["members", "admins"]), None);
        assert_eq!(nearest("x", []), None);
    }
}

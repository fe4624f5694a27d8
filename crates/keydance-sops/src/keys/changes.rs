use std::collections::HashSet;

use crate::metadata::Metadata;
use crate::readers::Readers;
use crate::recipient::{Identity, Recipient};

/// What re-wrapping does to the recipients, by identity string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// For each group of the outcome or of before: its recipients.
    pub groups: Vec<GroupChanges>,
    /// The threshold that stands in the file, before and after.
    pub threshold: (usize, usize),
    /// Whether shares had to be made anew, so that nobody's wrapped key stays as it is.
    pub split_anew: bool,
}

/// What re-wrapping does to one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChanges {
    /// Wrapped for these now.
    pub added: Vec<Recipient>,
    /// Wrapped for these before and now.
    pub kept: Vec<Recipient>,
    /// No longer wrapped for these.
    pub removed: Vec<Recipient>,
}

impl Changes {
    /// What giving a file these readers would do.
    #[must_use]
    pub fn between(before: &Metadata, after: &Readers) -> Self {
        let Readers { groups, threshold } = after;
        let count = before.groups.len().max(groups.len());
        let changes = (0..count).map(|at| {
            let before = before.groups.get(at);
            let before: Vec<_> = before
                .into_iter()
                .flat_map(|group| group.recipients())
                .collect();
            let after: Vec<_> = groups.get(at).into_iter().flatten().collect();
            GroupChanges::between(&before, &after)
        });
        Self {
            groups: changes.collect(),
            threshold: (before.shamir_threshold, *threshold),
            split_anew: before.is_split_anew(groups.len(), *threshold),
        }
    }

    /// Whether readers and threshold stay as they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let (before, after) = self.threshold;
        let still = |group: &GroupChanges| group.added.is_empty() && group.removed.is_empty();
        !self.split_anew && before == after && self.groups.iter().all(still)
    }
}

impl GroupChanges {
    fn between(before: &[&Recipient], after: &[&Recipient]) -> Self {
        let identities = |all: &[&Recipient]| -> HashSet<Identity> {
            all.iter().map(|one| Identity::of(one)).collect()
        };
        let (old, new) = (identities(before), identities(after));
        let (kept, added) = after
            .iter()
            .map(|one| (*one).clone())
            .partition(|one| old.contains(&Identity::of(one)));
        let gone = before
            .iter()
            .filter(|one| !new.contains(&Identity::of(one)));
        Self {
            added,
            kept,
            removed: gone.map(|one| (*one).clone()).collect(),
        }
    }
}

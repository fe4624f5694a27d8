//! Which members of a map or list were there before.

use std::collections::HashMap;
use std::ops::Range;

/// What a member can be told by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label<'a> {
    /// A comment, by its text.
    Comment(&'a [u8]),
    /// An item of a list, by whether it is equal to one of the other side.
    Item,
    /// An entry of a map, by its key.
    Key(&'a [u8]),
}

/// What becomes of a member. In the order of the new ones; those that are removed anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A new one.
    Insert(usize),
    /// An old one that becomes a new one.
    Keep(usize, usize),
    /// An old one that is gone.
    Remove(usize),
}

/// The steps from the old entries of a map to the new ones; nothing if they change places.
pub(super) fn map(old: &[Label<'_>], new: &[Label<'_>]) -> Option<Vec<Step>> {
    if let Some(steps) = one_for_one(old, new) {
        return Some(steps);
    }
    let by_key: HashMap<Label<'_>, usize> = keys(new).collect();
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    let (mut from, mut to) = (0, 0);
    for (label, at) in keys(old) {
        let Some(target) = by_key.get(&label).copied() else {
            continue;
        };
        comments(old, new, from..at, to..target, &mut steps)?;
        steps.push(Step::Keep(at, target));
        (from, to) = (at.saturating_add(1), target.saturating_add(1));
    }
    comments(old, new, from..old.len(), to..new.len(), &mut steps)?;
    Some(steps)
}

/// The steps from the old items of a list to the new ones: those at both ends that are equal stay,
/// those between become each other. Nothing if comments and values change places.
pub(super) fn list(
    old: &[Label<'_>],
    new: &[Label<'_>],
    is_equal: impl Fn(usize, usize) -> bool,
) -> Option<Vec<Step>> {
    if let Some(steps) = one_for_one(old, new) {
        return Some(steps);
    }
    let same = |from: usize, to: usize| match (old.get(from), new.get(to)) {
        (Some(Label::Item), Some(Label::Item)) => is_equal(from, to),
        (from, to) => from.is_some() && from == to,
    };
    let (head, tail) = ends(0..old.len(), 0..new.len(), same);
    let ends = (
        old.len().saturating_sub(tail),
        new.len().saturating_sub(tail),
    );
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Keep(at, at)).collect();
    for at in head..ends.0.max(ends.1) {
        steps.push(match (at < ends.0, at < ends.1) {
            (true, true) if is_alike(old.get(at)?, new.get(at)?) => Step::Keep(at, at),
            (true, true) => return None,
            (true, false) => Step::Remove(at),
            (false, _) => Step::Insert(at),
        });
    }
    steps.extend(
        (ends.0..old.len())
            .zip(ends.1..new.len())
            .map(|(from, to)| Step::Keep(from, to)),
    );
    Some(steps)
}

/// Keeps every member if each has its like at its place.
fn one_for_one(old: &[Label<'_>], new: &[Label<'_>]) -> Option<Vec<Step>> {
    let alike = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_alike(old, new));
    alike.then(|| (0..old.len()).map(|at| Step::Keep(at, at)).collect())
}

fn is_alike(old: &Label<'_>, new: &Label<'_>) -> bool {
    old == new || matches!((old, new), (Label::Comment(_), Label::Comment(_)))
}

fn keys<'l>(labels: &'l [Label<'l>]) -> impl Iterator<Item = (Label<'l>, usize)> {
    let is_key = |label: &Label<'_>| matches!(label, Label::Key(_));
    let labels = labels.iter().copied().enumerate();
    labels
        .filter(move |(_, label)| is_key(label))
        .map(|(at, label)| (label, at))
}

/// The steps between two entries that stay: of comments those at both ends that are equal stay,
/// those between become each other. Nothing if the new range runs backwards.
fn comments(
    old: &[Label<'_>],
    new: &[Label<'_>],
    from: Range<usize>,
    to: Range<usize>,
    steps: &mut Vec<Step>,
) -> Option<()> {
    let within = |labels: &[Label<'_>], range: &Range<usize>| -> Option<Vec<usize>> {
        let found = labels.get(range.clone())?.iter().enumerate();
        let found = found.filter(|(_, label)| matches!(label, Label::Comment(_)));
        Some(
            found
                .map(|(at, _)| range.start.saturating_add(at))
                .collect(),
        )
    };
    let (before, after) = (within(old, &from)?, within(new, &to)?);
    let same = |old_at: usize, new_at: usize| {
        let old = before.get(old_at).and_then(|at| old.get(*at));
        old.is_some() && old == after.get(new_at).and_then(|at| new.get(*at))
    };
    let (head, tail) = ends(0..before.len(), 0..after.len(), same);
    let between = before.len().min(after.len()).saturating_sub(tail).max(head);
    let ends = (
        before.len().saturating_sub(tail),
        after.len().saturating_sub(tail),
    );
    let kept = (0..between)
        .map(|at| (at, at))
        .chain((ends.0..before.len()).zip(ends.1..after.len()));
    let kept: Vec<(usize, usize)> = kept
        .filter_map(|(a, b)| Some((*before.get(a)?, *after.get(b)?)))
        .collect();
    let mut left = kept.iter().copied().peekable();
    for at in to {
        match left.next_if(|(_, target)| *target == at) {
            Some((source, _)) => steps.push(Step::Keep(source, at)),
            None => steps.push(Step::Insert(at)),
        }
    }
    let mut left = kept.iter().copied().peekable();
    let gone = from.filter(|at| left.next_if(|(source, _)| source == at).is_none());
    steps.extend(gone.map(Step::Remove));
    Some(())
}

/// How many are the same at the start, and at the end of the rest.
fn ends(
    old: Range<usize>,
    new: Range<usize>,
    same: impl Fn(usize, usize) -> bool,
) -> (usize, usize) {
    let head = old
        .clone()
        .zip(new.clone())
        .take_while(|(from, to)| same(*from, *to))
        .count();
    let old = old.skip(head);
    let new = new.skip(head);
    let tail = old
        .rev()
        .zip(new.rev())
        .take_while(|(from, to)| same(*from, *to))
        .count();
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `k=` is a key, `#` starts a comment, anything else is an item.
    fn labels<'a>(words: &'a [&'a str]) -> Vec<Label<'a>> {
        let label = |word: &&'a str| match word.as_bytes() {
            [b'#', ..] => Label::Comment(word.as_bytes()),
            [.., b'='] => Label::Key(word.as_bytes()),
            _ => Label::Item,
        };
        words.iter().map(label).collect()
    }

    #[test]
    fn entries_keep_their_keys_and_comments_their_places() {
        let old = labels(&["#1", "a=", "#2", "b=", "c="]);
        let new = labels(&["#3", "a=", "d=", "#4", "c="]);
        use Step::{Insert, Keep, Remove};
        let steps = [
            Keep(0, 0),
            Keep(1, 1),
            Insert(2),
            Keep(2, 3),
            Remove(3),
            Keep(4, 4),
        ];
        assert_eq!(map(&old, &new), Some(steps.to_vec()));
    }

    #[test]
    fn a_comment_that_is_gone_is_told_by_its_text() {
        use Step::{Keep, Remove};
        let steps = map(&labels(&["#1", "#2", "a=", "b="]), &labels(&["#2", "a="]));
        assert_eq!(
            steps,
            Some(vec![Keep(1, 0), Remove(0), Keep(2, 1), Remove(3)])
        );
    }

    #[test]
    fn entries_that_change_places_are_told_apart_from_others() {
        assert_eq!(map(&labels(&["a=", "b="]), &labels(&["b=", "a="])), None);
    }

    #[test]
    fn items_that_are_equal_at_both_ends_stay() {
        use Step::{Insert, Keep, Remove};
        let words = (["x", "y", "z"], ["x", "z"]);
        let same = |from: usize, to: usize| words.0[from] == words.1[to];
        let steps = list(&labels(&words.0), &labels(&words.1), same);
        assert_eq!(steps, Some(vec![Keep(0, 0), Remove(1), Keep(2, 1)]));
        let same = |from: usize, to: usize| words.1[from] == words.0[to];
        let steps = list(&labels(&words.1), &labels(&words.0), same);
        assert_eq!(steps, Some(vec![Keep(0, 0), Insert(1), Keep(1, 2)]));
    }
}

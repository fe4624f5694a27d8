//! What three lists have in common: where they agree, and what each has between.

use std::collections::HashMap;
use std::ops::Range;

/// A part of three lists.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// One item, which all three have.
    Same {
        base: usize,
        ours: usize,
        theirs: usize,
    },
    /// What stands between two such items; not empty in all of them.
    Different {
        base: Range<usize>,
        ours: Range<usize>,
        theirs: Range<usize>,
    },
}

/// Splits three lists, of which equal items have equal numbers, where all of them agree.
pub(super) fn chunks(base: &[usize], ours: &[usize], theirs: &[usize]) -> Vec<Chunk> {
    let (in_ours, in_theirs) = (common(base, ours), common(base, theirs));
    let mut in_theirs = in_theirs.into_iter().peekable();
    let mut chunks = Vec::new();
    let mut from = (0, 0, 0);
    let mut between = |chunks: &mut Vec<Chunk>, base: usize, ours: usize, theirs: usize| {
        let ranges = (from.0..base, from.1..ours, from.2..theirs);
        from = (
            base.saturating_add(1),
            ours.saturating_add(1),
            theirs.saturating_add(1),
        );
        if !(ranges.0.is_empty() && ranges.1.is_empty() && ranges.2.is_empty()) {
            let (base, ours, theirs) = ranges;
            chunks.push(Chunk::Different { base, ours, theirs });
        }
    };
    for (at, ours) in in_ours {
        while in_theirs.next_if(|(base, _)| *base < at).is_some() {}
        if let Some((base, theirs)) = in_theirs.next_if(|(base, _)| *base == at) {
            between(&mut chunks, base, ours, theirs);
            chunks.push(Chunk::Same { base, ours, theirs });
        }
    }
    between(&mut chunks, base.len(), ours.len(), theirs.len());
    chunks
}

/// Positions of a common subsequence of two lists, in order.
///
/// Not always the longest, which would take quadratic time: beyond what both begin and end with,
/// the *n*-th of several equal items can only be the *n*-th there. Where items differ from each
/// other, or stay as often as they were, none longer exists but for repeated items that moved.
fn common(before: &[usize], after: &[usize]) -> Vec<(usize, usize)> {
    let same = |(a, b): &(&usize, &usize)| a == b;
    let start = before.iter().zip(after).take_while(same).count();
    let (inner, other) = (rest(before, start), rest(after, start));
    let end = inner
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(same)
        .count();
    let cut = |list: &[usize]| list.len().saturating_sub(end);
    let (inner_end, other_end) = (cut(inner), cut(other));
    let paired = paired(
        inner.get(..inner_end).unwrap_or_default(),
        other.get(..other_end).unwrap_or_default(),
    );
    let shift = |offset: usize| {
        move |(a, b): (usize, usize)| (a.saturating_add(offset), b.saturating_add(offset))
    };
    let tail = (0..end).map(|at| (inner_end.saturating_add(at), other_end.saturating_add(at)));
    let inside = longest_increasing(&paired)
        .into_iter()
        .chain(tail)
        .map(shift(start));
    (0..start).map(|at| (at, at)).chain(inside).collect()
}

fn rest(list: &[usize], start: usize) -> &[usize] {
    list.get(start..).unwrap_or_default()
}

/// For each item of the one list its place in the other, where equal items are told apart by how
/// many of them came before.
fn paired(before: &[usize], after: &[usize]) -> Vec<(usize, usize)> {
    let mut places: HashMap<(usize, usize), usize> = HashMap::with_capacity(after.len());
    let mut seen = HashMap::new();
    for (at, item) in after.iter().enumerate() {
        places.insert((*item, nth(&mut seen, *item)), at);
    }
    let mut seen = HashMap::new();
    let found = before.iter().enumerate().filter_map(|(at, item)| {
        let place = places.get(&(*item, nth(&mut seen, *item)))?;
        Some((at, *place))
    });
    found.collect()
}

fn nth(seen: &mut HashMap<usize, usize>, item: usize) -> usize {
    let count = seen.entry(item).or_default();
    *count = count.saturating_add(1);
    *count
}

/// The longest subsequence of pairs whose second numbers increase, by patience sorting. All second
/// numbers are different.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best subsequence of each length, and the one before each pair in it.
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: &usize| pairs.get(*at).map(|pair| pair.1);
    for (at, pair) in pairs.iter().enumerate() {
        let length = tops.partition_point(|top| second(top) < Some(pair.1));
        before.push(
            length
                .checked_sub(1)
                .and_then(|shorter| tops.get(shorter))
                .copied(),
        );
        match tops.get_mut(length) {
            Some(top) => *top = at,
            None => tops.push(at),
        }
    }
    let mut chain = Vec::with_capacity(tops.len());
    let mut next = tops.last().copied();
    while let Some(at) = next {
        chain.extend(pairs.get(at).copied());
        next = before.get(at).copied().flatten();
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The length of a longest common subsequence, in quadratic time.
    fn longest(before: &[usize], after: &[usize]) -> usize {
        let mut row = vec![0; after.len() + 1];
        for item in before {
            let mut diagonal = 0;
            for (at, other) in after.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if item == other {
                    diagonal + 1
                } else {
                    above.max(row[at])
                };
                diagonal = above;
            }
        }
        row[after.len()]
    }

    #[test]
    fn an_item_put_in_front_does_not_move_the_others() {
        assert_eq!(common(&[1, 2, 2, 3], &[9, 1, 2, 2, 3]).len(), 4);
        assert_eq!(common(&[1, 2, 2, 3], &[1, 2, 3]), [(0, 0), (1, 1), (3, 2)]);
    }

    #[test]
    fn lists_that_agree_nowhere_are_one_chunk() {
        let all = Chunk::Different {
            base: 0..2,
            ours: 0..1,
            theirs: 0..0,
        };
        assert_eq!(chunks(&[1, 2], &[3], &[]), [all]);
        assert_eq!(chunks(&[], &[], &[]), []);
    }

    #[test]
    fn long_lists_in_reverse_take_no_time() {
        let list: Vec<usize> = (0..200_000).collect();
        let reverse: Vec<usize> = (0..200_000).rev().collect();
        assert_eq!(common(&list, &reverse).len(), 1);
        assert_eq!(common(&list, &list).len(), 200_000);
    }

    proptest! {
        #[test]
        fn what_is_common_is_common_and_in_order(
            before in prop::collection::vec(0..5_usize, 0..20),
            after in prop::collection::vec(0..5_usize, 0..20),
        ) {
            let pairs = common(&before, &after);
            prop_assert!(pairs.iter().all(|(a, b)| before[*a] == after[*b]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }

        #[test]
        fn nothing_longer_is_common_to_lists_without_repetition(
            before in prop::collection::hash_set(0..30_usize, 0..20),
            after in prop::collection::hash_set(0..30_usize, 0..20),
        ) {
            let (before, after) = (Vec::from_iter(before), Vec::from_iter(after));
            prop_assert_eq!(common(&before, &after).len(), longest(&before, &after));
        }

        #[test]
        fn chunks_cover_all_three_lists(
            base in prop::collection::vec(0..4_usize, 0..12),
            ours in prop::collection::vec(0..4_usize, 0..12),
            theirs in prop::collection::vec(0..4_usize, 0..12),
        ) {
            let (mut b, mut o, mut t) = (vec![], vec![], vec![]);
            for chunk in chunks(&base, &ours, &theirs) {
                match chunk {
                    Chunk::Same { base, ours, theirs } => {
                        b.push(base);
                        o.push(ours);
                        t.push(theirs);
                    }
                    Chunk::Different { base, ours, theirs } => {
                        b.extend(base);
                        o.extend(ours);
                        t.extend(theirs);
                    }
                }
            }
            prop_assert_eq!(b, Vec::from_iter(0..base.len()));
            prop_assert_eq!(o, Vec::from_iter(0..ours.len()));
            prop_assert_eq!(t, Vec::from_iter(0..theirs.len()));
        }
    }
}

//! Which commit comes before which, for many questions at once.
//!
//! What was once in a commit can be had from every later one, so what somebody can have is a set of
//! commits that is closed upwards. Such a set is written as its earliest commits. Sixty-four of
//! them go through history in one pass, a bit each.

use crate::history::Commit;

/// The order of commits.
///
/// Behind all of them is one more, which is in no repository: whoever fetches every branch has what
/// is in any of them.
#[derive(Debug)]
pub(crate) struct Order {
    parents: Vec<Vec<u32>>,
}

/// How many questions share a pass.
pub(super) const LANES: usize = 64;

impl Order {
    /// Of commits, each behind its parents.
    pub(crate) fn new(commits: &[Commit]) -> Self {
        let mut is_head = vec![true; commits.len()];
        let parents = commits.iter().flat_map(|commit| &commit.parents);
        parents.for_each(|parent| is_head[*parent as usize] = false);
        let heads = (0..)
            .zip(is_head)
            .filter_map(|(at, is_head)| is_head.then_some(at));
        let parents = commits.iter().map(|commit| commit.parents.clone());
        Self {
            parents: parents.chain([heads.collect()]).collect(),
        }
    }

    /// Every commit.
    pub(crate) fn all(&self) -> Vec<bool> {
        vec![true; self.parents.len()]
    }

    /// Where history begins: whatever is there from these on was always there.
    pub(crate) fn roots(&self) -> Vec<u32> {
        let commits = (0..).zip(&self.parents);
        let roots = commits.filter(|(_, parents)| parents.is_empty());
        roots.map(|(at, _)| at).collect()
    }

    /// The earliest of each list of commits: those that have none of the others before them.
    pub(crate) fn earliest(&self, lists: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        let all = self.roots();
        Self::settle(lists, |lists| {
            let pairs = lists.iter().map(|list| (list.as_slice(), all.as_slice()));
            self.meet(&pairs.collect::<Vec<_>>())
        })
    }

    /// The latest of each list of commits: those that have none of the others behind them.
    pub(crate) fn latest(&self, lists: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        Self::settle(lists, |lists| {
            let passes = lists.chunks(LANES).flat_map(|lists| self.latest_of(lists));
            passes.collect()
        })
    }

    /// The earliest commits that have, each time, something of both lists in them or before.
    pub(crate) fn meet(&self, pairs: &[(&[u32], &[u32])]) -> Vec<Vec<u32>> {
        let passes = pairs.chunks(LANES).flat_map(|pairs| self.meeting_of(pairs));
        passes.collect()
    }

    /// The earliest commits that have something of so many of the lists in them or before.
    pub(crate) fn at_least(&self, count: usize, lists: &[Vec<u32>]) -> Vec<u32> {
        let mut had: Vec<Vec<bool>> = Vec::with_capacity(lists.len());
        for list in lists {
            let mut has = vec![false; self.parents.len()];
            list.iter().for_each(|at| has[*at as usize] = true);
            for (at, parents) in self.parents.iter().enumerate() {
                has[at] |= parents.iter().any(|parent| has[*parent as usize]);
            }
            had.push(has);
        }
        let is_enough = |at: usize| had.iter().filter(|has| has[at]).count() >= count;
        let commits = (0..).zip(&self.parents);
        let earliest = commits.filter(|(at, parents)| {
            let before = parents.iter().any(|parent| is_enough(*parent as usize));
            !before && is_enough(*at as usize)
        });
        earliest.map(|(at, _)| at).collect()
    }

    /// A commit and everything before it.
    pub(crate) fn before(&self, commits: &[u32]) -> Vec<bool> {
        let mut is_before = vec![false; self.parents.len()];
        commits.iter().for_each(|at| is_before[*at as usize] = true);
        for (at, parents) in self.parents.iter().enumerate().rev() {
            if is_before[at] {
                parents
                    .iter()
                    .for_each(|parent| is_before[*parent as usize] = true);
            }
        }
        is_before
    }

    /// Works on the lists of more than one commit, each commit once.
    fn settle(
        mut lists: Vec<Vec<u32>>,
        work: impl FnOnce(&[Vec<u32>]) -> Vec<Vec<u32>>,
    ) -> Vec<Vec<u32>> {
        for list in &mut lists {
            list.sort_unstable();
            list.dedup();
        }
        let open = (0..lists.len()).filter(|at| lists[*at].len() > 1);
        let open: Vec<usize> = open.collect();
        let taken: Vec<Vec<u32>> = open
            .iter()
            .map(|at| std::mem::take(&mut lists[*at]))
            .collect();
        for (at, settled) in open.into_iter().zip(work(&taken)) {
            lists[at] = settled;
        }
        lists
    }

    fn meeting_of(&self, pairs: &[(&[u32], &[u32])]) -> Vec<Vec<u32>> {
        let mut one = vec![0_u64; self.parents.len()];
        let mut other = vec![0_u64; self.parents.len()];
        for (lane, (ones, others)) in pairs.iter().enumerate() {
            ones.iter().for_each(|at| one[*at as usize] |= 1 << lane);
            others
                .iter()
                .for_each(|at| other[*at as usize] |= 1 << lane);
        }
        let mut found = vec![Vec::new(); pairs.len()];
        for (at, parents) in (0..).zip(&self.parents) {
            let mut before = 0;
            for parent in parents.iter().map(|parent| *parent as usize) {
                before |= one[parent] & other[parent];
                one[at as usize] |= one[parent];
                other[at as usize] |= other[parent];
            }
            let new = one[at as usize] & other[at as usize] & !before;
            each_lane(new, |lane| found[lane].push(at));
        }
        found
    }

    fn latest_of(&self, lists: &[Vec<u32>]) -> Vec<Vec<u32>> {
        let mut within = vec![0_u64; self.parents.len()];
        let mut behind = vec![0_u64; self.parents.len()];
        for (lane, list) in lists.iter().enumerate() {
            list.iter().for_each(|at| within[*at as usize] |= 1 << lane);
        }
        let mut found = vec![Vec::new(); lists.len()];
        for (at, parents) in self.parents.iter().enumerate().rev() {
            each_lane(within[at] & !behind[at], |lane| {
                found[lane].extend(u32::try_from(at));
            });
            let here = within[at] | behind[at];
            parents
                .iter()
                .for_each(|parent| behind[*parent as usize] |= here);
        }
        found
    }
}

/// Goes through the bits that are set.
pub(super) fn each_lane(mut bits: u64, mut each: impl FnMut(usize)) {
    while bits != 0 {
        each(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::repository::ObjectId;

    fn commits(parents: Vec<Vec<u32>>) -> Vec<Commit> {
        let commit = |parents| Commit {
            id: ObjectId::parse(&[b'0'; 40]).unwrap(),
            time: 0,
            parents,
            changes: Vec::new(),
        };
        parents.into_iter().map(commit).collect()
    }

    fn history() -> impl Strategy<Value = Vec<Commit>> {
        let drawn = prop::collection::vec(
            prop::collection::vec(any::<prop::sample::Index>(), 0..3),
            1..40,
        );
        drawn.prop_map(|drawn| {
            let parents = drawn.iter().enumerate().map(|(at, drawn)| {
                let drawn = drawn.iter().filter(|_| at > 0);
                drawn
                    .map(|it| u32::try_from(it.index(at)).unwrap())
                    .collect()
            });
            commits(parents.collect())
        })
    }

    /// With the one that is in no repository.
    fn with_the_last(mut commits: Vec<Commit>) -> Vec<Commit> {
        let is_head = |at: &u32| !commits.iter().any(|commit| commit.parents.contains(at));
        let heads = (0..u32::try_from(commits.len()).unwrap()).filter(is_head);
        let last = self::commits(vec![heads.collect()]);
        commits.extend(last);
        commits
    }

    proptest! {
        #[test]
        fn sets_of_commits_are_what_a_search_from_each_commit_finds(
            commits in history(),
            lists in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 70..140),
        ) {
            let order = Order::new(&commits);
            let commits = with_the_last(commits);
            let number = |it: &prop::sample::Index| u32::try_from(it.index(commits.len())).unwrap();
            let lists: Vec<Vec<u32>> = lists.iter().map(|list| list.iter().map(number).collect()).collect();
            let all = || 0..u32::try_from(commits.len()).unwrap();
            let before: Vec<Vec<bool>> = all().map(|at| order.before(&[at])).collect();
            let is_before = |a: u32, b: u32| before[b as usize][a as usize];
            let sorted = |mut list: Vec<u32>| { list.sort_unstable(); list.dedup(); list };
            for (list, found) in lists.iter().zip(order.earliest(lists.clone())) {
                let has_other = |at: &u32| list.iter().any(|it| it != at && is_before(*it, *at));
                let expected = list.iter().copied().filter(|at| !has_other(at)).collect();
                prop_assert_eq!(found, sorted(expected));
            }
            for (list, found) in lists.iter().zip(order.latest(lists.clone())) {
                let has_other = |at: &u32| list.iter().any(|it| it != at && is_before(*at, *it));
                let expected = list.iter().copied().filter(|at| !has_other(at)).collect();
                prop_assert_eq!(sorted(found), sorted(expected));
            }
            let pairs: Vec<_> = lists.windows(2).map(|two| (two[0].as_slice(), two[1].as_slice())).collect();
            for ((one, other), found) in pairs.iter().zip(order.meet(&pairs)) {
                let has = |list: &[u32], at: u32| list.iter().any(|it| is_before(*it, at));
                let is_in = |at: u32| has(one, at) && has(other, at);
                let is_first = |at: &u32| is_in(*at) && !commits[*at as usize].parents.iter().any(|it| is_in(*it));
                prop_assert_eq!(&found, &all().filter(is_first).collect::<Vec<_>>());
                let both = [one.to_vec(), other.to_vec()];
                prop_assert_eq!(&found, &order.at_least(2, &both));
            }
        }
    }
}

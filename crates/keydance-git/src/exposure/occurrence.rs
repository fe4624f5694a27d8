//! Where and when each blob was in a commit.

use std::collections::HashMap;

use super::order::{LANES, Order, each_lane};
use crate::history::{Commit, History};

/// A blob at a path.
#[derive(Debug)]
pub(crate) struct Occurrence {
    pub(crate) path: u32,
    pub(crate) blob: u32,
    /// The earliest commits it is in.
    pub(crate) first: Vec<u32>,
    /// The latest commits it is in.
    pub(crate) last: Vec<u32>,
    /// The tips, by their position among those asked for, that it is at.
    pub(crate) tips: Vec<usize>,
    /// Whether a ref leads to a commit it is in.
    pub(crate) is_reachable: bool,
}

/// All of them, in the order they were met.
pub(crate) fn all(history: &History, tips: &[u32]) -> Vec<Occurrence> {
    let mut numbers: HashMap<(u32, u32), usize> = HashMap::new();
    let mut found = Vec::new();
    let mut events: Vec<Vec<Event>> = Vec::new();
    for (at, commit) in (0..).zip(&history.commits) {
        // What a commit holds follows from what it changed of its first parent.
        for change in commit.changes.iter().filter(|change| change.parent == 0) {
            let sides = [(change.old, false), (change.new, true)];
            for (blob, is_there) in sides.into_iter().filter_map(|(it, is)| Some((it?, is))) {
                let number = *numbers.entry((change.path, blob)).or_insert_with(|| {
                    found.push(Occurrence::new(change.path, blob));
                    found.len() - 1
                });
                if number / LANES >= events.len() {
                    events.push(Vec::new());
                }
                events[number / LANES].push(Event {
                    commit: at,
                    lane: 1 << (number % LANES),
                    is_there,
                });
            }
        }
    }
    let references: Vec<u32> = history
        .references
        .iter()
        .map(|(_, commit)| *commit)
        .collect();
    let pass = Pass {
        commits: &history.commits,
        tips,
        reachable: &Order::new(&history.commits).before(&references),
    };
    for (found, events) in found.chunks_mut(LANES).zip(&events) {
        pass.run(found, events);
    }
    found
}

/// A blob comes to a path, or goes, between the first parent of a commit and the commit.
struct Event {
    commit: u32,
    lane: u64,
    is_there: bool,
}

impl Occurrence {
    fn new(path: u32, blob: u32) -> Self {
        Self {
            path,
            blob,
            first: Vec::new(),
            last: Vec::new(),
            tips: Vec::new(),
            is_reachable: false,
        }
    }
}

struct Pass<'h> {
    commits: &'h [Commit],
    tips: &'h [u32],
    reachable: &'h [bool],
}

impl Pass<'_> {
    fn run(&self, found: &mut [Occurrence], events: &[Event]) {
        let within = self.within(events);
        let mut before = vec![0_u64; self.commits.len()];
        let mut reached = 0;
        for (at, commit) in (0..).zip(self.commits) {
            let here = at as usize;
            let parents = commit.parents.iter().map(|parent| *parent as usize);
            before[here] = parents.fold(0, |bits, it| bits | within[it] | before[it]);
            each_lane(within[here] & !before[here], |lane| {
                found[lane].first.push(at)
            });
            if self.reachable[here] {
                reached |= within[here];
            }
        }
        let mut behind = vec![0_u64; self.commits.len()];
        for (at, commit) in self.commits.iter().enumerate().rev() {
            each_lane(within[at] & !behind[at], |lane| {
                found[lane].last.extend(u32::try_from(at));
            });
            let here = within[at] | behind[at];
            let parents = commit.parents.iter();
            parents.for_each(|parent| behind[*parent as usize] |= here);
        }
        for (tip, at) in self.tips.iter().enumerate() {
            each_lane(within[*at as usize], |lane| found[lane].tips.push(tip));
        }
        each_lane(reached, |lane| found[lane].is_reachable = true);
    }

    /// Which of the lanes each commit has.
    fn within(&self, events: &[Event]) -> Vec<u64> {
        let mut within = vec![0_u64; self.commits.len()];
        let mut events = events.iter().peekable();
        for (at, commit) in (0..).zip(self.commits) {
            let parent = commit.parents.first();
            let mut bits = parent.map_or(0, |parent| within[*parent as usize]);
            while let Some(event) = events.next_if(|event| event.commit == at) {
                match event.is_there {
                    true => bits |= event.lane,
                    false => bits &= !event.lane,
                }
            }
            within[at as usize] = bits;
        }
        within
    }
}

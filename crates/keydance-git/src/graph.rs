//! Who reaches what through which group, as a graph to look at.
//!
//! [`Reach`] is what is true at one time; a [`Graph`] is that to be drawn, or the difference
//! between two times.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use crate::roster::{Group, Principal, Roster};

mod layout;
mod mermaid;
mod svg;

/// What an edge begins or ends at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A person, a machine or a group.
    Principal(Principal),
    /// The files of a rule, by its pattern.
    Path(String),
}

/// Who is in which group, and which groups read which files, at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    edges: BTreeSet<(End, End)>,
    notes: BTreeMap<End, String>,
}

/// What there is to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// In the order of kind and name.
    pub nodes: Vec<Node>,
    /// In the order of their ends.
    pub edges: Vec<Edge>,
}

/// Somebody or something, in a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Who or what.
    pub end: End,
    /// What else is to be known of it: the generation of a group, the environment of files.
    pub note: Option<String>,
    /// What became of it.
    pub change: Change,
}

/// Who is in a group, or reads some files; both by their place among the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The member or reader.
    pub from: usize,
    /// The group or files.
    pub to: usize,
    /// What became of it.
    pub change: Change,
}

/// What became of something between two times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// It is there at the second time only.
    Added,
    /// It is there both times.
    #[default]
    Kept,
    /// It is there at the first time only.
    Removed,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Principal(principal) => principal.fmt(f),
            Self::Path(pattern) => pattern.fmt(f),
        }
    }
}

impl Reach {
    /// What was true at a time: who was in which group by the newest roster, which also holds what
    /// was written down later, and which groups read which files by the roster of that time, since
    /// a rule has no dates.
    #[must_use]
    pub fn at(newest: &Roster, then: &Roster, at: Timestamp) -> Self {
        let mut reach = Self::default();
        for (name, group) in &newest.groups {
            let end = End::Principal(Principal::Group(name.clone()));
            for member in group.members_at(at) {
                if newest.is_there(member, at) {
                    let member = End::Principal(member.clone());
                    reach.edges.insert((member, end.clone()));
                }
            }
        }
        for (name, group) in &then.groups {
            let end = End::Principal(Principal::Group(name.clone()));
            reach.notes.insert(end, note_of(group));
        }
        for rule in &then.paths {
            let end = End::Path(rule.glob.as_str().to_owned());
            for reader in then.readers_by(rule) {
                let reader = End::Principal(Principal::Group(reader.clone()));
                reach.edges.insert((reader, end.clone()));
            }
            if let Some(environment) = &rule.environment {
                reach.notes.insert(end, environment.to_string());
            }
        }
        reach
    }

    /// The part of it on the ways through one of its ends: whatever leads there, and whatever it
    /// leads to.
    #[must_use]
    pub fn through(&self, end: &End) -> Self {
        let before = self.closure(end, |(from, to)| (to, from));
        let behind = self.closure(end, |(from, to)| (from, to));
        let is_part = |edge: &&(End, End)| {
            before.contains(&edge.0) && before.contains(&edge.1)
                || behind.contains(&edge.0) && behind.contains(&edge.1)
        };
        Self {
            edges: self.edges.iter().filter(is_part).cloned().collect(),
            notes: self.notes.clone(),
        }
    }

    /// Whatever can be reached from an end, in one direction of the edges.
    fn closure<'a>(
        &'a self,
        end: &'a End,
        direction: impl Fn(&'a (End, End)) -> (&'a End, &'a End),
    ) -> BTreeSet<&'a End> {
        let mut next: BTreeMap<&End, Vec<&End>> = BTreeMap::new();
        for edge in &self.edges {
            let (from, to) = direction(edge);
            next.entry(from).or_default().push(to);
        }
        let mut reached = BTreeSet::from([end]);
        let mut left = vec![end];
        while let Some(end) = left.pop() {
            for to in next.get(end).into_iter().flatten() {
                if reached.insert(to) {
                    left.push(to);
                }
            }
        }
        reached
    }
}

fn note_of(group: &Group) -> String {
    match group.quorum {
        Some(quorum) => format!("generation {}, {quorum} together", group.generation),
        None => format!("generation {}", group.generation),
    }
}

impl Graph {
    /// What is true at one time.
    #[must_use]
    pub fn new(reach: &Reach) -> Self {
        Self::between(reach, reach)
    }

    /// What changed from one time to another, among what did not.
    #[must_use]
    pub fn between(before: &Reach, after: &Reach) -> Self {
        let (old, new) = (before.ends(), after.ends());
        let ends: Vec<&End> = old.union(&new).copied().collect();
        let nodes = ends.iter().map(|end| Node {
            end: (*end).clone(),
            note: note_between(before.notes.get(end), after.notes.get(end)),
            change: Change::new(old.contains(end), new.contains(end)),
        });
        let place: BTreeMap<&End, usize> = ends.iter().copied().zip(0..).collect();
        let edges = before.edges.union(&after.edges).filter_map(|edge| {
            Some(Edge {
                from: *place.get(&edge.0)?,
                to: *place.get(&edge.1)?,
                change: Change::new(before.edges.contains(edge), after.edges.contains(edge)),
            })
        });
        Self {
            nodes: nodes.collect(),
            edges: edges.collect(),
        }
    }

    /// As a picture that stands alone, with a title for those who cannot see it.
    #[must_use]
    pub fn svg(&self, title: &str) -> String {
        svg::Svg::new(self, title).to_string()
    }

    /// As a flowchart in Mermaid's words.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::Mermaid(self).to_string()
    }
}

impl Reach {
    fn ends(&self) -> BTreeSet<&End> {
        self.edges
            .iter()
            .flat_map(|(from, to)| [from, to])
            .collect()
    }
}

fn note_between(before: Option<&String>, after: Option<&String>) -> Option<String> {
    match (before, after) {
        (Some(before), Some(after)) if before != after => Some(format!("{before} → {after}")),
        (before, after) => after.or(before).cloned(),
    }
}

impl Change {
    fn new(is_before: bool, is_after: bool) -> Self {
        match (is_before, is_after) {
            (true, false) => Self::Removed,
            (false, true) => Self::Added,
            _ => Self::Kept,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Kept => "kept",
            Self::Removed => "removed",
        }
    }
}

#[cfg(test)]
mod tests;

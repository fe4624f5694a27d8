//! Why somebody opens a recipient: with which device, and through which identities of groups.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::keys::{Keys, Locks, recipients};

/// How many ways are told at most.
pub const MAX_WAYS: usize = 100;

/// How many steps are tried to find them. Groups that are all members of one another have more ways
/// than anybody can read.
const MAX_STEPS: usize = 10_000;

/// A way: a device or machine identity, then identities of groups, each opened by the one before.
pub type Way = Vec<String>;

/// The ways of somebody.
pub(super) struct Ways<'k> {
    /// What each recipient that they hold themselves is called.
    own: HashMap<u32, BTreeSet<String>>,
    /// What each identity of a group is called.
    names: HashMap<u32, String>,
    /// Which opened recipients open an identity.
    openers: HashMap<u32, BTreeSet<u32>>,
    locks: &'k Locks<'k>,
}

impl<'k> Ways<'k> {
    /// Of whoever is called so and has these keys.
    pub(super) fn new(locks: &'k Locks<'k>, name: &str, keys: &Keys) -> Self {
        let facts = &locks.history.facts;
        let mut own: HashMap<u32, BTreeSet<String>> = HashMap::new();
        for recipient in &keys.own {
            own.entry(*recipient).or_default();
        }
        let principal = facts.texts.find(name.as_bytes());
        for claim in &locks.claims {
            let is_theirs = [claim.principal, claim.holder]
                .into_iter()
                .any(|it| Some(it) == principal);
            if is_theirs && let Some(names) = own.get_mut(&claim.recipient) {
                names.insert(facts.text(claim.holder));
            }
        }
        let mut names = HashMap::new();
        let mut openers: HashMap<u32, BTreeSet<u32>> = HashMap::new();
        for (blob, generation) in &locks.identities {
            let group = facts.text(generation.group);
            let label = format!("@{group}#{}", generation.number);
            names.insert(generation.recipient, label);
            let openers = openers.entry(generation.recipient).or_default();
            let of_file = facts.encrypted(*blob).into_iter().flat_map(recipients);
            openers.extend(of_file.filter(|it| keys.opened.contains_key(it)));
        }
        let mut ways = Self {
            own,
            names,
            openers,
            locks,
        };
        ways.name_the_nameless(name);
        ways
    }

    /// A group, or whoever is unknown, holds its recipients under its own name.
    fn name_the_nameless(&mut self, name: &str) {
        for (recipient, names) in &mut self.own {
            if names.is_empty() {
                let known = self.names.get(recipient);
                names.insert(known.map_or_else(|| name.to_owned(), Clone::clone));
            }
        }
    }

    /// All ways to any of these recipients, shortest first.
    pub(super) fn to(&self, recipients: &BTreeSet<u32>) -> Vec<Way> {
        let mut found = Vec::new();
        let mut steps = 0;
        let starts = recipients.iter().map(|recipient| vec![*recipient]);
        // From the end to the beginning, so that only what leads there is looked at.
        let mut left: VecDeque<Vec<u32>> = starts.collect();
        while let Some(path) = left.pop_front() {
            steps += 1;
            if found.len() >= MAX_WAYS || steps > MAX_STEPS {
                break;
            }
            let Some(at) = path.last() else { continue };
            for holder in self.own.get(at).into_iter().flatten() {
                found.push(self.told(holder, &path));
            }
            for opener in self.openers.get(at).into_iter().flatten() {
                if !path.contains(opener) {
                    left.push_back([path.as_slice(), &[*opener]].concat());
                }
            }
        }
        found.dedup();
        found
    }

    fn told(&self, holder: &str, path: &[u32]) -> Way {
        let name = |recipient: &u32| {
            let known = self.names.get(recipient).cloned();
            known.unwrap_or_else(|| self.locks.history.facts.text(*recipient))
        };
        let is_own = |at: &u32| self.own.contains_key(at);
        let groups = path.iter().rev().skip_while(|at| is_own(at)).map(name);
        [holder.to_owned()].into_iter().chain(groups).collect()
    }
}

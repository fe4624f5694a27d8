//! Who opens a recipient: whose it is, and through the identities of groups, generation by
//! generation, as the files of those identities were in any commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::order::Order;
use crate::history::{Claim, Content, Encrypted, Generation, History, Wrap};

/// Everything that leads from keys to keys.
#[derive(Debug)]
pub(crate) struct Locks<'h> {
    pub(super) history: &'h History,
    order: Order,
    /// The earliest commits of each blob.
    pub(super) first: Vec<Vec<u32>>,
    /// Whose recipients are whose, in the words of every roster.
    pub(super) claims: Vec<Claim>,
    /// The files of identities, with what they hold.
    pub(super) identities: Vec<(u32, Generation)>,
    /// The files of identities by whom they are encrypted to.
    by_recipient: HashMap<u32, Vec<usize>>,
}

/// The recipients that somebody opens, and the earliest commits from which on they can.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The recipients whose private keys they hold themselves.
    pub(super) own: BTreeSet<u32>,
    pub(super) opened: HashMap<u32, Since>,
}

/// From which commits on somebody can open something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Since {
    /// Alone.
    pub(crate) alone: Vec<u32>,
    /// Together with others, where it takes a quorum; alone or so.
    pub(crate) together: Vec<u32>,
}

impl<'h> Locks<'h> {
    /// Of a history, with the earliest commits of each of its blobs.
    pub(crate) fn new(history: &'h History, first: Vec<Vec<u32>>) -> Self {
        let mut claims: Vec<Claim> = Vec::new();
        let mut seen = HashSet::new();
        let mut identities = Vec::new();
        let mut by_recipient: HashMap<u32, Vec<usize>> = HashMap::new();
        for (number, blob) in (0..).zip(&history.facts.blobs) {
            match &blob.content {
                Content::Roster(said) => {
                    claims.extend(said.iter().filter(|claim| seen.insert(**claim)));
                }
                Content::Encrypted(file) => {
                    if let Some(generation) = file.generation {
                        for wrap in recipients(file) {
                            let files = by_recipient.entry(wrap).or_default();
                            files.push(identities.len());
                        }
                        identities.push((number, generation));
                    }
                }
                Content::Unreadable => {}
            }
        }
        Self {
            history,
            order: Order::new(&history.commits),
            first,
            claims,
            identities,
            by_recipient,
        }
    }

    /// What a person, machine identity, device or group opens, or whoever `unknown:RECIPIENT` is;
    /// nothing if nobody of that name was ever there.
    pub(crate) fn of(&self, name: &str) -> Option<Keys> {
        let own = self.own(name);
        (!own.is_empty()).then(|| self.reached(own))
    }

    fn own(&self, name: &str) -> BTreeSet<u32> {
        let texts = &self.history.facts.texts;
        if let Some(recipient) = name.strip_prefix("unknown:") {
            return texts.find(recipient.as_bytes()).into_iter().collect();
        }
        if let Some(group) = name.strip_prefix('@') {
            let group = texts.find(group.as_bytes());
            let of_group = self
                .identities
                .iter()
                .filter(|(_, it)| Some(it.group) == group);
            return of_group
                .map(|(_, generation)| generation.recipient)
                .collect();
        }
        let Some(number) = texts.find(name.as_bytes()) else {
            return BTreeSet::new();
        };
        let is_whose = |claim: &&Claim| {
            claim.principal == number || name.contains('/') && claim.holder == number
        };
        let own = self.claims.iter().filter(is_whose);
        own.map(|claim| claim.recipient).collect()
    }

    /// Everybody that any roster names.
    pub(crate) fn principals(&self) -> BTreeSet<u32> {
        self.claims.iter().map(|claim| claim.principal).collect()
    }

    /// The recipients that files are encrypted to and nobody is known to have, and how many files.
    pub(crate) fn unknown(&self) -> BTreeMap<u32, usize> {
        let claimed = self.claims.iter().map(|claim| claim.recipient);
        let of_groups = self.identities.iter().map(|(_, it)| it.recipient);
        let known: HashSet<u32> = claimed.chain(of_groups).collect();
        let blobs = 0..u32::try_from(self.history.facts.blobs.len()).unwrap_or(u32::MAX);
        let files = blobs.filter_map(|blob| self.history.facts.encrypted(blob));
        let mut unknown = BTreeMap::new();
        for recipient in files.flat_map(recipients).filter(|it| !known.contains(it)) {
            *unknown.entry(recipient).or_insert(0) += 1;
        }
        unknown
    }

    /// Goes on to the identities that are encrypted to what was opened last, until there is nothing
    /// new. A way that goes in a circle opens nothing more, so this ends.
    fn reached(&self, own: BTreeSet<u32>) -> Keys {
        let roots = self.order.roots();
        let always = Since {
            alone: roots.clone(),
            together: roots,
        };
        let opened = own.iter().map(|recipient| (*recipient, always.clone()));
        let mut keys = Keys {
            opened: opened.collect(),
            own: own.clone(),
        };
        let mut last = own;
        while !last.is_empty() {
            let files = last
                .iter()
                .filter_map(|recipient| self.by_recipient.get(recipient));
            let files: BTreeSet<usize> = files.flatten().copied().collect();
            let files: Vec<(u32, u32)> = files
                .into_iter()
                .map(|at| (self.identities[at].0, self.identities[at].1.recipient))
                .collect();
            let blobs: Vec<u32> = files.iter().map(|(blob, _)| *blob).collect();
            let since = self.since(&keys, &blobs);
            let recipients = files.into_iter().map(|(_, recipient)| recipient);
            last = self.add(&mut keys, recipients.zip(since));
        }
        keys
    }

    /// Adds what was opened, and gives the recipients for which that is news.
    fn add(&self, keys: &mut Keys, opened: impl Iterator<Item = (u32, Since)>) -> BTreeSet<u32> {
        let mut new: BTreeMap<u32, Since> = BTreeMap::new();
        for (recipient, since) in opened {
            let known = || keys.opened.get(&recipient).cloned().unwrap_or_default();
            let entry = new.entry(recipient).or_insert_with(known);
            entry.alone.extend(since.alone);
            entry.together.extend(since.together);
        }
        let recipients: Vec<u32> = new.keys().copied().collect();
        let (alone, together) = new.into_values().map(|it| (it.alone, it.together)).unzip();
        let alone = self.order.earliest(alone);
        let together = self.order.earliest(together);
        let merged = alone.into_iter().zip(together);
        let merged = merged.map(|(alone, together)| Since { alone, together });
        let mut changed = BTreeSet::new();
        for (recipient, since) in recipients.into_iter().zip(merged) {
            let known = keys.opened.entry(recipient).or_default();
            if *known != since {
                *known = since;
                changed.insert(recipient);
            }
        }
        changed
    }

    /// The earliest commits from which on somebody has each of these blobs and what opens it.
    pub(crate) fn since(&self, keys: &Keys, blobs: &[u32]) -> Vec<Since> {
        let opening: Vec<Since> = blobs.iter().map(|blob| self.opening(keys, *blob)).collect();
        let meet = |of: fn(&Since) -> &Vec<u32>| {
            let firsts = blobs
                .iter()
                .map(|blob| self.first[*blob as usize].as_slice());
            let pairs: Vec<_> = firsts
                .zip(opening.iter().map(|it| of(it).as_slice()))
                .collect();
            self.order.meet(&pairs)
        };
        let alone = meet(|since| &since.alone).into_iter();
        let together = meet(|since| &since.together);
        let both = alone.zip(together);
        both.map(|(alone, together)| Since { alone, together })
            .collect()
    }

    /// From when on somebody has keys to a blob, wherever the blob is.
    fn opening(&self, keys: &Keys, blob: u32) -> Since {
        let Some(file) = self.history.facts.encrypted(blob) else {
            return Since::default();
        };
        let opened = |group: &Vec<Wrap>, of: fn(&Since) -> &Vec<u32>| -> Vec<u32> {
            let opened = group
                .iter()
                .filter_map(|wrap| keys.opened.get(&wrap.recipient));
            opened.flat_map(of).copied().collect()
        };
        let alone = file
            .groups
            .iter()
            .map(|group| opened(group, |since| &since.alone));
        let alone: Vec<Vec<u32>> = alone.filter(|commits| !commits.is_empty()).collect();
        let together = file
            .groups
            .iter()
            .flat_map(|group| opened(group, |since| &since.together));
        let threshold = file.threshold as usize;
        Since {
            alone: match threshold {
                0 | 1 => alone.concat(),
                _ if alone.len() < threshold => Vec::new(),
                _ => self.order.at_least(threshold, &alone),
            },
            together: together.collect(),
        }
    }

    /// Whether somebody opens a blob alone with what there is in some commits, or together with
    /// others, or not at all.
    pub(crate) fn opens(&self, keys: &Keys, blob: u32, among: &[bool]) -> Option<bool> {
        let file = self.history.facts.encrypted(blob)?;
        let has = |commits: &[u32]| commits.iter().any(|at| among[*at as usize]);
        let count = |of: fn(&Since) -> &Vec<u32>| {
            let opens = |wrap: &Wrap| {
                let since = keys.opened.get(&wrap.recipient);
                since.is_some_and(|since| has(of(since)))
            };
            file.groups
                .iter()
                .filter(|group| group.iter().any(opens))
                .count()
        };
        let threshold = (file.threshold as usize).max(1);
        if count(|since| &since.alone) >= threshold {
            return Some(true);
        }
        (count(|since| &since.together) > 0).then_some(false)
    }
}

/// Whom a file is encrypted to, each once.
pub(super) fn recipients(file: &Encrypted) -> BTreeSet<u32> {
    let wraps = file.groups.iter().flatten();
    wraps.map(|wrap| wrap.recipient).collect()
}

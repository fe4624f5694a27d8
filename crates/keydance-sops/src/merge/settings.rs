//! Three-way merge of what stands in the metadata besides the data key.

use std::collections::{HashMap, HashSet};

use super::MergeError;
use crate::file::effective;
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::readers::Readers;
use crate::recipient::{Identity, Recipient};
use crate::select::Rule;
use crate::tree::{Key, Value};

/// How the merged file is encrypted.
pub(super) struct Settings {
    pub(super) rule: Rule,
    mac_scope: MacScope,
    version: String,
    unknown: Vec<(Key, Value)>,
}

/// What both sides, or one of them, made of the settings.
pub(super) fn merged(
    base: Option<&Metadata>,
    ours: &Metadata,
    theirs: &Metadata,
) -> Result<Settings, MergeError> {
    let rule = |metadata: &Metadata| {
        let rule = effective(metadata.rule.as_ref());
        (rule.field(), rule.text().to_owned())
    };
    let conflict = |what: &str| MergeError::Settings(what.to_owned());
    let winner = winner(base.map(rule).as_ref(), &rule(ours), &rule(theirs));
    let winner = winner.ok_or_else(|| conflict("what is encrypted"))?;
    let rule = effective(winner.of(ours, theirs).rule.as_ref());
    let scope = |metadata: &Metadata| metadata.mac_scope;
    let winner = self::winner(base.map(scope).as_ref(), &ours.mac_scope, &theirs.mac_scope);
    let winner = winner.ok_or_else(|| conflict("mac_only_encrypted"))?;
    Ok(Settings {
        rule,
        mac_scope: winner.of(ours, theirs).mac_scope,
        version: newer(&ours.version, &theirs.version).to_owned(),
        unknown: unknown(base, ours, theirs)?,
    })
}

impl Settings {
    pub(super) fn apply(self, metadata: &mut Metadata) {
        let Self {
            rule,
            mac_scope,
            version,
            unknown,
        } = self;
        metadata.rule = Some(rule);
        metadata.mac_scope = mac_scope;
        metadata.version = version;
        metadata.unknown = unknown;
    }
}

/// The side whose setting counts.
#[derive(Clone, Copy)]
enum Winner {
    Ours,
    Theirs,
}

impl Winner {
    fn of<'m>(self, ours: &'m Metadata, theirs: &'m Metadata) -> &'m Metadata {
        match self {
            Self::Ours => ours,
            Self::Theirs => theirs,
        }
    }
}

/// Whoever changed it; nobody if both did, and not alike.
fn winner<T: PartialEq>(base: Option<&T>, ours: &T, theirs: &T) -> Option<Winner> {
    if ours == theirs || base == Some(theirs) {
        Some(Winner::Ours)
    } else if base == Some(ours) {
        Some(Winner::Theirs)
    } else {
        None
    }
}

/// The recipients that both sides together ask for: each group three-way, or all groups of the one
/// side that has made others of them.
pub(super) fn readers(
    base: Option<&Metadata>,
    ours: &Metadata,
    theirs: &Metadata,
) -> Result<Readers, MergeError> {
    let shape = |metadata: &Metadata| (metadata.groups.len(), metadata.threshold());
    let conflict = || MergeError::Settings("the key groups".to_owned());
    let shape_of =
        winner(base.map(shape).as_ref(), &shape(ours), &shape(theirs)).ok_or_else(conflict)?;
    let threshold = shape_of.of(ours, theirs).shamir_threshold;
    let base = base
        .map(|base| Readers::of(base).groups)
        .unwrap_or_default();
    let (ours, theirs) = (Readers::of(ours), Readers::of(theirs));
    let is_base = |groups: &[Vec<Recipient>]| is_alike(&base, groups);
    let groups = if ours.groups.len() == theirs.groups.len() {
        let merge = |(at, (ours, theirs)): (usize, (_, _))| {
            group(
                base.get(at).map(Vec::as_slice).unwrap_or_default(),
                ours,
                theirs,
            )
        };
        ours.groups
            .into_iter()
            .zip(theirs.groups)
            .enumerate()
            .map(merge)
            .collect()
    } else {
        match shape_of {
            Winner::Ours if is_base(&theirs.groups) => ours.groups,
            Winner::Theirs if is_base(&ours.groups) => theirs.groups,
            _ => return Err(conflict()),
        }
    };
    match groups.iter().position(Vec::is_empty) {
        Some(empty) => Err(MergeError::NoRecipients(empty.saturating_add(1))),
        None => Ok(Readers { groups, threshold }),
    }
}

/// Those of ours that theirs has not removed, then those that theirs added.
fn group(base: &[Recipient], ours: Vec<Recipient>, theirs: Vec<Recipient>) -> Vec<Recipient> {
    let [in_base, in_ours, in_theirs] = [base, &ours, &theirs].map(identities);
    let stays = |one: &Recipient| {
        let identity = Identity::of(one);
        in_theirs.contains(&identity) || !in_base.contains(&identity)
    };
    let is_new = |one: &Recipient| {
        let identity = Identity::of(one);
        !in_ours.contains(&identity) && !in_base.contains(&identity)
    };
    let ours = ours.into_iter().filter(stays);
    ours.chain(theirs.into_iter().filter(is_new)).collect()
}

fn is_alike(one: &[Vec<Recipient>], other: &[Vec<Recipient>]) -> bool {
    let mut groups = one.iter().zip(other);
    one.len() == other.len() && groups.all(|(one, other)| identities(one) == identities(other))
}

fn identities(recipients: &[Recipient]) -> HashSet<Identity> {
    recipients.iter().map(Identity::of).collect()
}

/// What is not understood, key by key.
fn unknown(
    base: Option<&Metadata>,
    ours: &Metadata,
    theirs: &Metadata,
) -> Result<Vec<(Key, Value)>, MergeError> {
    let index = |metadata: &Metadata| -> HashMap<Key, Value> {
        let entries = metadata.unknown.iter();
        entries
            .map(|(key, value)| (key.clone(), value.duplicate()))
            .collect()
    };
    let base = base.map(index).unwrap_or_default();
    let (in_ours, in_theirs) = (index(ours), index(theirs));
    let mut keys: Vec<&Key> = ours.unknown.iter().map(|(key, _)| key).collect();
    keys.extend(
        theirs
            .unknown
            .iter()
            .map(|(key, _)| key)
            .filter(|key| !in_ours.contains_key(*key)),
    );
    let mut merged = Vec::with_capacity(keys.len());
    for key in keys {
        let (ours, theirs) = (in_ours.get(key), in_theirs.get(key));
        let value = match winner(Some(&base.get(key)), &ours, &theirs) {
            Some(Winner::Ours) => ours,
            Some(Winner::Theirs) => theirs,
            None => return Err(MergeError::Settings(key.to_string())),
        };
        merged.extend(value.map(|value| (key.clone(), value.duplicate())));
    }
    Ok(merged)
}

/// The higher of two versions; ours if one of them is none.
fn newer<'v>(ours: &'v str, theirs: &'v str) -> &'v str {
    match (numbers(ours), numbers(theirs)) {
        (Some(a), Some(b)) if b > a => theirs,
        (None, Some(_)) if ours.is_empty() => theirs,
        _ => ours,
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split(['-', '+']).next()?;
    version.split('.').map(|part| part.parse().ok()).collect()
}

//! Merging two changes of a roster.

use keydance_sops::format::{
    Format, Layout, Onto, ReadError, ReadOptions, WriteError, WriteOptions,
};
use keydance_sops::merge::{MergedTree, merge_trees};
use keydance_sops::tree::{Entry, Key, Map, Tree, Value};
use keydance_sops::walk::KeyPath;

use crate::roster::{Roster, RosterError};

/// A merged roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterMerge {
    /// Its text: plain, since nothing in a roster is secret. With conflicts it is no roster.
    pub text: Vec<u8>,
    /// Where both sides changed something.
    pub conflicts: Vec<KeyPath>,
    /// Groups to which both sides gave another identity. They are marked in the text.
    pub forked: Vec<String>,
}

/// Why two changes of a roster were not merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RosterMergeError {
    /// A version is not YAML.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What each side changed makes no whole roster together.
    #[error("together, both changes make no roster: {0}")]
    Roster(#[from] RosterError),
    /// It cannot be written down.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Merges two changes of a roster. A group that got another identity on both sides keeps the one
/// with the higher number, ours of two alike, and is marked as forked: the next one is due.
///
/// # Errors
///
/// If a version is not YAML, or the outcome is no roster.
pub fn merge_rosters(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
) -> Result<RosterMerge, RosterMergeError> {
    let read = |text: &[u8]| match text {
        [] => Ok(Tree::default()),
        text => Format::Yaml.read_plain(text, &ReadOptions::default()),
    };
    let (old, one, other) = (read(base)?, read(ours)?, read(theirs)?);
    let MergedTree {
        mut tree,
        mut conflicts,
    } = merge_trees(Format::Yaml, &old, &one, &other)?;
    let forked = forked(&old, &one, &other);
    for (name, identity) in &forked {
        if let Some(group) = group_mut(&mut tree, name) {
            identity
                .iter()
                .for_each(|(key, value)| put(group, key, value.duplicate()));
            put(group, &Key::from("forked"), Value::Bool(true));
        }
        let prefix = [b"groups:", name.as_bytes(), b":"].concat();
        conflicts.retain(|path| {
            let inside = path.as_bytes().strip_prefix(prefix.as_slice());
            !inside.is_some_and(|key| IDENTITY.iter().any(|field| key == field.as_bytes()))
        });
    }
    let onto = Onto {
        original: ours,
        layout: Layout::Preserved,
    };
    let options = WriteOptions {
        yaml_indent: 2,
        ..WriteOptions::default()
    };
    let text = Format::Yaml.write_onto(onto, &tree, None, &options)?;
    if conflicts.is_empty() {
        Roster::parse(&text)?;
    }
    let forked = forked
        .into_iter()
        .map(|(name, _)| name.to_string())
        .collect();
    Ok(RosterMerge {
        text,
        conflicts,
        forked,
    })
}

/// What says which identity a group has.
const IDENTITY: [&str; 2] = ["generation", "recipient"];

type Identity<'t> = Vec<(Key, &'t Value)>;

/// The groups whose recipient both sides changed, and not alike; with the identity that counts.
fn forked<'t>(base: &Tree, ours: &'t Tree, theirs: &'t Tree) -> Vec<(Key, Identity<'t>)> {
    let Some(groups) = groups(ours) else {
        return Vec::new();
    };
    let recipient = |group: Option<&'t Map>| group.and_then(|group| group.value(b"recipient"));
    let found = groups.pairs().filter_map(|(name, group)| {
        let ours = as_map(group);
        let theirs = group_of(theirs, name);
        let (one, other) = (recipient(ours)?, recipient(theirs)?);
        let base = group_of(base, name).and_then(|group| group.value(b"recipient"));
        if one == other || base == Some(one) || base == Some(other) {
            return None;
        }
        let higher = if number(theirs) > number(ours) {
            theirs
        } else {
            ours
        };
        let value = |key: &str| Some((Key::from(key), higher?.value(key.as_bytes())?));
        Some((
            name.clone(),
            IDENTITY.into_iter().filter_map(value).collect(),
        ))
    });
    found.collect()
}

fn number(group: Option<&Map>) -> Option<i64> {
    match group?.value(b"generation")? {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn groups(tree: &Tree) -> Option<&Map> {
    as_map(tree.documents.first()?.value(b"groups")?)
}

fn group_of<'t>(tree: &'t Tree, name: &Key) -> Option<&'t Map> {
    as_map(groups(tree)?.value(name.as_bytes())?)
}

fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

fn group_mut<'t>(tree: &'t mut Tree, name: &Key) -> Option<&'t mut Map> {
    let groups = value_mut(tree.documents.first_mut()?, &Key::from("groups"))?;
    let Value::Map(groups) = groups else {
        return None;
    };
    match value_mut(groups, name)? {
        Value::Map(group) => Some(group),
        _ => None,
    }
}

fn put(map: &mut Map, key: &Key, value: Value) {
    match value_mut(map, key) {
        Some(slot) => *slot = value,
        None => map.push(key.clone(), value),
    }
}

fn value_mut<'m>(map: &'m mut Map, key: &Key) -> Option<&'m mut Value> {
    map.entries.iter_mut().find_map(|entry| match entry {
        Entry::Pair(candidate, value) if candidate == key => Some(value),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "keydance: 1
organisation: acme
governance: a
people:
  p:
    from: 2026-01-01T00:00:00Z
    devices:
      d: {recipient: age1p, from: 2026-01-01T00:00:00Z}
groups:
  a:
    members:
      p: {from: 2026-01-01T00:00:00Z}
    admins: [p]
    generation: 1
    recipient: age1a
paths:
  # everything
  - match: secrets/**
    readers: [a]
";

    fn merged(ours: &str, theirs: &str) -> RosterMerge {
        merge_rosters(BASE.as_bytes(), ours.as_bytes(), theirs.as_bytes()).unwrap()
    }

    fn person(name: &str) -> String {
        let new = format!(
            "  {name}:\n    from: 2026-02-01T00:00:00Z\n    devices:\n      d: {{recipient: \
             age1{name}, from: 2026-02-01T00:00:00Z}}\n"
        );
        BASE.replace("groups:\n", &format!("{new}groups:\n"))
    }

    #[test]
    fn people_who_joined_on_two_branches_are_both_there() {
        let merged = merged(&person("b"), &person("c"));
        assert!(merged.conflicts.is_empty() && merged.forked.is_empty());
        let roster = Roster::parse(&merged.text).unwrap();
        assert_eq!(roster.people.len(), 3);
        let text = String::from_utf8(merged.text).unwrap();
        assert!(text.contains("  # everything\n"), "{text}");
    }

    #[test]
    fn a_group_that_both_gave_another_identity_is_forked() {
        let with = |generation: &str, recipient: &str| {
            let text = BASE.replace("generation: 1", &format!("generation: {generation}"));
            text.replace("recipient: age1a", &format!("recipient: {recipient}"))
        };
        for (theirs, recipient) in [("2", "age1x"), ("3", "age1y")] {
            let merged = merged(&with("2", "age1x"), &with(theirs, "age1y"));
            assert_eq!(merged.forked, ["a"]);
            assert!(merged.conflicts.is_empty());
            let roster = Roster::parse(&merged.text).unwrap();
            let group = roster.groups.values().next().unwrap();
            assert!(group.is_forked);
            assert_eq!(group.recipient.identity(), recipient);
        }
        let merged = merged(&with("2", "age1x"), BASE);
        assert!(merged.forked.is_empty());
    }

    #[test]
    fn what_makes_no_roster_together_is_refused() {
        let ours = BASE.replace("governance: a", "governance: b").replace(
            "  a:\n    members",
            "  b: {members: {p: {from: 2026-01-01T00:00:00Z}}, admins: [p], generation: 1, \
             recipient: age1b}\n  a:\n    members",
        );
        let theirs = BASE.replace("governance: a", "governance: c").replace(
            "  a:\n    members",
            "  c: {members: {p: {from: 2026-01-01T00:00:00Z}}, admins: [p], generation: 1, \
             recipient: age1c}\n  a:\n    members",
        );
        let merged = merged(&ours, &theirs);
        assert_eq!(merged.conflicts[0].to_string(), "governance");
        let removed = BASE
            .replace("readers: [a]", "readers: [b]")
            .replace("  a:\n", "  b:\n");
        let removed = removed.replace("governance: a", "governance: b");
        let error = merge_rosters(BASE.as_bytes(), removed.as_bytes(), person("c").as_bytes());
        assert!(error.is_ok());
    }
}

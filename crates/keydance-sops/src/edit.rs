//! Taking a value out of a tree, setting one, and removing one, each by its path.
//!
//! Only the first document is looked at, and comments count among the items of a list; both as in
//! stock sops.

use std::iter;
use std::ops::RangeInclusive;

use crate::path::{Step, TreePath};
use crate::tree::{Entry, Item, Key, Map, Placement, Text, Tree, Value};

/// What stands at a path, in the form it is written in.
#[cfg_attr(test, derive(Debug, PartialEq))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "it may be secret")
)]
pub enum Extracted {
    /// A string: its bytes as they are.
    Text(Text),
    /// A map, in place of the first document; later documents still follow.
    Tree(Tree),
    /// A list, or a scalar other than a string.
    Value(Value),
}

/// Whether an edit made a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Change {
    /// The tree is another one now.
    Changed,
    /// The tree is what it was.
    Unchanged,
}

/// Why a path leads nowhere. The tree is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// A path that stops at a comment.
    #[error("component {0} is a comment")]
    Comment(Step),
    /// The path is empty: the document itself cannot be set or removed.
    #[error("the path is empty")]
    EmptyPath,
    /// No such key or item.
    #[error("component {0} not found")]
    Missing(Step),
    /// There is no document.
    #[error("the tree holds no document")]
    NoDocument,
    /// A position where there is no list.
    #[error("component {0} is a position, but what it stands in is no list")]
    NotAList(Step),
    /// A key where there is no map.
    #[error("component {0} is a key, but what it stands in is no map")]
    NotAMap(Step),
}

/// What stands at a path of the first document; the document itself if the path is empty.
///
/// ```
/// use keydance_sops::edit::{Extracted, extract};
/// use keydance_sops::format::{Format, ReadOptions};
/// use keydance_sops::path::TreePath;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tree = Format::Yaml.read_plain(b"users: [{name: alice}]", &ReadOptions::default())?;
/// let path = TreePath::parse("[\"users\"][0]['name']")?;
/// match extract(tree, &path)? {
///     Extracted::Text(name) => assert_eq!(name.expose(), b"alice"),
///     _ => panic!("the name is a text"),
/// }
/// # Ok(())
/// # }
/// ```
pub fn extract(tree: Tree, path: &TreePath) -> Result<Extracted, EditError> {
    let mut documents = tree.documents.into_iter();
    let first = documents.next().ok_or(EditError::NoDocument)?;
    let found = path.steps().iter().try_fold(Value::Map(first), descend)?;
    Ok(match found {
        Value::Map(map) => Extracted::Tree(Tree {
            documents: iter::once(map).chain(documents).collect(),
        }),
        Value::Text(text) => Extracted::Text(text),
        value => Extracted::Value(value),
    })
}

fn descend(value: Value, step: &Step) -> Result<Value, EditError> {
    let found = match (value, step) {
        (Value::Map(map), Step::Key(key)) => map
            .entries
            .into_iter()
            .find_map(|entry| value_of(entry, key)),
        (Value::List(items), Step::Index(at)) => match items.into_iter().nth(*at) {
            Some(Item::Comment(_)) => return Err(EditError::Comment(step.clone())),
            Some(Item::Value(value)) => Some(value),
            None => None,
        },
        _ => return Err(mismatch(step)),
    };
    found.ok_or_else(|| EditError::Missing(step.clone()))
}

fn value_of(entry: Entry, key: &Key) -> Option<Value> {
    match entry {
        Entry::Pair(candidate, value) => (candidate == *key).then_some(value),
        Entry::Comment(_) => None,
    }
}

/// Sets the value at a path of the first document.
///
/// A missing key is appended to its map, a position past the end to its list; a scalar on the way,
/// or a comment, is replaced by the map or list that the rest of the path asks for. Neighbours and
/// their comments stay.
pub fn set(tree: &mut Tree, path: &TreePath, value: Value) -> Result<Change, EditError> {
    edit(tree, path, |root| put(root, path.steps(), value))
}

fn put(slot: &mut Value, steps: &[Step], value: Value) -> Result<Change, EditError> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(put_in(slot, value));
    };
    match (slot, step) {
        (Value::Map(map), Step::Key(key)) => match value_mut(map, key) {
            Some(inner) => return put(inner, rest, value),
            None => map.push(key.clone(), nested(rest, value)),
        },
        (Value::List(items), Step::Index(at)) => match items.get_mut(*at) {
            Some(Item::Value(inner)) => return put(inner, rest, value),
            Some(comment) => *comment = Item::Value(nested(rest, value)),
            None => items.push(Item::Value(nested(rest, value))),
        },
        // Stock leaves the map as it is and reports success, or crashes on the list.
        (Value::Map(_) | Value::List(_), _) => return Err(mismatch(step)),
        (scalar, _) => return Ok(put_in(scalar, nested(steps, value))),
    }
    Ok(Change::Changed)
}

fn put_in(slot: &mut Value, value: Value) -> Change {
    if *slot == value {
        return Change::Unchanged;
    }
    *slot = value;
    Change::Changed
}

/// The maps and lists of one item that these steps lead through, with the value inside.
fn nested(steps: &[Step], value: Value) -> Value {
    steps.iter().rev().fold(value, |inner, step| match step {
        Step::Index(_) => Value::List(vec![Item::Value(inner)]),
        Step::Key(key) => Value::Map(Map {
            entries: vec![Entry::Pair(key.clone(), inner)],
        }),
    })
}

/// Removes what stands at a path of the first document, and with a value the comments behind it,
/// which stock sops moves to the next one. Comments above it stay.
///
/// Fails with [`EditError::Missing`] when there is nothing to remove.
pub fn unset(tree: &mut Tree, path: &TreePath) -> Result<(), EditError> {
    edit(tree, path, |root| remove(root, path.steps()))
}

fn remove(value: &mut Value, steps: &[Step]) -> Result<(), EditError> {
    let Some((step, rest)) = steps.split_first() else {
        return Err(EditError::EmptyPath);
    };
    let missing = || EditError::Missing(step.clone());
    match (value, step) {
        (Value::Map(map), Step::Key(key)) if rest.is_empty() => {
            let holds = |entry: &Entry| matches!(entry, Entry::Pair(at, _) if at == key);
            let at = map.entries.iter().position(holds).ok_or_else(missing)?;
            let removed = with_inline(&map.entries, at, is_inline_entry);
            map.entries.drain(removed);
            Ok(())
        }
        (Value::Map(map), Step::Key(key)) => remove(value_mut(map, key).ok_or_else(missing)?, rest),
        // A position is never a key of a map; so stock has it, and with it what is idempotent.
        (Value::Map(_), Step::Index(_)) => Err(missing()),
        (Value::List(items), Step::Index(at)) => match items.get_mut(*at) {
            None => Err(missing()),
            Some(Item::Value(_)) if rest.is_empty() => {
                items.drain(with_inline(items, *at, is_inline_item));
                Ok(())
            }
            Some(Item::Comment(_)) if rest.is_empty() => {
                items.remove(*at);
                Ok(())
            }
            Some(Item::Comment(_)) => Err(EditError::Comment(step.clone())),
            Some(Item::Value(inner)) => remove(inner, rest),
        },
        _ => Err(mismatch(step)),
    }
}

/// What stands at a position, and before it the inline comments that belong to it.
fn with_inline<T>(siblings: &[T], at: usize, is_inline: fn(&T) -> bool) -> RangeInclusive<usize> {
    let before = siblings.iter().take(at).rev();
    at.saturating_sub(before.take_while(|sibling| is_inline(sibling)).count())..=at
}

fn is_inline_entry(entry: &Entry) -> bool {
    matches!(entry, Entry::Comment(comment) if comment.placement == Placement::Inline)
}

fn is_inline_item(item: &Item) -> bool {
    matches!(item, Item::Comment(comment) if comment.placement == Placement::Inline)
}

/// Puts another content in the place of a tree. Where comments stand makes no difference, as that is
/// not kept when a file is encrypted.
pub fn replace(tree: &mut Tree, content: Tree) -> Change {
    if tree.documents.len() == content.documents.len()
        && iter::zip(&tree.documents, &content.documents).all(|(old, new)| is_same_map(old, new))
    {
        return Change::Unchanged;
    }
    *tree = content;
    Change::Changed
}

fn is_same_map(a: &Map, b: &Map) -> bool {
    let same = |(a, b): (&Entry, &Entry)| match (a, b) {
        (Entry::Comment(a), Entry::Comment(b)) => a.text == b.text,
        (Entry::Pair(key, a), Entry::Pair(other, b)) => key == other && is_same(a, b),
        _ => false,
    };
    a.entries.len() == b.entries.len() && iter::zip(&a.entries, &b.entries).all(same)
}

fn is_same(a: &Value, b: &Value) -> bool {
    let same = |(a, b): (&Item, &Item)| match (a, b) {
        (Item::Comment(a), Item::Comment(b)) => a.text == b.text,
        (Item::Value(a), Item::Value(b)) => is_same(a, b),
        _ => false,
    };
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => is_same_map(a, b),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && iter::zip(a, b).all(same),
        (a, b) => a == b,
    }
}

/// Runs an edit with the first document as a value, which it still is afterwards.
fn edit<T>(
    tree: &mut Tree,
    path: &TreePath,
    change: impl FnOnce(&mut Value) -> Result<T, EditError>,
) -> Result<T, EditError> {
    let document = tree.documents.first_mut().ok_or(EditError::NoDocument)?;
    if path.is_empty() {
        return Err(EditError::EmptyPath);
    }
    let mut root = Value::Map(std::mem::take(document));
    let outcome = change(&mut root);
    if let Value::Map(map) = root {
        *document = map;
    }
    outcome
}

fn value_mut<'a>(map: &'a mut Map, key: &Key) -> Option<&'a mut Value> {
    map.entries.iter_mut().find_map(|entry| match entry {
        Entry::Pair(candidate, value) => (candidate == key).then_some(value),
        Entry::Comment(_) => None,
    })
}

fn mismatch(step: &Step) -> EditError {
    match step {
        Step::Index(_) => EditError::NotAList(step.clone()),
        Step::Key(_) => EditError::NotAMap(step.clone()),
    }
}

#[cfg(test)]
mod tests;

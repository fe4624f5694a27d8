//! Three-way merge of plain trees.

use std::collections::HashMap;

use super::conflict::{Sides, Style};
use super::sequence::{Member, Pair, Sequence, is_same, merged_comments};
use crate::format::{Format, WriteError};
use crate::tree::{Comment, Entry, Key, Map, Tree, Value};
use crate::walk::KeyPath;

/// What became of two changes of a tree.
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct MergedTree {
    /// The tree, with a marker in the place of each value that both sides changed.
    pub tree: Tree,
    /// Where the markers stand.
    pub conflicts: Vec<KeyPath>,
}

/// Merges two changes of a tree.
///
/// What one side changed is changed, and what both changed alike. Maps are merged by key, in the
/// order of ours, with what theirs added behind its neighbour; lists item by item. Comments belong
/// to the entry they precede, and never conflict. Takes time in proportion to the trees, times
/// their depth where lists stand in lists.
///
/// # Errors
///
/// If a conflict cannot be written down in a format that has nothing but strings.
pub fn merge_trees(
    format: Format,
    base: &Tree,
    ours: &Tree,
    theirs: &Tree,
) -> Result<MergedTree, WriteError> {
    let unchanged = |tree: &Tree| MergedTree {
        tree: Tree {
            documents: tree.documents.iter().map(Map::duplicate).collect(),
        },
        conflicts: Vec::new(),
    };
    if theirs == base {
        return Ok(unchanged(ours));
    }
    if ours == base {
        return Ok(unchanged(theirs));
    }
    let mut merger = Merger {
        style: Style::of(format),
        path: Vec::new(),
        conflicts: Vec::new(),
    };
    let count = ours.documents.len().max(theirs.documents.len());
    let empty = Map::default();
    let mut documents = Vec::with_capacity(count);
    for number in 0..count {
        let [base, ours, theirs] = [base, ours, theirs].map(|tree| tree.documents.get(number));
        let is_dropped = ours.is_none() || theirs.is_none();
        let document = merger.map(base, ours.unwrap_or(&empty), theirs.unwrap_or(&empty))?;
        if !(is_dropped && document.entries.is_empty()) {
            documents.push(document);
        }
    }
    let conflicts = merger.conflicts;
    Ok(MergedTree {
        tree: Tree { documents },
        conflicts,
    })
}

/// A merge at one place of the trees.
pub(super) struct Merger {
    pub(super) style: Style,
    /// The keys on the way, with a `:` behind each.
    pub(super) path: Vec<u8>,
    pub(super) conflicts: Vec<KeyPath>,
}

impl Merger {
    fn map(&mut self, base: Option<&Map>, ours: &Map, theirs: &Map) -> Result<Map, WriteError> {
        let empty = Map::default();
        let base = Sequence::of_map(base.unwrap_or(&empty));
        let (ours, theirs) = (Sequence::of_map(ours), Sequence::of_map(theirs));
        let (in_base, in_ours, in_theirs) = (base.by_key(), ours.by_key(), theirs.by_key());
        let mut additions = Additions::of(&theirs, &in_ours);
        let mut merged = Map::default();
        self.add(&mut merged, additions.take(Behind::Nothing), &in_base)?;
        for member in &ours.members {
            let key = member.content.0;
            let (base, theirs) = (in_base.get(key).copied(), in_theirs.get(key).copied());
            self.entry(&mut merged, key, base, Some(member), theirs)?;
            self.add(&mut merged, additions.take(Behind::Key(key)), &in_base)?;
        }
        self.add(&mut merged, additions.take(Behind::Everything), &in_base)?;
        push_comments(
            &mut merged,
            merged_comments(&base.tail, &ours.tail, &theirs.tail),
        );
        Ok(merged)
    }

    /// Entries of theirs that ours does not have.
    fn add<'t>(
        &mut self,
        merged: &mut Map,
        members: Vec<&Member<'t, Pair<'t>>>,
        in_base: &HashMap<&Key, &Member<'t, Pair<'t>>>,
    ) -> Result<(), WriteError> {
        members.into_iter().try_for_each(|member| {
            let key = member.content.0;
            self.entry(merged, key, in_base.get(key).copied(), None, Some(member))
        })
    }

    fn entry(
        &mut self,
        merged: &mut Map,
        key: &Key,
        base: Option<&Member<'_, Pair<'_>>>,
        ours: Option<&Member<'_, Pair<'_>>>,
        theirs: Option<&Member<'_, Pair<'_>>>,
    ) -> Result<(), WriteError> {
        let end = self.path.len();
        self.path.extend_from_slice(key.as_bytes());
        self.path.push(b':');
        let sides = Sides { base, ours, theirs }.map(|member| member.content.1);
        let value = self.value(sides)?;
        self.path.truncate(end);
        let Some(value) = value else { return Ok(()) };
        // Of an entry that one side does not have, the other's comments are all there are.
        let comments = match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                let base = base
                    .map(|base| base.comments.as_slice())
                    .unwrap_or_default();
                merged_comments(base, &ours.comments, &theirs.comments)
            }
            (only, other) => only.or(other).map(Member::comments).unwrap_or_default(),
        };
        push_comments(merged, comments);
        merged.entries.push(Entry::Pair(key.clone(), value));
        Ok(())
    }

    /// What becomes of a value; nothing if it is deleted.
    pub(super) fn value(&mut self, sides: Sides<&Value>) -> Result<Option<Value>, WriteError> {
        let unchanged = |side: &Value| sides.base.is_some_and(|base| is_same(base, side));
        let (ours, theirs) = match (sides.ours, sides.theirs) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (None, None) => return Ok(None),
            (Some(only), None) | (None, Some(only)) => {
                return match (sides.base, only) {
                    (None, _) => Ok(Some(only.duplicate())),
                    _ if unchanged(only) => Ok(None),
                    // A section of a flat format cannot be replaced by a string.
                    (Some(Value::Map(base)), Value::Map(only)) if self.style == Style::Flat => {
                        self.section(base, only, sides.ours.is_some()).map(Some)
                    }
                    _ => self.conflict(sides).map(Some),
                };
            }
        };
        let merged = match (ours, theirs) {
            (Value::Map(ours), Value::Map(theirs)) => {
                let base = match sides.base {
                    Some(Value::Map(base)) => Some(base),
                    _ => None,
                };
                Value::Map(self.map(base, ours, theirs)?)
            }
            (Value::List(_), Value::List(_)) => self.list(sides)?,
            _ if is_same(ours, theirs) || unchanged(theirs) => ours.duplicate(),
            _ if unchanged(ours) => theirs.duplicate(),
            _ => self.conflict(sides)?,
        };
        Ok(Some(merged))
    }

    /// A section that one side deleted and the other changed.
    fn section(&mut self, base: &Map, only: &Map, is_ours: bool) -> Result<Value, WriteError> {
        let empty = Map::default();
        let (ours, theirs) = if is_ours {
            (only, &empty)
        } else {
            (&empty, only)
        };
        self.map(Some(base), ours, theirs).map(Value::Map)
    }

    /// A marker with what each side has.
    pub(super) fn conflict(&mut self, sides: Sides<&Value>) -> Result<Value, WriteError> {
        self.conflicts.push(KeyPath::of_aad(&self.path));
        sides.marker(self.style)
    }
}

/// The entries that theirs has and ours has not, by where they go among those of ours.
struct Additions<'s, 't>(HashMap<Behind<'t>, Vec<&'s Member<'t, Pair<'t>>>>);

/// What an entry stands behind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Behind<'t> {
    /// All of ours, since none of them has a neighbour in theirs.
    Everything,
    Key(&'t Key),
    /// Nothing: it stands above the first key that both have.
    Nothing,
}

impl<'s, 't> Additions<'s, 't> {
    fn of(
        theirs: &'s Sequence<'t, Pair<'t>>,
        in_ours: &HashMap<&'t Key, &Member<'t, Pair<'t>>>,
    ) -> Self {
        let mut additions = HashMap::new();
        let mut behind = Behind::Nothing;
        let mut waiting: Vec<&Member<'_, _>> = Vec::new();
        for member in &theirs.members {
            if in_ours.contains_key(member.content.0) {
                let place = std::mem::replace(&mut behind, Behind::Key(member.content.0));
                additions.insert(place, std::mem::take(&mut waiting));
            } else {
                waiting.push(member);
            }
        }
        let place = match behind {
            Behind::Nothing => Behind::Everything,
            place => place,
        };
        additions.insert(place, waiting);
        Self(additions)
    }

    fn take(&mut self, behind: Behind<'t>) -> Vec<&'s Member<'t, Pair<'t>>> {
        self.0.remove(&behind).unwrap_or_default()
    }
}

fn push_comments(map: &mut Map, comments: Vec<Comment>) {
    map.entries.extend(comments.into_iter().map(Entry::Comment));
}

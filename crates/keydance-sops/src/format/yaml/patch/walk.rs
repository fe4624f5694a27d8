//! Laying the nodes of a text beside the values that are wanted.

use std::ops::Range;

use zeroize::Zeroizing;

use super::align::{self, Label, Step};
use super::render::{self, Indicator};
use super::style::Style;
use super::{Around, Old, Patch, Spot};
use crate::format::yaml::node::{Content, Kind, Member, NodeId, Scalar, Tag};
use crate::format::yaml::scalar;
use crate::tree::{Comment, Entry, Item, Value};

/// The members that a map or list is to have.
#[derive(Clone, Copy)]
pub(super) enum New<'a> {
    List(&'a [&'a Item]),
    Map(&'a [&'a Entry]),
}

impl New<'_> {
    pub(super) fn comment(&self, at: usize) -> Option<&Comment> {
        match self {
            Self::List(items) => match items.get(at)? {
                Item::Comment(comment) => Some(comment),
                Item::Value(_) => None,
            },
            Self::Map(entries) => match entries.get(at)? {
                Entry::Comment(comment) => Some(comment),
                Entry::Pair(..) => None,
            },
        }
    }

    pub(super) fn value(&self, at: usize) -> Option<&Value> {
        match self {
            Self::List(items) => match items.get(at)? {
                Item::Comment(_) => None,
                Item::Value(value) => Some(value),
            },
            Self::Map(entries) => match entries.get(at)? {
                Entry::Comment(_) => None,
                Entry::Pair(_, value) => Some(value),
            },
        }
    }

    /// Some of them as lines, without the blanks before the first one.
    pub(super) fn lines(
        &self,
        range: Range<usize>,
        column: usize,
        style: Style,
    ) -> Option<Zeroizing<String>> {
        match self {
            Self::List(items) => render::items(items.get(range)?, column, style),
            Self::Map(entries) => render::entries(entries.get(range)?, column, style),
        }
    }

    /// One of them in brackets or braces.
    pub(super) fn flow(&self, at: usize) -> Option<Zeroizing<String>> {
        match self {
            Self::List(_) => render::flow(self.value(at)?),
            Self::Map(entries) => render::flow_entry(entries.get(at)?),
        }
    }
}

impl<'n> Patch<'n, '_> {
    /// Makes a value what is wanted.
    pub(super) fn value(&mut self, spot: Spot, new: &Value) -> Option<()> {
        let count = self.edits.count();
        match (&self.nodes.get(spot.id)?.content, new) {
            (Content::Alias(target), _) => {
                let is_same =
                    !self.changed.contains(&target.index()) && self.is_equal(*target, new);
                if !is_same {
                    self.replace(spot, new)?;
                }
            }
            (Content::List(old), Value::List(items)) => self.list(spot, old, items, new)?,
            (Content::Map(old), Value::Map(map)) => self.map(spot, old, &map.entries, new)?,
            (Content::Scalar(old), _) if is_same(old, new) => {}
            _ => self.replace(spot, new)?,
        }
        if self.edits.count() > count && self.targets.contains(&spot.id.index()) {
            self.changed.insert(spot.id.index());
        }
        Some(())
    }

    fn map(&mut self, spot: Spot, old: &'n [Member], new: &[Entry], value: &Value) -> Option<()> {
        let node = self.nodes.get(spot.id)?;
        let members = self.places.members(self.text, self.nodes, node, old)?;
        let entries: Vec<&Entry> = new.iter().collect();
        let steps = self.steps_of_map(&members, &entries)?;
        let new = New::Map(&entries);
        if is_other(&members, new, &steps) {
            return self.replace(spot, value);
        }
        self.follow(self.around(node), &members, new, &steps)
    }

    fn list(&mut self, spot: Spot, old: &'n [Member], new: &[Item], value: &Value) -> Option<()> {
        let node = self.nodes.get(spot.id)?;
        let members = self.places.members(self.text, self.nodes, node, old)?;
        let items: Vec<&Item> = new.iter().collect();
        let labels: Vec<Label<'_>> = new.iter().map(label_of_item).collect();
        let old_labels = self.labels(&members)?;
        let is_equal = |from: usize, to: usize| match (members.get(from), items.get(to)) {
            (Some((Member::Item(id), _)), Some(Item::Value(value))) => self.is_equal(*id, value),
            _ => false,
        };
        let steps = align::list(&old_labels, &labels, is_equal)?;
        let new = New::List(&items);
        if is_other(&members, new, &steps) {
            return self.replace(spot, value);
        }
        self.follow(self.around(node), &members, new, &steps)
    }

    pub(super) fn steps_of_map(&self, old: &[Old<'n>], new: &[&Entry]) -> Option<Vec<Step>> {
        let new: Vec<Label<'_>> = new.iter().copied().map(label_of_entry).collect();
        align::map(&self.labels(old)?, &new)
    }

    /// Does what the steps say.
    pub(super) fn follow(
        &mut self,
        around: Around,
        old: &[Old<'n>],
        new: New<'_>,
        steps: &[Step],
    ) -> Option<()> {
        let mut last = None;
        let mut left = steps.iter().copied().enumerate().peekable();
        while let Some((at, step)) = left.next() {
            match step {
                Step::Keep(from, to) => {
                    self.keep(around, *old.get(from)?, new, to)?;
                    let is_comment = new.comment(to).is_some();
                    if !(is_comment && around.is_flow) {
                        last = Some(from);
                    }
                }
                Step::Remove(from) => self.remove(around, old, from)?,
                Step::Insert(first) => {
                    let mut end = first.saturating_add(1);
                    while left
                        .next_if(|(_, step)| *step == Step::Insert(end))
                        .is_some()
                    {
                        end = end.saturating_add(1);
                    }
                    let kept = steps.iter().skip(at).find_map(|step| match step {
                        Step::Keep(from, _) => Some(*from),
                        Step::Insert(_) | Step::Remove(_) => None,
                    });
                    let behind = last.and_then(|last: usize| old.get(last));
                    let before = kept.and_then(|kept| old.get(kept));
                    self.insert(around, behind, before, new, first..end)?;
                }
            }
        }
        Some(())
    }

    fn keep(&mut self, around: Around, old: Old<'n>, new: New<'_>, to: usize) -> Option<()> {
        let (member, place) = old;
        match (member, new.comment(to), new.value(to)) {
            (Member::Comment(old), Some(new), _) => self.comment(*old, new),
            (Member::Item(id), _, Some(value)) => {
                let spot = Spot {
                    id: *id,
                    around,
                    behind: Indicator::Dash,
                    after: place.after,
                };
                self.value(spot, value)
            }
            (Member::Pair(_, id), _, Some(value)) => {
                let spot = Spot {
                    id: *id,
                    around,
                    behind: Indicator::Colon,
                    after: place.after,
                };
                self.value(spot, value)
            }
            _ => None,
        }
    }

    /// What old members can be told by.
    fn labels<'a>(&'a self, old: &[Old<'n>]) -> Option<Vec<Label<'a>>> {
        let label = |(member, _): &Old<'n>| match member {
            Member::Comment(comment) => {
                Some(Label::Comment(comment.span.of(self.nodes.text).as_bytes()))
            }
            Member::Item(_) => Some(Label::Item),
            Member::Pair(key, _) => self.key(*key).map(Label::Key),
        };
        old.iter().map(label).collect()
    }

    /// The text of a key that is written as one.
    pub(super) fn key(&self, id: NodeId) -> Option<&[u8]> {
        match &self.nodes.get(id)?.content {
            Content::Scalar(key) if key.kind != Kind::Tagged(Tag::Binary) => {
                Some(key.text.as_bytes())
            }
            _ => None,
        }
    }

    /// Whether a node is a value.
    fn is_equal(&self, id: NodeId, value: &Value) -> bool {
        match (self.nodes.get(id).map(|node| &node.content), value) {
            (Some(Content::Alias(target)), _) => self.is_equal(*target, value),
            (Some(Content::Scalar(scalar)), _) => is_same(scalar, value),
            (Some(Content::List(old)), Value::List(new)) => {
                let same = |(old, new): (&Member, &Item)| match (old, new) {
                    (Member::Comment(old), Item::Comment(new)) => {
                        old.span.of(self.nodes.text).as_bytes() == new.text.expose()
                    }
                    (Member::Item(id), Item::Value(value)) => self.is_equal(*id, value),
                    _ => false,
                };
                old.len() == new.len() && old.iter().zip(new).all(same)
            }
            (Some(Content::Map(old)), Value::Map(new)) => {
                let same = |(old, new): (&Member, &Entry)| match (old, new) {
                    (Member::Comment(old), Entry::Comment(new)) => {
                        old.span.of(self.nodes.text).as_bytes() == new.text.expose()
                    }
                    (Member::Pair(key, id), Entry::Pair(new, value)) => {
                        self.key(*key) == Some(new.as_bytes()) && self.is_equal(*id, value)
                    }
                    _ => false,
                };
                old.len() == new.entries.len() && old.iter().zip(&new.entries).all(same)
            }
            _ => false,
        }
    }
}

fn label_of_entry(entry: &Entry) -> Label<'_> {
    match entry {
        Entry::Comment(comment) => Label::Comment(comment.text.expose()),
        Entry::Pair(key, _) => Label::Key(key.as_bytes()),
    }
}

fn label_of_item(item: &Item) -> Label<'_> {
    match item {
        Item::Comment(comment) => Label::Comment(comment.text.expose()),
        Item::Value(_) => Label::Item,
    }
}

fn is_same(scalar: &Scalar<'_>, value: &Value) -> bool {
    scalar::value(scalar).is_ok_and(|old| old == *value)
}

/// Whether a map or list has become another one: none of its values stays, or there were or are
/// none at all.
fn is_other(old: &[Old<'_>], new: New<'_>, steps: &[Step]) -> bool {
    let had_values = old
        .iter()
        .any(|(member, _)| !matches!(member, Member::Comment(_)));
    let mut has_values = steps.iter().filter_map(|step| match step {
        Step::Keep(_, to) | Step::Insert(to) => new.value(*to),
        Step::Remove(_) => None,
    });
    let keeps = |step: &Step| matches!(step, Step::Keep(_, to) if new.value(*to).is_some());
    (had_values || has_values.next().is_some()) && !steps.iter().any(keeps)
}

//! Three-way merge of lists.

use super::align::{Chunk, chunks};
use super::conflict::Sides;
use super::sequence::{Member, Numbers, Sequence, merged_comments};
use super::tree::Merger;
use crate::format::WriteError;
use crate::tree::{Comment, Item, Value};

/// A part of a list, and the numbers of its items.
#[derive(Clone, Copy)]
struct Part<'s, 't> {
    members: &'s [Member<'t, &'t Value>],
    numbers: &'s [usize],
}

/// A list in the making.
#[derive(Default)]
struct Merged {
    items: Vec<Item>,
    /// Comments that wait for the next item.
    waiting: Vec<Comment>,
}

impl Merger {
    /// What becomes of two lists. Where both changed the same items, and not item by item, the
    /// whole list is a conflict.
    pub(super) fn list(&mut self, sides: Sides<&Value>) -> Result<Value, WriteError> {
        let lists = [sides.base, sides.ours, sides.theirs].map(Sequence::of_value);
        let mut numbers = Numbers::default();
        let numbered = lists.each_ref().map(|list| numbers.of(list));
        let [base, ours, theirs] = &lists;
        let [in_base, in_ours, in_theirs] = &numbered;
        let conflicts = self.conflicts.len();
        let mut merged = Merged::default();
        for chunk in chunks(in_base, in_ours, in_theirs) {
            let [b, o, t] = match chunk {
                Chunk::Same { base, ours, theirs } => {
                    [base, ours, theirs].map(|at| at..at.saturating_add(1))
                }
                Chunk::Different { base, ours, theirs } => [base, ours, theirs],
            };
            let parts = [
                Part::new(base, in_base, b),
                Part::new(ours, in_ours, o),
                Part::new(theirs, in_theirs, t),
            ];
            if !self.chunk(parts, &mut merged)? {
                self.conflicts.truncate(conflicts);
                return self.conflict(sides);
            }
        }
        merged
            .waiting
            .extend(merged_comments(&base.tail, &ours.tail, &theirs.tail));
        Ok(Value::List(merged.finish()))
    }

    /// Whether the part could be merged.
    fn chunk(
        &mut self,
        [base, ours, theirs]: [Part<'_, '_>; 3],
        merged: &mut Merged,
    ) -> Result<bool, WriteError> {
        let is_even =
            |one: Part<'_, '_>, other: Part<'_, '_>| one.members.len() == other.members.len();
        if is_even(ours, theirs) && (is_even(base, ours) || ours.numbers == theirs.numbers) {
            let mut bases = base.members.iter();
            for (ours, theirs) in ours.members.iter().zip(theirs.members) {
                self.item(bases.next(), ours, theirs, merged)?;
            }
        } else if theirs.numbers == base.numbers {
            merged.take(ours, base, theirs);
        } else if ours.numbers == base.numbers {
            merged.take(theirs, base, ours);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn item(
        &mut self,
        base: Option<&Member<'_, &Value>>,
        ours: &Member<'_, &Value>,
        theirs: &Member<'_, &Value>,
        merged: &mut Merged,
    ) -> Result<(), WriteError> {
        let sides = Sides {
            base,
            ours: Some(ours),
            theirs: Some(theirs),
        };
        let comments = base
            .map(|base| base.comments.as_slice())
            .unwrap_or_default();
        merged
            .waiting
            .extend(merged_comments(comments, &ours.comments, &theirs.comments));
        // INVARIANT: both sides have the item, so it is not deleted.
        let value = self.value(sides.map(|member| member.content))?;
        value.into_iter().for_each(|value| merged.push(value));
        Ok(())
    }
}

impl<'s, 't> Part<'s, 't> {
    fn new(
        list: &'s Sequence<'t, &'t Value>,
        numbers: &'s [usize],
        range: std::ops::Range<usize>,
    ) -> Self {
        Self {
            members: list.members.get(range.clone()).unwrap_or_default(),
            numbers: numbers.get(range).unwrap_or_default(),
        }
    }

    fn comments(self) -> Vec<&'t Comment> {
        self.members
            .iter()
            .flat_map(|member| member.comments.iter().copied())
            .collect()
    }
}

impl Merged {
    /// Takes the items of one side, and the comments that the other added.
    fn take(&mut self, side: Part<'_, '_>, base: Part<'_, '_>, other: Part<'_, '_>) {
        // What this side has counts as known, and what the base had as gone.
        let known: Vec<&Comment> = [base.comments(), side.comments()].concat();
        self.waiting
            .extend(merged_comments(&known, &[], &other.comments()));
        for member in side.members {
            self.waiting.extend(member.comments());
            self.push(member.content.duplicate());
        }
    }

    fn push(&mut self, value: Value) {
        self.items.extend(self.waiting.drain(..).map(Item::Comment));
        self.items.push(Item::Value(value));
    }

    fn finish(mut self) -> Vec<Item> {
        self.items.extend(self.waiting.drain(..).map(Item::Comment));
        self.items
    }
}

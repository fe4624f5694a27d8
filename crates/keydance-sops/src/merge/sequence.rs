//! A map or a list as its entries, each with the comments that precede it.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use crate::scalar::{Digits, Plaintext};
use crate::tree::{Comment, Entry, Item, Key, Map, Value};

/// Entries of a map or items of a list, and the comments behind the last.
pub(super) struct Sequence<'t, T> {
    pub(super) members: Vec<Member<'t, T>>,
    pub(super) tail: Vec<&'t Comment>,
}

/// An entry or item with the comments above and beside it.
pub(super) struct Member<'t, T> {
    pub(super) comments: Vec<&'t Comment>,
    pub(super) content: T,
}

/// An entry of a map.
pub(super) type Pair<'t> = (&'t Key, &'t Value);

impl<'t, T> Sequence<'t, T> {
    /// Comments, and the contents they precede.
    fn of(parts: impl Iterator<Item = Result<T, &'t Comment>>) -> Self {
        let (mut members, mut comments) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Err(comment) => comments.push(comment),
                Ok(content) => {
                    let comments = std::mem::take(&mut comments);
                    members.push(Member { comments, content });
                }
            }
        }
        Self {
            members,
            tail: comments,
        }
    }
}

impl<T> Member<'_, T> {
    /// Copies of the comments.
    pub(super) fn comments(&self) -> Vec<Comment> {
        self.comments
            .iter()
            .map(|comment| comment.duplicate())
            .collect()
    }
}

impl<'t> Sequence<'t, Pair<'t>> {
    pub(super) fn of_map(map: &'t Map) -> Self {
        Self::of(map.entries.iter().map(|entry| match entry {
            Entry::Comment(comment) => Err(comment),
            Entry::Pair(key, value) => Ok((key, value)),
        }))
    }

    /// The entries by key.
    pub(super) fn by_key(&self) -> HashMap<&'t Key, &Member<'t, Pair<'t>>> {
        let mut entries = HashMap::with_capacity(self.members.len());
        for member in &self.members {
            entries.entry(member.content.0).or_insert(member);
        }
        entries
    }
}

impl<'t> Sequence<'t, &'t Value> {
    /// The items of a list; nothing else has any.
    pub(super) fn of_value(value: Option<&'t Value>) -> Self {
        let items = match value {
            Some(Value::List(items)) => items.as_slice(),
            _ => &[],
        };
        Self::of(items.iter().map(|item| match item {
            Item::Comment(comment) => Err(comment),
            Item::Value(value) => Ok(value),
        }))
    }
}

/// Whether both are equal but for comments.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            let (mut one, mut other) = (one.pairs(), other.pairs());
            loop {
                match (one.next(), other.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other)) if one.0 == other.0 && is_same(one.1, other.1) => {}
                    _ => return false,
                }
            }
        }
        (Value::List(one), Value::List(other)) => {
            let (mut one, mut other) = (values(one), values(other));
            loop {
                match (one.next(), other.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other)) if is_same(one, other) => {}
                    _ => return false,
                }
            }
        }
        _ => one == other,
    }
}

fn values(items: &[Item]) -> impl Iterator<Item = &Value> {
    items.iter().filter_map(|item| match item {
        Item::Comment(_) => None,
        Item::Value(value) => Some(value),
    })
}

/// Gives equal values, whatever their comments, equal numbers.
#[derive(Default)]
pub(super) struct Numbers(HashMap<[u8; 32], usize>);

impl Numbers {
    pub(super) fn of(&mut self, list: &Sequence<'_, &Value>) -> Vec<usize> {
        let numbers = list.members.iter().map(|member| {
            let mut hash = Sha256::new();
            feed(&mut hash, &mut Digits::new(), member.content);
            let next = self.0.len();
            *self.0.entry(hash.finalize().into()).or_insert(next)
        });
        numbers.collect()
    }
}

/// Hashes a value so that no other has the same bytes: each part is preceded by what it is.
fn feed(hash: &mut Sha256, digits: &mut Digits, value: &Value) {
    match value {
        Value::Map(map) => {
            hash.update(b"{");
            for (key, value) in map.pairs() {
                feed_bytes(hash, key.as_bytes());
                feed(hash, digits, value);
            }
            hash.update(b"}");
        }
        Value::List(items) => {
            hash.update(b"[");
            values(items).for_each(|value| feed(hash, digits, value));
            hash.update(b"]");
        }
        scalar => match Plaintext::of(scalar, digits) {
            None => hash.update(b"0"),
            Some(Plaintext { kind, bytes }) => {
                hash.update(kind.word());
                feed_bytes(hash, bytes);
            }
        },
    }
}

fn feed_bytes(hash: &mut Sha256, bytes: &[u8]) {
    hash.update(b":");
    hash.update(bytes.len().to_be_bytes());
    hash.update(bytes);
}

/// The comments of an entry after both sides had their way: what one removed is gone, and what
/// either added is there.
pub(super) fn merged_comments(
    base: &[&Comment],
    ours: &[&Comment],
    theirs: &[&Comment],
) -> Vec<Comment> {
    let (in_base, in_ours, in_theirs) = (texts(base), texts(ours), texts(theirs));
    let stays = |comment: &&&Comment| {
        let text = comment.text.expose();
        in_theirs.contains(text) || !in_base.contains(text)
    };
    let is_new = |comment: &&&Comment| {
        let text = comment.text.expose();
        !in_ours.contains(text) && !in_base.contains(text)
    };
    let ours = ours.iter().filter(stays);
    let new = theirs.iter().filter(is_new);
    ours.chain(new).map(|comment| comment.duplicate()).collect()
}

fn texts<'t>(comments: &[&'t Comment]) -> HashSet<&'t [u8]> {
    comments
        .iter()
        .map(|comment| comment.text.expose())
        .collect()
}

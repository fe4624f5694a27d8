//! What a file holds, whatever its format: documents, typed values, comments, and their order.

use std::fmt;

use zeroize::Zeroize as _;

pub use time::{Time, TimeError};

mod time;

/// The content of one file: its documents in order.
///
/// Only YAML has files of several documents; every other format has exactly one.
#[derive(Default, PartialEq)]
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub struct Tree {
    /// The documents, each a map.
    pub documents: Vec<Map>,
}

/// A map with its comments, in the order they stand in the file.
#[derive(Default, PartialEq)]
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub struct Map {
    /// Entries and comments.
    pub entries: Vec<Entry>,
}

/// What stands in a map.
#[derive(PartialEq)]
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub enum Entry {
    /// A comment of its own.
    Comment(Comment),
    /// A key and its value.
    Pair(Key, Value),
}

/// What stands in a list.
#[derive(PartialEq)]
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub enum Item {
    /// A comment of its own.
    Comment(Comment),
    /// A value.
    Value(Value),
}

/// A value of any kind.
///
/// Two values are equal when they have the same kind and content; a `NaN` is equal to itself.
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// An IEEE double.
    Float(f64),
    /// A signed integer.
    Int(i64),
    /// Values in order.
    List(Vec<Item>),
    /// Keys and values in order.
    Map(Map),
    /// No value. Never encrypted.
    Null,
    /// Bytes, mostly UTF-8.
    Text(Text),
    /// A point in time with the offset it was written in.
    Time(Time),
}

/// A comment: the text after `#`, a leading space included.
#[derive(PartialEq)]
#[cfg_attr(test, derive(Debug))]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub struct Comment {
    /// The text, ciphertext in an encrypted file.
    pub text: Text,
    /// Where the comment stands.
    pub placement: Placement,
}

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// On a line of its own.
    Line,
    /// Behind the value of the entry that follows it in the tree.
    Inline,
}

/// The key of a map entry: bytes, mostly UTF-8. Keys are public, so they may be printed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Box<[u8]>);

/// The bytes of a string or comment, which may be secret: wiped on drop, never printed.
#[derive(Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    not(test),
    expect(missing_debug_implementations, reason = "secrets are never printed")
)]
pub struct Text(Box<[u8]>);

impl Map {
    /// The value of the first entry with this key.
    #[must_use]
    pub fn value(&self, key: &[u8]) -> Option<&Value> {
        self.pairs()
            .find_map(|(candidate, value)| (candidate.as_bytes() == key).then_some(value))
    }

    /// The entries that are no comments.
    pub fn pairs(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Comment(_) => None,
            Entry::Pair(key, value) => Some((key, value)),
        })
    }

    /// A copy, which may be secret too.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            entries: self.entries.iter().map(Entry::duplicate).collect(),
        }
    }

    /// Appends an entry.
    pub fn push(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        self.entries.push(Entry::Pair(key.into(), value.into()));
    }
}

impl Value {
    /// A copy, which may be secret too: copying is asked for by name.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Bool(truth) => Self::Bool(*truth),
            Self::Float(number) => Self::Float(*number),
            Self::Int(number) => Self::Int(*number),
            Self::List(items) => Self::List(items.iter().map(Item::duplicate).collect()),
            Self::Map(map) => Self::Map(map.duplicate()),
            Self::Null => Self::Null,
            Self::Text(text) => Self::Text(text.duplicate()),
            Self::Time(time) => Self::Time(*time),
        }
    }
}

impl Item {
    /// A copy, which may be secret too.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Comment(comment) => Self::Comment(comment.duplicate()),
            Self::Value(value) => Self::Value(value.duplicate()),
        }
    }
}

impl Entry {
    /// A copy, which may be secret too.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Comment(comment) => Self::Comment(comment.duplicate()),
            Self::Pair(key, value) => Self::Pair(key.clone(), value.duplicate()),
        }
    }
}

impl Comment {
    /// A copy, which may be secret too.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            text: self.text.duplicate(),
            placement: self.placement,
        }
    }

    /// A comment on a line of its own.
    pub fn line(text: impl Into<Text>) -> Self {
        Self {
            text: text.into(),
            placement: Placement::Line,
        }
    }

    /// A comment behind the value of the entry that follows it in the tree.
    pub fn inline(text: impl Into<Text>) -> Self {
        Self {
            text: text.into(),
            placement: Placement::Inline,
        }
    }
}

impl Key {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Text {
    /// The bytes, which may be secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as UTF-8, which may be secret; nothing if they are not UTF-8.
    #[must_use]
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// A copy, which may be secret too.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Takes the bytes over; what a shrinking reallocation would leave behind is wiped.
impl From<Vec<u8>> for Text {
    fn from(mut bytes: Vec<u8>) -> Self {
        if bytes.len() == bytes.capacity() {
            return Self(bytes.into_boxed_slice());
        }
        let exact = Self(Box::from(bytes.as_slice()));
        bytes.zeroize();
        exact
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self(Box::from(bytes))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&[u8]> for Key {
    fn from(bytes: &[u8]) -> Self {
        Self(Box::from(bytes))
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Null, Self::Null) => true,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Item>> for Value {
    fn from(items: Vec<Item>) -> Self {
        Self::List(items)
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// Writes bytes that are not UTF-8 as U+FFFD.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

/// Shown in the failures of this crate's own tests only.
#[cfg(test)]
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

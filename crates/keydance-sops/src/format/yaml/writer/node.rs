//! The values of a tree as the writer takes them apart.

use super::comments::{Run, Texts};
use crate::format::{WriteError, float};
use crate::tree::{Entry, Item, Map, Value};

/// A value to write.
pub(super) enum Node<'a> {
    /// A map or list.
    Collection(Collection<'a>),
    /// A null, bool, number or time, as it is spelled.
    Typed(String),
    /// A string, which may be secret.
    Text(&'a [u8]),
}

/// A map or list to write.
#[derive(Clone, Copy)]
pub(super) enum Collection<'a> {
    /// The items of a list.
    List(&'a [Item]),
    /// The entries of a map, and the metadata if it is the top of a document that has them.
    Map(&'a [Entry], Option<&'a Map>),
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Bool(truth) => Self::Typed(truth.to_string()),
            Value::Float(number) => Self::Typed(float::yaml(*number)),
            Value::Int(number) => Self::Typed(number.to_string()),
            Value::List(items) => Self::Collection(Collection::List(items)),
            Value::Map(map) => Self::Collection(Collection::Map(&map.entries, None)),
            Value::Null => Self::Typed("null".to_owned()),
            Value::Text(text) => Self::Text(text.expose()),
            Value::Time(time) => Self::Typed(time.to_string()),
        }
    }
}

impl<'a> Node<'a> {
    /// The comments of a collection that stand above it.
    pub(super) fn leading(&self) -> Result<Texts<'a>, WriteError> {
        match self {
            Self::Collection(collection) => collection.leading(),
            Self::Text(_) | Self::Typed(_) => Ok(Texts::new()),
        }
    }
}

impl<'a> Collection<'a> {
    /// Whether nothing but comments is in it, so that it is written as `{}` or `[]`.
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::List(items) => !items.iter().any(|item| matches!(item, Item::Value(_))),
            Self::Map(entries, metadata) => {
                let is_pair = |entry: &Entry| matches!(entry, Entry::Pair(..));
                metadata.is_none() && !entries.iter().any(is_pair)
            }
        }
    }

    /// Its comments up to the first key or value, without the inline ones of that; all of them if
    /// it is empty.
    fn leading(self) -> Result<Texts<'a>, WriteError> {
        let mut run = Run::default();
        match self {
            Self::List(items) => {
                for item in items {
                    match item {
                        Item::Comment(comment) => run.add(comment)?,
                        Item::Value(_) => return Ok(run.lines),
                    }
                }
            }
            Self::Map(entries, metadata) => {
                for entry in entries {
                    match entry {
                        Entry::Comment(comment) => run.add(comment)?,
                        Entry::Pair(..) => return Ok(run.lines),
                    }
                }
                if metadata.is_some() {
                    return Ok(run.lines);
                }
            }
        }
        Ok(run.into_texts())
    }
}

//! The walk over a tree that encrypts or decrypts it in place and computes its MAC.
//!
//! Depth first, in the order of the documents. Every scalar and comment is met once, with the path
//! to it in one buffer for the whole walk, and the rule reduced to one bit.

use std::fmt;

use crate::cipher::Cipher;
use crate::mac::MacScope;
use crate::select::{Rule, Selection};
use crate::tree::{Comment, Entry, Item, Map, Tree, Value};

pub use decrypt::{DecryptError, Decrypted, Warning, decrypt};
pub use encrypt::{EncryptError, encrypt};
pub use form::{Oddity, OddityKind, oddities};
pub(crate) use plain::plain_leaves;

mod decrypt;
mod encrypt;
mod form;
mod plain;

/// How a file is encrypted.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct Scheme<'a> {
    /// The data key.
    pub cipher: &'a Cipher,
    /// Which values are encrypted.
    pub rule: &'a Rule,
    /// What the MAC covers.
    pub mac_scope: MacScope,
}

/// The keys on the way to a value or comment, joined with `:`. Positions in lists do not count.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPath(Box<[u8]>);

/// What a walk does where the tree ends.
trait Leaves {
    type Error;

    /// A comment of a map.
    fn comment(&mut self, place: Place<'_>, comment: &mut Comment) -> Result<(), Self::Error>;

    /// A comment or scalar of a list, which may become the other.
    fn item(&mut self, place: Place<'_>, item: &mut Item) -> Result<(), Self::Error>;

    /// A scalar of a map.
    fn scalar(&mut self, place: Place<'_>, scalar: &mut Value) -> Result<(), Self::Error>;

    /// A map or list that is nested too deep.
    fn too_deep(path: KeyPath) -> Self::Error;
}

/// Where a walk is.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The keys on the path with a `:` behind each, which a ciphertext is bound to.
    aad: &'p [u8],
    /// Whether the rule encrypts what stands here.
    encrypted: bool,
    /// Whether it does so for a comment of the same list only, and the list goes on.
    in_run: bool,
}

struct Walk<'r, L> {
    leaves: L,
    way: Way<'r>,
}

/// The keys and comments on the way to the place where a walk is.
struct Way<'r> {
    path: Vec<u8>,
    selection: Selection<'r>,
}

/// How deep maps and lists may be nested, which bounds the recursion.
const MAX_DEPTH: usize = 512;

impl<'r, L: Leaves> Walk<'r, L> {
    fn new(rule: &'r Rule, leaves: L) -> Self {
        Self {
            leaves,
            way: Way {
                path: Vec::new(),
                selection: Selection::new(rule),
            },
        }
    }

    fn tree(mut self, tree: &mut Tree) -> Result<L, L::Error> {
        tree.documents
            .iter_mut()
            .try_for_each(|document| self.map(document, MAX_DEPTH))?;
        Ok(self.leaves)
    }

    fn map(&mut self, map: &mut Map, room: usize) -> Result<(), L::Error> {
        let outside = self.way.selection;
        for entry in &mut map.entries {
            match entry {
                Entry::Comment(comment) => {
                    let encrypted = self.way.selection.meet(comment.text.expose());
                    self.leaves.comment(self.way.place(encrypted), comment)?;
                }
                Entry::Pair(key, value) => {
                    let end = self.way.path.len();
                    self.way.enter(key.as_bytes());
                    self.value(value, room)?;
                    self.way.path.truncate(end);
                    self.way.selection = outside;
                }
            }
        }
        self.way.selection = outside;
        Ok(())
    }

    fn list(&mut self, items: &mut [Item], room: usize) -> Result<(), L::Error> {
        let outside = self.way.selection;
        let mut left = items.len();
        for item in items {
            left = left.saturating_sub(1);
            let was_comment = matches!(item, Item::Comment(_));
            match item {
                Item::Value(value @ (Value::List(_) | Value::Map(_) | Value::Null)) => {
                    self.value(value, room)?;
                }
                Item::Comment(_) | Item::Value(_) => {
                    let encrypted = match item {
                        Item::Comment(comment) => self.way.selection.meet(comment.text.expose()),
                        Item::Value(_) => self.way.selection.encrypts(),
                    };
                    let in_run = left > 0 && self.way.selection.encrypts_unlike(outside);
                    self.leaves.item(
                        Place {
                            in_run,
                            ..self.way.place(encrypted)
                        },
                        item,
                    )?;
                }
            }
            // What is a comment before or after the walk belongs to the value that follows.
            if !was_comment && !matches!(item, Item::Comment(_)) {
                self.way.selection = outside;
            }
        }
        self.way.selection = outside;
        Ok(())
    }

    /// A value at the end of the way; `room` says how many levels there may be below.
    fn value(&mut self, value: &mut Value, room: usize) -> Result<(), L::Error> {
        match value {
            Value::Null => Ok(()),
            Value::List(items) => self.list(items, self.below(room)?),
            Value::Map(map) => self.map(map, self.below(room)?),
            scalar => self
                .leaves
                .scalar(self.way.place(self.way.selection.encrypts()), scalar),
        }
    }

    fn below(&self, room: usize) -> Result<usize, L::Error> {
        room.checked_sub(1)
            .ok_or_else(|| L::too_deep(self.way.place(false).path()))
    }
}

impl Way<'_> {
    fn enter(&mut self, key: &[u8]) {
        self.path.extend_from_slice(key);
        self.path.push(b':');
        self.selection.enter(key);
    }

    fn place(&self, encrypted: bool) -> Place<'_> {
        let aad = if self.path.is_empty() {
            b":"
        } else {
            self.path.as_slice()
        };
        Place {
            aad,
            encrypted,
            in_run: false,
        }
    }
}

impl Place<'_> {
    fn path(self) -> KeyPath {
        KeyPath::of_aad(self.aad)
    }
}

impl KeyPath {
    /// That of a place whose ciphertext is bound to these keys, with a `:` behind each.
    pub(crate) fn of_aad(aad: &[u8]) -> Self {
        Self(Box::from(aad.strip_suffix(b":").unwrap_or(aad)))
    }

    /// The keys joined with `:`; empty at the top level of a document.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Writes bytes that are not UTF-8 as U+FFFD, and names the top level.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            [] => f.write_str("the top level"),
            keys => String::from_utf8_lossy(keys).fmt(f),
        }
    }
}

impl fmt::Debug for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

#[cfg(test)]
mod tests;

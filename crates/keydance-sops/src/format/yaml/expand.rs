//! From nodes to a tree: aliases become copies, scalars find their types, keys are looked at.

use std::collections::HashMap;

use super::node::{Comment, Content, Document, Member, Node, NodeId, Nodes, Scalar};
use super::scalar::{self, ScalarError};
use super::source::position;
use super::{MAX_DEPTH, MAX_EXPANSION, MAX_NODES, TOO_DEEP, TOO_MANY_NODES, TOO_MUCH_EXPANSION};
use crate::format::{Position, ReadError};
use crate::tree::{self, Entry, Item, Key, Map, Text, Tree, Value};

/// The tree of the documents.
pub(super) fn tree(nodes: &Nodes<'_>) -> Result<Tree, ReadError> {
    let mut expansion = Expansion {
        nodes,
        left: limit(nodes),
        depth: 0,
    };
    let documents = nodes
        .documents
        .iter()
        .map(|document| expansion.document(document));
    Ok(Tree {
        documents: documents.collect::<Result<_, _>>()?,
    })
}

struct Expansion<'n, 's> {
    nodes: &'n Nodes<'s>,
    /// How many nodes the tree may still get.
    left: usize,
    /// How many containers are open.
    depth: usize,
}

impl Expansion<'_, '_> {
    fn document(&mut self, document: &Document) -> Result<Map, ReadError> {
        let at = self
            .nodes
            .get(document.root)
            .map_or(0, |node| node.span.start());
        let mut map = match self.value(document.root)? {
            Value::Map(map) => map,
            Value::Null => Map::default(),
            _ => {
                return Err(ReadError::NotAMap {
                    at: position(self.nodes.text, at),
                });
            }
        };
        for comment in &document.tail {
            map.entries.push(Entry::Comment(self.comment(*comment)?));
        }
        Ok(map)
    }

    fn value(&mut self, id: NodeId) -> Result<Value, ReadError> {
        let nodes = self.nodes;
        // Every id is of these nodes, so there is always one.
        let Some(node) = nodes.get(id) else {
            return Ok(Value::Null);
        };
        match &node.content {
            Content::Alias(target) => self.value(*target),
            Content::List(members) => self.inside(|this| this.list(members)).map(Value::List),
            Content::Map(members) => self.inside(|this| this.map(members)).map(Value::Map),
            Content::Scalar(scalar) => self.scalar(node, scalar),
        }
    }

    /// Opens a container for as long as its content is read.
    fn inside<T>(
        &mut self,
        content: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        if self.depth >= MAX_DEPTH {
            return Err(ReadError::TooLarge { limit: TOO_DEEP });
        }
        self.count()?;
        self.depth = self.depth.saturating_add(1);
        let content = content(self);
        self.depth = self.depth.saturating_sub(1);
        content
    }

    fn list(&mut self, members: &[Member]) -> Result<Vec<Item>, ReadError> {
        let mut items = Vec::with_capacity(members.len());
        for member in members {
            items.push(match member {
                Member::Comment(comment) => Item::Comment(self.comment(*comment)?),
                Member::Item(value) | Member::Pair(_, value) => Item::Value(self.value(*value)?),
            });
        }
        Ok(items)
    }

    fn map(&mut self, members: &[Member]) -> Result<Map, ReadError> {
        let mut map = Map {
            entries: Vec::with_capacity(members.len()),
        };
        for member in members {
            map.entries.push(match member {
                Member::Comment(comment) => Entry::Comment(self.comment(*comment)?),
                Member::Pair(key, value) => Entry::Pair(self.key(*key)?, self.value(*value)?),
                Member::Item(_) => continue,
            });
        }
        self.refuse_duplicates(&map, members)?;
        Ok(map)
    }

    /// The text of a key, or of the scalar an alias stands for.
    fn key(&mut self, id: NodeId) -> Result<Key, ReadError> {
        let value = self.value(id);
        match value {
            Ok(Value::Text(text)) => Ok(Key::from(text.expose())),
            Err(error @ (ReadError::Syntax { .. } | ReadError::TooLarge { .. })) => Err(error),
            _ => Err(ReadError::NonStringKey {
                at: self.position(id),
            }),
        }
    }

    fn refuse_duplicates(&self, map: &Map, members: &[Member]) -> Result<(), ReadError> {
        let ids = members.iter().filter_map(|member| match member {
            Member::Pair(key, _) => Some(*key),
            Member::Comment(_) | Member::Item(_) => None,
        });
        let mut seen = HashMap::with_capacity(members.len());
        for ((key, _), id) in map.pairs().zip(ids) {
            if let Some(first) = seen.insert(key, id) {
                return Err(ReadError::DuplicateKey {
                    at: self.position(id),
                    first: self.position(first).line,
                    key: key.clone(),
                });
            }
        }
        Ok(())
    }

    fn scalar(&mut self, node: &Node<'_>, scalar: &Scalar<'_>) -> Result<Value, ReadError> {
        self.count()?;
        scalar::value(scalar).map_err(|error| {
            let at = position(self.nodes.text, node.span.start());
            match error {
                ScalarError::IntegerTooLarge => ReadError::IntegerTooLarge { at },
                ScalarError::Unfit => ReadError::Syntax {
                    at,
                    problem: "a value does not fit its tag",
                },
            }
        })
    }

    fn comment(&mut self, comment: Comment) -> Result<tree::Comment, ReadError> {
        self.count()?;
        let text = Text::from(comment.span.of(self.nodes.text));
        Ok(tree::Comment {
            text,
            placement: comment.placement,
        })
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(1).ok_or(ReadError::TooLarge {
            limit: if limit(self.nodes) < MAX_NODES {
                TOO_MUCH_EXPANSION
            } else {
                TOO_MANY_NODES
            },
        })?;
        Ok(())
    }

    fn position(&self, id: NodeId) -> Position {
        let start = self.nodes.get(id).map_or(0, |node| node.span.start());
        position(self.nodes.text, start)
    }
}

/// The most nodes of the tree.
fn limit(nodes: &Nodes<'_>) -> usize {
    nodes.count().saturating_mul(MAX_EXPANSION).min(MAX_NODES)
}

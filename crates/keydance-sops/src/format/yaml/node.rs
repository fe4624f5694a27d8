//! The nodes of a source, before aliases are followed and types are found.

use std::borrow::Cow;

use zeroize::Zeroize as _;

use crate::tree::Placement;

/// The documents of a source and their nodes.
pub(super) struct Nodes<'s> {
    /// The source.
    pub(super) text: &'s str,
    /// Every node, each before those in it.
    pub(super) all: Vec<Node<'s>>,
    /// The documents in order.
    pub(super) documents: Vec<Document>,
    /// How many comments there are.
    pub(super) comment_count: usize,
}

/// One document.
pub(super) struct Document {
    pub(super) root: NodeId,
    /// The comments after the root, where the root could not take them.
    pub(super) tail: Vec<Comment>,
}

/// Which of [`Nodes::all`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(u32);

/// A node and where it stands.
pub(super) struct Node<'s> {
    /// The text of the node without its anchor and tag; empty for a block collection, which only
    /// has a start.
    pub(super) span: Span,
    pub(super) content: Content<'s>,
}

/// What a node is.
pub(super) enum Content<'s> {
    Alias(NodeId),
    List(Vec<Member>),
    Map(Vec<Member>),
    Scalar(Scalar<'s>),
}

/// What stands in a list or map.
pub(super) enum Member {
    Comment(Comment),
    Item(NodeId),
    Pair(NodeId, NodeId),
}

/// A comment: the text after `#`.
#[derive(Clone, Copy)]
pub(super) struct Comment {
    pub(super) span: Span,
    pub(super) placement: Placement,
}

/// A scalar whose escapes and line folding are undone. May be secret: wiped on drop.
pub(super) struct Scalar<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) kind: Kind,
}

/// What decides the type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its text.
    Plain,
    /// Nothing: it is a string.
    Quoted,
    /// A tag.
    Tagged(Tag),
}

/// A tag that has a meaning; one that has none makes a string of its scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Binary,
    Bool,
    Float,
    Int,
    Null,
    Text,
    Timestamp,
}

/// A range of bytes of the source.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl<'s> Nodes<'s> {
    /// No document yet.
    pub(super) fn new(text: &'s str) -> Self {
        Self {
            text,
            all: Vec::new(),
            documents: Vec::new(),
            comment_count: 0,
        }
    }

    /// How many nodes there are, comments included.
    pub(super) fn count(&self) -> usize {
        self.all.len().saturating_add(self.comment_count)
    }

    /// The node, which is there if its id is of this source.
    pub(super) fn get(&self, id: NodeId) -> Option<&Node<'s>> {
        self.all.get(id.0 as usize)
    }

    /// Adds a node.
    pub(super) fn push(&mut self, span: Span, content: Content<'s>) -> NodeId {
        let id = NodeId(narrow(self.all.len()));
        self.all.push(Node { span, content });
        id
    }

    /// Gives a node its content.
    pub(super) fn fill(&mut self, id: NodeId, content: Content<'s>) {
        if let Some(node) = self.all.get_mut(id.0 as usize) {
            node.content = content;
        }
    }
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    /// The offset of the first byte.
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    /// The offset behind the last byte.
    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    /// The text there.
    pub(super) fn of(self, source: &str) -> &str {
        source.get(self.start()..self.end()).unwrap_or_default()
    }
}

impl Drop for Scalar<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.text {
            text.zeroize();
        }
    }
}

/// Offsets and node counts fit: a source is 96 MiB at most, when it came as UTF-16.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

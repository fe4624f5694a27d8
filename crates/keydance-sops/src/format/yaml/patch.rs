//! Changing a file without laying it out anew: what changed is replaced in its text.
//!
//! The nodes of the text are laid beside the tree that is wanted. Scalars that differ get their
//! new text where they stand, entries that are gone go with their lines, new ones are written in
//! the style of their neighbours. Whatever cannot be done this way is not done at all: the patched
//! text is read again, and only kept if it is the tree that is wanted.

use std::borrow::Cow;
use std::collections::HashSet;

use zeroize::{Zeroize as _, Zeroizing};

use edits::Edits;
use places::{Place, Places};
use render::Indicator;
use style::Style;
use text::Text;

use super::node::{Content, Document, Member, Node, NodeId, Nodes};
use super::{breaks, reader};
use crate::format::output::Output;
use crate::format::{METADATA_KEY, WriteOptions};
use crate::tree::{Entry, Map, Tree, Value};

// What is to be done.
mod align;
mod walk;

// How it is done.
mod change;
mod edits;
mod render;

// Where.
mod places;
mod style;
mod text;

mod check;

#[cfg(test)]
mod tests;

/// What a file is to hold.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Everything but the metadata.
    pub(crate) tree: &'a Tree,
    /// The metadata of every document, if it is to have any.
    pub(crate) metadata: Option<&'a Map>,
}

/// The file changed to what is wanted, or nothing if that takes more than changes in its text.
/// The options count where the file shows no style of its own.
pub(crate) fn patch(
    original: &[u8],
    wanted: &Wanted<'_>,
    options: &WriteOptions,
) -> Option<Vec<u8>> {
    let source = std::str::from_utf8(original).ok()?;
    let (mark, source) = match source.strip_prefix(BYTE_ORDER_MARK) {
        Some(source) => (BYTE_ORDER_MARK, source),
        None => ("", source),
    };
    if breaks::is_needed(source) {
        return None;
    }
    let line_break = if source.split('\n').next()?.ends_with('\r') {
        "\r\n"
    } else {
        "\n"
    };
    let source = Source::ending_with(source, line_break);
    let patched = {
        let nodes = reader::read(&source.0, &[]).ok()?;
        let mut patch = Patch::new(&nodes, options.yaml_indent);
        patch.documents(wanted)?;
        patch.edits.apply(&source.0, line_break)?
    };
    let mut bytes = Output::default();
    bytes.push(mark.as_bytes());
    bytes.push(patched.as_bytes());
    drop(patched);
    let read = super::read(bytes.as_bytes()).ok()?;
    check::is_wanted(&read, wanted).then(|| bytes.into_bytes())
}

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// A text that ends with a line break. May be secret.
struct Source<'s>(Cow<'s, str>);

impl<'s> Source<'s> {
    fn ending_with(text: &'s str, line_break: &str) -> Self {
        if text.ends_with('\n') {
            return Self(Cow::Borrowed(text));
        }
        let length = text.len().saturating_add(line_break.len());
        let mut ended = String::with_capacity(length);
        ended.push_str(text);
        ended.push_str(line_break);
        Self(Cow::Owned(ended))
    }
}

impl Drop for Source<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

/// A text while it is found out what to change in it. Nothing comes of it once a function has
/// returned nothing.
struct Patch<'n, 's> {
    nodes: &'n Nodes<'s>,
    text: Text<'n>,
    places: Places,
    style: Style,
    edits: Edits,
    /// The nodes that aliases stand for.
    targets: HashSet<usize>,
    /// Those of them that have changed.
    changed: HashSet<usize>,
}

/// A member of a map or list of the text, and where it stands.
type Old<'n> = (&'n Member, Place);

/// A map or list that something stands in.
#[derive(Clone, Copy)]
struct Around {
    /// The column of its members.
    column: usize,
    is_flow: bool,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Spot {
    id: NodeId,
    around: Around,
    behind: Indicator,
    /// The offset behind its colon or dash.
    after: usize,
}

impl<'n, 's> Patch<'n, 's> {
    fn new(nodes: &'n Nodes<'s>, indent: usize) -> Self {
        let alias = |node: &Node<'_>| match node.content {
            Content::Alias(target) => Some(target.index()),
            _ => None,
        };
        Self {
            nodes,
            text: Text(nodes.text),
            places: Places::of(nodes),
            style: Style::of(nodes, indent),
            edits: Edits::default(),
            targets: nodes.all.iter().filter_map(alias).collect(),
            changed: HashSet::new(),
        }
    }

    fn documents(&mut self, wanted: &Wanted<'_>) -> Option<()> {
        let nodes = self.nodes;
        let metadata = |map: &Map| Entry::Pair(METADATA_KEY.into(), Value::Map(map.duplicate()));
        let metadata = wanted.metadata.map(metadata);
        let documents = &wanted.tree.documents;
        if nodes.documents.len() != documents.len() {
            return None;
        }
        for (old, new) in nodes.documents.iter().zip(documents) {
            self.document(old, new, metadata.as_ref())?;
        }
        Some(())
    }

    fn document(&mut self, old: &Document, new: &Map, metadata: Option<&Entry>) -> Option<()> {
        let node = self.nodes.get(old.root)?;
        let (Content::Map(members), true) = (&node.content, old.tail.is_empty()) else {
            return None;
        };
        let members = self.places.members(self.text, self.nodes, node, members)?;
        let (sops, members): (Vec<Old<'n>>, Vec<Old<'n>>) = members
            .into_iter()
            .partition(|(member, _)| self.is_metadata(member));
        let entries: Vec<&Entry> = new.entries.iter().collect();
        let steps = self.steps_of_map(&members, &entries)?;
        let around = self.around(node);
        self.follow(around, &members, walk::New::Map(&entries), &steps)?;
        self.metadata(around, &members, sops.first().copied(), metadata)
    }

    fn is_metadata(&self, member: &Member) -> bool {
        let Member::Pair(key, _) = member else {
            return false;
        };
        self.key(*key)
            .is_some_and(|key| key == METADATA_KEY.as_bytes())
    }

    /// Changes the metadata of a document, adds them at its end, or takes them away.
    fn metadata(
        &mut self,
        around: Around,
        others: &[Old<'n>],
        old: Option<Old<'n>>,
        new: Option<&Entry>,
    ) -> Option<()> {
        match (old, new) {
            (None, None) => Some(()),
            (Some(old), None) => self.remove(around, &[old], 0),
            (None, Some(new)) => {
                let end = others.iter().map(|(_, place)| place.end).max()?;
                self.insert_behind(around, end, walk::New::Map(&[new]), 0..1)
            }
            (Some((Member::Pair(_, id), place)), Some(Entry::Pair(_, value))) => {
                let spot = Spot {
                    id: *id,
                    around,
                    behind: Indicator::Colon,
                    after: place.after,
                };
                let count = self.edits.count();
                if self.value(spot, value).is_some() {
                    return Some(());
                }
                self.edits.truncate(count);
                self.replace(spot, value)
            }
            _ => None,
        }
    }

    fn around(&self, node: &Node<'_>) -> Around {
        let is_flow = !node.is_block();
        let column = if is_flow {
            0
        } else {
            self.text.column(node.span.start())
        };
        Around { column, is_flow }
    }
}

/// So many blanks.
fn blanks(count: usize) -> Zeroizing<String> {
    Zeroizing::new(" ".repeat(count))
}

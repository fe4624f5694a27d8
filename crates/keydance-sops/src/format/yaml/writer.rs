//! Writing YAML: byte for byte what stock writes for the same tree, stray comments included.
//!
//! Only where stock writes what it cannot read, or reads as something else, it is written so that
//! it reads back: a string of several lines that starts with a tab; one in a list that starts with
//! a space or line break; one that has several comments beside it; empty brackets for which stray
//! comments wait, which then stand behind them.

use comments::{Run, Texts, Waiting, put};
use node::{Collection, Node};
use page::Page;

use super::string_style::Styled;
use crate::format::{MAX_DEPTH, METADATA_KEY, WriteError, WriteOptions};
use crate::tree::{Entry, Item, Map, Tree, Value};

mod comments;
mod node;
mod page;
mod text;

#[cfg(test)]
mod tests;

/// The spaces per level where none are asked for.
const DEFAULT_INDENT: usize = 4;

/// Writes a file; each document ends with the metadata if there are any.
///
/// # Errors
///
/// Nesting deeper than 512; comments that hold what no YAML file can hold.
pub(crate) fn write(
    tree: &Tree,
    metadata: Option<&Map>,
    options: &WriteOptions,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(options.yaml_indent);
    for (index, document) in tree.documents.iter().enumerate() {
        if index > 0 {
            writer.page.indent(0);
            writer.page.word("---");
            writer.page.indent(0);
        }
        writer.document(Node::Collection(Collection::Map(
            &document.entries,
            metadata,
        )))?;
    }
    Ok(writer.page.into_bytes())
}

/// Writes a value alone, as stock does with a part of a file; always with its default indent.
pub(crate) fn write_value(value: &Value) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(DEFAULT_INDENT);
    writer.document(Node::from(value))?;
    Ok(writer.page.into_bytes())
}

struct Writer<'a> {
    page: Page,
    waiting: Waiting<'a>,
    level: usize,
    depth: usize,
}

/// The comments around an item of a list.
#[derive(Default)]
struct Around<'a> {
    head: Texts<'a>,
    line: Texts<'a>,
    foot: Texts<'a>,
}

/// Where a value stands: the column of the block it is in, and that of its own lines.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    own: usize,
}

impl<'a> Writer<'a> {
    fn new(indent: usize) -> Self {
        let level = match indent {
            0 => DEFAULT_INDENT,
            2..=9 => indent,
            _ => 2,
        };
        Self {
            page: Page::new(),
            waiting: Waiting::default(),
            level,
            depth: 0,
        }
    }

    fn document(&mut self, root: Node<'a>) -> Result<(), WriteError> {
        let own = if matches!(root, Node::Collection(_)) {
            0
        } else {
            self.level
        };
        put(&mut self.waiting.head, root.leading()?);
        self.write_head(0);
        self.write_beside_and_below(0);
        self.value(root, Around::default(), Place { block: 0, own })?;
        self.page
            .end_document(&std::mem::take(&mut self.waiting.foot));
        Ok(())
    }

    /// Writes a value behind its indicator and the comments beside and below it.
    fn value(
        &mut self,
        node: Node<'a>,
        around: Around<'a>,
        place: Place,
    ) -> Result<(), WriteError> {
        match node {
            Node::Collection(collection) => {
                return self.collection(collection, around, place);
            }
            Node::Text(bytes) => {
                self.expect_beside_and_below(around);
                self.text(&Styled::of(bytes), place);
            }
            Node::Typed(spelling) => {
                self.expect_beside_and_below(around);
                self.page.word(&spelling);
            }
        }
        self.write_beside_and_below(place.block);
        Ok(())
    }

    fn collection(
        &mut self,
        collection: Collection<'a>,
        around: Around<'a>,
        place: Place,
    ) -> Result<(), WriteError> {
        if self.depth >= MAX_DEPTH {
            return Err(WriteError::Shape(
                "maps and lists are nested more than 512 deep",
            ));
        }
        if collection.is_empty() {
            self.empty(collection, around, place);
            return Ok(());
        }
        self.write_beside_and_below(place.block);
        self.depth = self.depth.saturating_add(1);
        match collection {
            Collection::List(items) => self.list(items, around, place.own)?,
            Collection::Map(entries, metadata) => self.map(entries, metadata, around, place.own)?,
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn empty(&mut self, collection: Collection<'a>, around: Around<'a>, place: Place) {
        self.expect_beside_and_below(around);
        if matches!(collection, Collection::Map(..)) {
            self.page.word("{");
            self.write_head(place.own);
            self.page.attach("}");
        } else {
            self.page.word("[]");
        }
        self.write_beside_and_below(place.block);
    }

    fn map(
        &mut self,
        entries: &'a [Entry],
        metadata: Option<&'a Map>,
        around: Around<'a>,
        column: usize,
    ) -> Result<(), WriteError> {
        let mut run = Run::default();
        let mut is_first = true;
        for entry in entries {
            match entry {
                Entry::Comment(comment) => run.add(comment)?,
                Entry::Pair(key, value) => {
                    let run = std::mem::take(&mut run).behind(is_first);
                    self.pair(key.as_bytes(), Node::from(value), run, column)?;
                    is_first = false;
                }
            }
        }
        if let Some(metadata) = metadata {
            let run = std::mem::take(&mut run).behind(is_first);
            let node = Node::Collection(Collection::Map(&metadata.entries, None));
            self.pair(METADATA_KEY.as_bytes(), node, run, column)?;
        }
        self.expect_beside_and_below(around);
        let tail = run.into_texts();
        if !tail.is_empty() {
            self.page.comments_below(&tail, column);
        }
        self.write_head(column);
        Ok(())
    }

    fn pair(
        &mut self,
        key: &'a [u8],
        value: Node<'a>,
        run: Run<'a>,
        column: usize,
    ) -> Result<(), WriteError> {
        put(&mut self.waiting.head, run.lines);
        self.write_head(column);
        self.page.indent(column);
        let line = std::mem::take(&mut self.waiting.line);
        put(&mut self.waiting.key_line, line);
        let place = self.in_map(column);
        let key = Styled::of(key);
        if key.is_simple_key() {
            self.text(&key, place);
            self.page.attach(":");
        } else {
            self.page.indicator("?");
            self.text(&key, place);
            self.page.indent(column);
            self.page.indicator(":");
        }
        let around = Around {
            line: run.inline,
            ..Around::default()
        };
        self.value_of_key(value, around, place)
    }

    /// Writes the value of a pair, for which comments may wait that stand behind its key.
    fn value_of_key(
        &mut self,
        node: Node<'a>,
        mut around: Around<'a>,
        place: Place,
    ) -> Result<(), WriteError> {
        put(&mut self.waiting.head, node.leading()?);
        match node {
            Node::Collection(collection) if !collection.is_empty() => {
                let line = std::mem::take(&mut self.waiting.key_line);
                if !line.is_empty() {
                    self.page.comments_beside(&line, place.block);
                }
            }
            _ if around.line.is_empty() => {
                around.line = std::mem::take(&mut self.waiting.key_line);
            }
            _ => {}
        }
        self.value(node, around, place)
    }

    fn list(
        &mut self,
        items: &'a [Item],
        around: Around<'a>,
        column: usize,
    ) -> Result<(), WriteError> {
        let is_value = |item: &Item| matches!(item, Item::Value(_));
        let behind_last = items
            .iter()
            .rposition(is_value)
            .map_or(0, |last| last.saturating_add(1));
        let (items, comments) = items.split_at_checked(behind_last).unwrap_or((items, &[]));
        let mut foot = run_of(comments)?.into_texts();
        let mut run = Run::default();
        let mut is_first = true;
        for (index, item) in items.iter().enumerate() {
            match item {
                Item::Comment(comment) => run.add(comment)?,
                Item::Value(value) => {
                    let Run { lines, inline } = std::mem::take(&mut run).behind(is_first);
                    let is_last = index.saturating_add(1) == items.len();
                    let foot = if is_last {
                        std::mem::take(&mut foot)
                    } else {
                        Texts::new()
                    };
                    let around = Around {
                        head: lines,
                        line: inline,
                        foot,
                    };
                    self.item(Node::from(value), around, column)?;
                    is_first = false;
                }
            }
        }
        self.expect_beside_and_below(around);
        Ok(())
    }

    fn item(
        &mut self,
        node: Node<'a>,
        mut around: Around<'a>,
        column: usize,
    ) -> Result<(), WriteError> {
        let mut head = std::mem::take(&mut around.head);
        head.append(&mut node.leading()?);
        put(&mut self.waiting.head, head);
        self.write_head(column);
        self.page.indent(column);
        self.page.indicator("-");
        self.value(
            node,
            around,
            Place {
                block: column,
                own: column.saturating_add(2),
            },
        )
    }

    /// Where the values of a map at the column stand: at the next multiple of the level.
    fn in_map(&self, column: usize) -> Place {
        let own = column.saturating_add(1).next_multiple_of(self.level);
        Place { block: column, own }
    }

    fn expect_beside_and_below(&mut self, around: Around<'a>) {
        put(&mut self.waiting.line, around.line);
        put(&mut self.waiting.foot, around.foot);
    }

    fn write_head(&mut self, column: usize) {
        let head = std::mem::take(&mut self.waiting.head);
        if !head.is_empty() {
            self.page.comments(&head, column);
        }
    }

    fn write_beside_and_below(&mut self, column: usize) {
        let line = std::mem::take(&mut self.waiting.line);
        if !line.is_empty() {
            self.page.comments_beside(&line, column);
        }
        let foot = std::mem::take(&mut self.waiting.foot);
        if !foot.is_empty() {
            self.page.comments_below(&foot, column);
        }
    }
}

fn run_of(comments: &[Item]) -> Result<Run<'_>, WriteError> {
    let mut run = Run::default();
    for item in comments {
        if let Item::Comment(comment) = item {
            run.add(comment)?;
        }
    }
    Ok(run)
}

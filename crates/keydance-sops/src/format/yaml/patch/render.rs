//! New entries, in the style of a file.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::style::Style;
use crate::format::yaml::writer::{self, Manner};
use crate::tree::{Comment, Entry, Item, Map, Placement, Value};

/// What stands behind a key or dash in a block: blank or line break included. Nothing if only the
/// writer of whole documents can do it.
pub(super) fn value(
    value: &Value,
    behind: Indicator,
    column: usize,
    style: Style,
) -> Option<Zeroizing<String>> {
    let mut block = Block {
        text: Zeroizing::default(),
        style,
    };
    block.value(value, behind, column)?;
    Some(block.text)
}

/// Entries of a map, each with its last line break, without the blanks before the first one.
pub(super) fn entries(
    entries: &[&Entry],
    column: usize,
    style: Style,
) -> Option<Zeroizing<String>> {
    let mut block = Block {
        text: Zeroizing::default(),
        style,
    };
    block.entries(entries.iter().copied(), column)?;
    Some(block.text)
}

/// Items of a list, each with its last line break, without the blanks before the first one.
pub(super) fn items(items: &[&Item], column: usize, style: Style) -> Option<Zeroizing<String>> {
    let mut block = Block {
        text: Zeroizing::default(),
        style,
    };
    block.items(items.iter().copied(), column)?;
    Some(block.text)
}

/// A value in brackets or braces.
pub(super) fn flow(value: &Value) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::default();
    flow_value(value, &mut text)?;
    Some(text)
}

/// An entry in braces.
pub(super) fn flow_entry(entry: &Entry) -> Option<Zeroizing<String>> {
    let mut text: Zeroizing<String> = Zeroizing::default();
    let Entry::Pair(key, value) = entry else {
        return None;
    };
    text.push_str(&writer::key(key.as_bytes(), IN_FLOW)?);
    text.push_str(": ");
    flow_value(value, &mut text)?;
    Some(text)
}

/// What a value stands behind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Indicator {
    /// The colon of a key.
    Colon,
    /// The dash of an item.
    Dash,
}

/// How scalars in brackets and braces are written.
pub(super) const IN_FLOW: Manner = Manner {
    quotes: None,
    is_flow: true,
    takes_lines: false,
    block: 0,
    own: 2,
};

/// What is written of a block. May be secret.
struct Block {
    text: Zeroizing<String>,
    style: Style,
}

impl Block {
    fn value(&mut self, value: &Value, behind: Indicator, column: usize) -> Option<()> {
        match value {
            Value::Map(map) if has_pairs(map) => {
                let own = self.open(behind, column, self.style.map);
                self.entries(map.entries.iter(), own)?;
            }
            Value::List(items) if has_values(items) => {
                let own = self.open(behind, column, self.style.list);
                self.items(items.iter(), own)?;
            }
            Value::Map(_) | Value::List(_) => {
                self.text.push(' ');
                flow_value(value, &mut self.text)?;
                return Some(());
            }
            scalar => {
                let own = match behind {
                    Indicator::Colon => self.style.map,
                    Indicator::Dash => 2,
                };
                let manner = Manner {
                    quotes: None,
                    is_flow: false,
                    takes_lines: true,
                    block: column,
                    own: column.saturating_add(own),
                };
                self.text.push(' ');
                self.text.push_str(&writer::scalar(scalar, manner)?);
                return Some(());
            }
        }
        // The last line break is the one that is there already.
        self.text.pop();
        Some(())
    }

    /// Goes to where a block starts, and tells its column.
    fn open(&mut self, behind: Indicator, column: usize, step: usize) -> usize {
        if behind == Indicator::Dash {
            self.text.push(' ');
            return column.saturating_add(2);
        }
        let own = column.saturating_add(step);
        self.text.push('\n');
        self.indent(own);
        own
    }

    fn entries<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        column: usize,
    ) -> Option<()> {
        let mut beside: Vec<&Comment> = Vec::new();
        let mut is_first = true;
        for entry in entries {
            match entry {
                Entry::Comment(comment) if comment.placement == Placement::Inline => {
                    beside.push(comment);
                    continue;
                }
                Entry::Comment(comment) => {
                    self.start(&mut is_first, column);
                    self.comment(comment)?;
                }
                Entry::Pair(key, value) => {
                    self.start(&mut is_first, column);
                    self.text
                        .push_str(&writer::key(key.as_bytes(), manner_of_keys(column))?);
                    self.text.push(':');
                    self.beside(value, Indicator::Colon, column, &mut beside)?;
                }
            }
            self.text.push('\n');
        }
        beside.is_empty().then_some(())
    }

    fn items<'i>(&mut self, items: impl Iterator<Item = &'i Item>, column: usize) -> Option<()> {
        let mut beside: Vec<&Comment> = Vec::new();
        let mut is_first = true;
        for item in items {
            match item {
                Item::Comment(comment) if comment.placement == Placement::Inline => {
                    beside.push(comment);
                    continue;
                }
                Item::Comment(comment) => {
                    self.start(&mut is_first, column);
                    self.comment(comment)?;
                }
                Item::Value(value) => {
                    self.start(&mut is_first, column);
                    self.text.push('-');
                    self.beside(value, Indicator::Dash, column, &mut beside)?;
                }
            }
            self.text.push('\n');
        }
        beside.is_empty().then_some(())
    }

    /// Writes a value, and one comment behind it where there is room for one.
    fn beside(
        &mut self,
        value: &Value,
        behind: Indicator,
        column: usize,
        comments: &mut Vec<&Comment>,
    ) -> Option<()> {
        let from = self.text.len();
        self.value(value, behind, column)?;
        match comments.as_slice() {
            [] => {}
            [comment] if !self.text.get(from..)?.contains('\n') => {
                self.text.push(' ');
                self.comment(comment)?;
            }
            _ => return None,
        }
        comments.clear();
        Some(())
    }

    fn comment(&mut self, comment: &Comment) -> Option<()> {
        let text = comment.text.expose_str()?;
        write!(self.text, "#{text}").ok()
    }

    fn start(&mut self, is_first: &mut bool, column: usize) {
        if !std::mem::take(is_first) {
            self.indent(column);
        }
    }

    fn indent(&mut self, column: usize) {
        self.text.extend(std::iter::repeat_n(' ', column));
    }
}

/// How keys of a block are written.
const fn manner_of_keys(column: usize) -> Manner {
    Manner {
        quotes: None,
        is_flow: false,
        takes_lines: false,
        block: column,
        own: column,
    }
}

fn flow_value(value: &Value, text: &mut String) -> Option<()> {
    match value {
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                let Item::Value(value) = item else {
                    return None;
                };
                text.push_str(if index > 0 { ", " } else { "" });
                flow_value(value, text)?;
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (index, entry) in map.entries.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(&flow_entry(entry)?);
            }
            text.push('}');
        }
        scalar => text.push_str(&writer::scalar(scalar, IN_FLOW)?),
    }
    Some(())
}

/// Whether a map has more than comments.
pub(super) fn has_pairs(map: &Map) -> bool {
    map.pairs().next().is_some()
}

/// Whether a list has more than comments.
pub(super) fn has_values(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item, Item::Value(_)))
}

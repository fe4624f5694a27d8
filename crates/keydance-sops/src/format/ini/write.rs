//! Writing: sections with their keys aligned, in the layout of the Go library.

use super::DEFAULT_SECTION;
use super::blank::trim;
use super::quote::{self, Quote};
use crate::format::WriteError;
use crate::format::scalar_text::scalar_text;
use crate::tree::{Entry, Key, Text, Value};

/// Writes sections, given by name, in this order. The first is not headed if it is the default.
pub(super) fn sections<'a>(
    sections: impl IntoIterator<Item = (&'a Key, &'a Value)>,
) -> Result<Vec<u8>, WriteError> {
    let sections = sections
        .into_iter()
        .map(|(name, value)| Section::new(name, value));
    let sections = sections.collect::<Result<Vec<_>, _>>()?;
    let mut out = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let is_default = index == 0 && section.name == DEFAULT_SECTION;
        section.write(is_default, &mut out);
        let is_invisible = is_default && section.lines.is_empty();
        let is_last = index.saturating_add(1) == sections.len();
        if !is_invisible && !is_last {
            out.push(b'\n');
        }
    }
    Ok(out)
}

struct Section<'a> {
    name: &'a [u8],
    comment: Option<&'a Text>,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    comment: Option<&'a Text>,
    key: &'a [u8],
    key_quote: Quote,
    value: Text,
    value_quote: Quote,
}

impl<'a> Section<'a> {
    fn new(name: &'a Key, value: &'a Value) -> Result<Self, WriteError> {
        let Value::Map(map) = value else {
            return Err(WriteError::Shape(
                "an INI file holds sections only, each a map",
            ));
        };
        if name.as_bytes().is_empty() || name.as_bytes().contains(&b'\n') {
            return Err(WriteError::Key { key: name.clone() });
        }
        let (comment, entries) = match map.entries.as_slice() {
            [Entry::Comment(comment), entries @ ..] => (Some(&comment.text), entries),
            entries => (None, entries),
        };
        let mut lines: Vec<Line<'a>> = Vec::new();
        for entry in entries {
            match (entry, lines.last_mut()) {
                (Entry::Pair(key, value), _) => lines.push(Line::new(key, value)?),
                (Entry::Comment(comment), Some(line)) => line.comment = Some(&comment.text),
                (Entry::Comment(_), None) => {}
            }
        }
        Ok(Self {
            name: name.as_bytes(),
            comment,
            lines,
        })
    }

    /// The default section, where it comes first, has no header.
    fn write(&self, is_default: bool, out: &mut Vec<u8>) {
        if let Some(comment) = self.comment {
            write_comment(comment, |line| line, out);
        }
        if !is_default {
            out.extend([b"[", self.name, b"]\n"].concat());
        }
        let width = self.lines.iter().map(Line::key_width).max().unwrap_or(0);
        for line in &self.lines {
            line.write(width, out);
        }
    }
}

impl<'a> Line<'a> {
    fn new(key: &'a Key, value: &Value) -> Result<Self, WriteError> {
        let key_quote = quote::for_key(key.as_bytes());
        let key_quote = key_quote.ok_or_else(|| WriteError::Key { key: key.clone() })?;
        let value = scalar_text(value);
        let value = value.ok_or_else(|| WriteError::NotAScalar { key: key.clone() })?;
        let value_quote = quote::for_value(value.expose()).ok_or(WriteError::Shape(
            "INI cannot hold both a backquote and three double quotes above a line break",
        ))?;
        Ok(Self {
            comment: None,
            key: key.as_bytes(),
            key_quote,
            value,
            value_quote,
        })
    }

    /// The bytes of the key with its quotes.
    fn key_width(&self) -> usize {
        self.key_quote
            .len()
            .saturating_mul(2)
            .saturating_add(self.key.len())
    }

    fn write(&self, width: usize, out: &mut Vec<u8>) {
        if let Some(comment) = self.comment {
            write_comment(comment, trim, out);
        }
        for part in [self.key_quote, self.key, self.key_quote] {
            out.extend_from_slice(part);
        }
        let padding = width.saturating_sub(self.key_width());
        out.extend(std::iter::repeat_n(b' ', padding));
        for part in [
            b" = ",
            self.value_quote,
            self.value.expose(),
            self.value_quote,
            b"\n",
        ] {
            out.extend_from_slice(part);
        }
    }
}

/// Writes a comment line by line; one that starts with no mark gets one, after `tidy`.
fn write_comment(comment: &Text, tidy: fn(&[u8]) -> &[u8], out: &mut Vec<u8>) {
    if comment.is_empty() {
        return;
    }
    for line in comment.expose().split(|&byte| byte == b'\n') {
        let (mark, text) = match line {
            [mark @ (b'#' | b';'), text @ ..] => (*mark, trim(text)),
            _ => (b';', tidy(line)),
        };
        out.extend([mark, b' ']);
        out.extend_from_slice(text);
        out.push(b'\n');
    }
}

//! Reading: lines into sections, keys, values, and the comments that belong to them.

use std::collections::HashMap;

use super::blank::{trim, trim_end, trim_start};
use super::{BYTE_ORDER_MARKS, DEFAULT_SECTION, quote};
use crate::format::{Position, ReadError, ReadOptions};
use crate::tree::{Comment, Entry, Key, Map, Text, Value};

/// A file as a map of sections.
pub(super) fn document(bytes: &[u8], options: &ReadOptions) -> Result<Map, ReadError> {
    let mut reader = Reader {
        input: without_mark(bytes),
        offset: 0,
        line: 0,
        comment: vec![],
    };
    let mut document = Map::default();
    let mut section = Section::new(DEFAULT_SECTION, None);
    while let Some(line) = reader.next_line() {
        let text = trim_start(line);
        match text.first() {
            None => {}
            Some(b'#' | b';') => reader.comment.push(text),
            Some(b'[') => {
                let next = reader.section(line, text)?;
                document
                    .entries
                    .push(std::mem::replace(&mut section, next).into_entry());
            }
            Some(_) => section.add(reader.pair(line, text)?, options)?,
        }
    }
    document.entries.push(section.into_entry());
    Ok(document)
}

/// The input without a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    BYTE_ORDER_MARKS
        .iter()
        .find_map(|mark| bytes.strip_prefix(*mark))
        .unwrap_or(bytes)
}

struct Section<'a> {
    name: &'a [u8],
    comment: Option<Text>,
    pairs: Vec<Pair<'a>>,
    /// Where in `pairs` a key stands.
    places: HashMap<&'a [u8], usize>,
}

struct Pair<'a> {
    key: &'a [u8],
    value: Text,
    comment: Option<Text>,
    at: Position,
}

impl<'a> Section<'a> {
    fn new(name: &'a [u8], comment: Option<Text>) -> Self {
        Self {
            name,
            comment,
            pairs: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Appends a pair. Of several with one key, if that is allowed, the last one stays, in the
    /// place of the first.
    fn add(&mut self, pair: Pair<'a>, options: &ReadOptions) -> Result<(), ReadError> {
        let place = *self.places.entry(pair.key).or_insert(self.pairs.len());
        match self.pairs.get_mut(place) {
            None => self.pairs.push(pair),
            Some(earlier) if options.allow_duplicates => *earlier = pair,
            Some(earlier) => {
                let first = earlier.at.line;
                return Err(ReadError::DuplicateKey {
                    at: pair.at,
                    first,
                    key: pair.key.into(),
                });
            }
        }
        Ok(())
    }

    fn into_entry(self) -> Entry {
        let mut map = Map::default();
        let comment = |text| Entry::Comment(Comment::line(text));
        map.entries.extend(self.comment.map(comment));
        for pair in self.pairs {
            map.push(pair.key, pair.value);
            map.entries.extend(pair.comment.map(comment));
        }
        Entry::Pair(Key::from(self.name), Value::Map(map))
    }
}

struct Reader<'a> {
    input: &'a [u8],
    /// Where in the input the next line starts.
    offset: usize,
    /// The number of the line that was read last.
    line: usize,
    /// The parts of the comment that belongs to the next section or key.
    comment: Vec<&'a [u8]>,
}

impl<'a> Reader<'a> {
    /// The next line with its line break.
    fn next_line(&mut self) -> Option<&'a [u8]> {
        let rest = self.input.get(self.offset..)?;
        let line = rest.split_inclusive(|&byte| byte == b'\n').next()?;
        self.offset = self.offset.saturating_add(line.len());
        self.line = self.line.saturating_add(1);
        Some(line)
    }

    /// `text` is `line` without the blanks in front.
    fn section(&mut self, line: &[u8], text: &'a [u8]) -> Result<Section<'a>, ReadError> {
        let refuse = |problem| ReadError::Syntax {
            at: self.position(line, text),
            problem,
        };
        let end = text.iter().rposition(|&byte| byte == b']');
        let (name, rest) = end
            .and_then(|end| text.split_at_checked(end))
            .ok_or_else(|| refuse("a section header lacks its closing bracket"))?;
        let name = name.strip_prefix(b"[").unwrap_or(name);
        if name.is_empty() {
            return Err(refuse("a section lacks a name"));
        }
        self.comment.push(split_comment(rest).1);
        Ok(Section::new(name, self.take_comment()))
    }

    /// `text` is `line` without the blanks in front.
    fn pair(&mut self, line: &[u8], text: &'a [u8]) -> Result<Pair<'a>, ReadError> {
        let at = self.position(line, text);
        let refuse = |problem| ReadError::Syntax { at, problem };
        let (key, rest) = split_key(text).map_err(refuse)?;
        let value = self
            .value(rest)
            .ok_or_else(|| refuse("a value lacks its closing quote"))?;
        Ok(Pair {
            key,
            value,
            comment: self.take_comment(),
            at,
        })
    }

    /// The value that starts in the rest of a line; nothing if it never ends.
    fn value(&mut self, rest: &'a [u8]) -> Option<Text> {
        let text = trim_start(rest);
        if let Some(quote) = quote::opening_value(text) {
            return self.quoted(text.strip_prefix(quote)?, quote);
        }
        let text = trim_end(text);
        if let Some(part) = text.strip_suffix(b"\\") {
            return Some(self.continued(part));
        }
        let (value, comment) = split_comment(text);
        self.comment.push(comment);
        Some(Text::from(quote::strip(trim_end(value))))
    }

    /// A literal value, of which this is the rest of its first line.
    fn quoted(&mut self, first: &'a [u8], quote: &[u8]) -> Option<Text> {
        if let Some(end) = quote::rfind(first, quote) {
            return Some(Text::from(first.get(..end)?));
        }
        let start = self.offset.checked_sub(first.len())?;
        loop {
            let line = self.next_line()?;
            if let Some(end) = quote::closing(line, quote) {
                let behind = line.get(end..)?;
                self.comment.push(trim(split_comment(behind).1));
                let end = self.offset.checked_sub(behind.len())?;
                return Some(Text::from(self.input.get(start..end)?));
            }
        }
    }

    /// A value whose first line, without the backslash at its end, is this.
    fn continued(&mut self, first: &'a [u8]) -> Text {
        let mut parts = vec![first];
        while let Some(line) = self.next_line() {
            let line = trim(line);
            let part = line.strip_suffix(b"\\");
            parts.push(part.unwrap_or(line));
            if part.is_none() {
                break;
            }
        }
        Text::from(parts.concat())
    }

    /// The comment collected so far without the marks it starts with, which may leave nothing.
    fn take_comment(&mut self) -> Option<Text> {
        let raw = Text::from(self.comment.concat());
        self.comment.clear();
        let text = trim(raw.expose());
        let &mark = text.first()?;
        let start = text.iter().position(|&byte| byte != mark && byte != b' ');
        Some(Text::from(
            start
                .and_then(|start| text.get(start..))
                .unwrap_or_default(),
        ))
    }

    fn position(&self, line: &[u8], text: &[u8]) -> Position {
        let blanks = line
            .get(..line.len().saturating_sub(text.len()))
            .unwrap_or_default();
        let column = String::from_utf8_lossy(blanks)
            .chars()
            .count()
            .saturating_add(1);
        Position {
            line: self.line,
            column,
        }
    }
}

/// The key of a line, and what stands behind the `=` or `:`.
fn split_key(line: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let (quoted, rest) = match quote::opening_key(line) {
        None => (None, line),
        Some(quote) => {
            let inside = line.strip_prefix(quote).unwrap_or(line);
            let end = quote::find(inside, quote).ok_or("a key lacks its closing quote")?;
            let (key, rest) = inside.split_at_checked(end).unwrap_or_default();
            (Some(key), rest.strip_prefix(quote).unwrap_or(rest))
        }
    };
    let mut parts = rest.splitn(2, |byte| b"=:".contains(byte));
    let (Some(before), Some(value)) = (parts.next(), parts.next()) else {
        return Err("a line is no header or comment and has no `=` or `:`");
    };
    match trim(quoted.unwrap_or(before)) {
        b"" => Err("a key is empty"),
        b"-" => Err("a key that numbers itself cannot be written again"),
        key => Ok((key, value)),
    }
}

/// What stands before a comment, and the comment from its mark on, which may be empty.
fn split_comment(text: &[u8]) -> (&[u8], &[u8]) {
    let mark = text.iter().position(|byte| b"#;".contains(byte));
    mark.and_then(|mark| text.split_at_checked(mark))
        .unwrap_or((text, b""))
}

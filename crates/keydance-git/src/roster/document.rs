//! The text of a roster as maps, lists and texts that know their lines.
//!
//! Plain data only: anchors, aliases and tags would let one line mean something on another one,
//! which is not what somebody who reviews a change expects.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use keydance_sops::format::{Format, ReadError, ReadOptions};

use super::error::{Problem, RosterError};

/// The longest roster, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// How deep maps and lists may nest; the deepest that mean anything nest six levels.
const MAX_DEPTH: usize = 16;

/// A value and the line it begins on.
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a value is.
pub(super) enum Content {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
    /// Nothing, `~` or `null`.
    Null,
    /// A text without quotes, which may also be a number or truth value.
    Plain(String),
    /// A text in quotes, or of several lines.
    Quoted(String),
}

/// A key of a map and the line it stands on.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) line: usize,
}

/// Reads the one document of a text, which must be a map.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<(Key, Node)>, RosterError> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::TooLarge("4 MiB").at(1));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| syntax(bytes))?;
    let mut reader = Reader::default();
    let options = granit_parser::options! { emit_comments: false };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|_| syntax(bytes))?;
        reader.event(event, span.start.line())?;
    }
    match reader.root {
        Some(Node {
            content: Content::Map(entries),
            ..
        }) => Ok(entries),
        Some(Node { line, .. }) => Err(plain("the top level must be a map", line)),
        None => Err(plain("there is nothing in it", 1)),
    }
}

/// What is wrong with the syntax, in the words that every other YAML file gets.
fn syntax(bytes: &[u8]) -> RosterError {
    match Format::Yaml.read_plain(bytes, &ReadOptions::default()) {
        Err(ReadError::Syntax { at, problem }) => plain(problem, at.line),
        Err(error) => Problem::Syntax(error.to_string()).at(1),
        Ok(_) => plain("the text is not plain YAML", 1),
    }
}

fn plain(problem: &str, line: usize) -> RosterError {
    Problem::Syntax(problem.to_owned()).at(line)
}

#[derive(Default)]
struct Reader {
    root: Option<Node>,
    open: Vec<Open>,
}

/// A map or list that is not read to its end.
enum Open {
    List {
        line: usize,
        items: Vec<Node>,
    },
    Map {
        line: usize,
        entries: Vec<(Key, Node)>,
        key: Option<Key>,
        /// The keys so far and their lines.
        lines: HashMap<String, usize>,
    },
}

impl Reader {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), RosterError> {
        match event {
            Event::Alias(_) => return Err(plain("aliases have no place in a roster", line)),
            Event::MappingEnd | Event::SequenceEnd => self.end()?,
            Event::MappingStart(_, anchor, tag) => {
                refuse_properties(anchor, tag.as_deref(), line)?;
                let open = Open::Map {
                    line,
                    entries: Vec::new(),
                    key: None,
                    lines: HashMap::new(),
                };
                self.start(open, line)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_properties(anchor, tag.as_deref(), line)?;
                let content = scalar(text, style);
                self.put(Node { line, content })?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse_properties(anchor, tag.as_deref(), line)?;
                let items = Vec::new();
                self.start(Open::List { line, items }, line)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, open: Open, line: usize) -> Result<(), RosterError> {
        if self.open.len() == MAX_DEPTH {
            return Err(plain("maps and lists are nested too deep", line));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), RosterError> {
        let (line, content) = match self.open.pop() {
            Some(Open::List { line, items }) => (line, Content::List(items)),
            Some(Open::Map { line, entries, .. }) => (line, Content::Map(entries)),
            None => return Ok(()),
        };
        self.put(Node { line, content })
    }

    /// Gives a value to what is around it.
    fn put(&mut self, node: Node) -> Result<(), RosterError> {
        let line = node.line;
        match self.open.last_mut() {
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map {
                entries,
                key,
                lines,
                ..
            }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(key_of(node, lines)?),
            },
            None if self.root.is_none() => self.root = Some(node),
            None => return Err(plain("a roster is one document", line)),
        }
        Ok(())
    }
}

fn key_of(node: Node, lines: &mut HashMap<String, usize>) -> Result<Key, RosterError> {
    let line = node.line;
    let (Content::Plain(text) | Content::Quoted(text)) = node.content else {
        return Err(plain("a key must be a text", line));
    };
    match lines.insert(text.clone(), line) {
        Some(first) => Err(Problem::DuplicateKey { key: text, first }.at(line)),
        None => Ok(Key { text, line }),
    }
}

fn refuse_properties(anchor: usize, tag: Option<&Tag>, line: usize) -> Result<(), RosterError> {
    if anchor == 0 && tag.is_none() {
        return Ok(());
    }
    Err(plain("anchors and tags have no place in a roster", line))
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Content {
    let text = text.into_owned();
    match (style, text.as_str()) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Content::Null,
        (ScalarStyle::Plain, _) => Content::Plain(text),
        _ => Content::Quoted(text),
    }
}

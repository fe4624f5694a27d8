//! A map of a roster, key by key, with the line of whatever is wrong.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;

use super::document::{Content, Key, Node};
use super::error::{Problem, RosterError, nearest};
use super::interval::{Interval, Intervals, parse_time};

/// The entries of a map that have not been asked for yet.
pub(super) struct Fields {
    place: &'static str,
    pub(super) line: usize,
    entries: Vec<(Key, Node)>,
    /// Every key that was asked for, there or not.
    known: Vec<&'static str>,
}

/// A value under a key, and its line.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) node: Node,
}

impl Fields {
    /// The entries of a map; `place` says what it is: "a device".
    pub(super) fn new(place: &'static str, line: usize, entries: Vec<(Key, Node)>) -> Self {
        Self {
            place,
            line,
            entries,
            known: Vec::new(),
        }
    }

    /// The map that a node is.
    pub(super) fn of(place: &'static str, key: &Key, node: Node) -> Result<Self, RosterError> {
        match node.content {
            Content::Map(entries) => Ok(Self::new(place, key.line, entries)),
            _ => Err(wrong(&key.text, "a map", node.line)),
        }
    }

    /// Takes the value of a key; one without a value counts as absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Field> {
        self.known.push(key);
        let at = self
            .entries
            .iter()
            .position(|(found, _)| found.text == key)?;
        let (_, node) = self.entries.swap_remove(at);
        let is_null = matches!(node.content, Content::Null);
        (!is_null).then_some(Field { key, node })
    }

    /// Takes the value of a key that must be there.
    pub(super) fn need(&mut self, key: &'static str) -> Result<Field, RosterError> {
        self.take(key).ok_or_else(|| self.missing(key))
    }

    /// The error for a key that is not there, or is there in another spelling.
    fn missing(&self, key: &'static str) -> RosterError {
        let place = self.place;
        let is_near = |(found, _): &&(Key, Node)| {
            !self.known.contains(&found.text.as_str()) && nearest(&found.text, [key]).is_some()
        };
        match self.entries.iter().find(is_near) {
            Some((found, _)) => {
                let unknown = Problem::UnknownKey {
                    key: found.text.clone(),
                    place,
                    nearest: Some(key),
                };
                unknown.at(found.line)
            }
            None => Problem::Missing { place, key }.at(self.line),
        }
    }

    /// Takes the entries of a map whose keys are names; absent, it is empty.
    pub(super) fn entries(&mut self, key: &'static str) -> Result<Vec<(Key, Node)>, RosterError> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Field { node, .. }) => match node.content {
                Content::Map(entries) => Ok(entries),
                _ => Err(wrong(key, "a map", node.line)),
            },
        }
    }

    /// Takes the values of a list; absent, it is empty.
    pub(super) fn list(&mut self, key: &'static str) -> Result<Vec<Field>, RosterError> {
        let Some(Field { node, .. }) = self.take(key) else {
            return Ok(Vec::new());
        };
        match node.content {
            Content::List(items) => Ok(items.into_iter().map(|node| Field { key, node }).collect()),
            _ => Err(wrong(key, "a list", node.line)),
        }
    }

    /// Takes `from`, `until` and `earlier`.
    pub(super) fn intervals(&mut self) -> Result<Intervals, RosterError> {
        let line = self.line;
        let last = self.interval()?;
        let mut earlier = Vec::new();
        for Field { key, node } in self.list("earlier")? {
            let line = node.line;
            let Content::Map(entries) = node.content else {
                return Err(wrong(key, "a list of maps with from and until", line));
            };
            let mut fields = Self::new("an earlier interval", line, entries);
            earlier.push(fields.interval()?);
            fields.finish()?;
        }
        Intervals::new(last, earlier).map_err(|error| Problem::from(error).at(line))
    }

    fn interval(&mut self) -> Result<Interval, RosterError> {
        let from = self.need("from")?.time()?;
        let until = self.take("until").map(Field::time).transpose()?;
        Ok(Interval { from, until })
    }

    /// Refuses what was not asked for.
    pub(super) fn finish(self) -> Result<(), RosterError> {
        let Some((key, _)) = self.entries.into_iter().min_by_key(|(key, _)| key.line) else {
            return Ok(());
        };
        let known: BTreeSet<&'static str> = self.known.into_iter().collect();
        if known.contains(key.text.as_str()) {
            return Ok(());
        }
        let unknown = Problem::UnknownKey {
            place: self.place,
            nearest: nearest_of(&key.text, &known),
            key: key.text,
        };
        Err(unknown.at(key.line))
    }
}

impl Field {
    /// The text, quoted or not.
    pub(super) fn text(self) -> Result<String, RosterError> {
        match self.node.content {
            Content::Plain(text) | Content::Quoted(text) => Ok(text),
            _ => Err(wrong(self.key, "a text", self.node.line)),
        }
    }

    /// The text as something it names.
    pub(super) fn parse<T>(self) -> Result<T, RosterError>
    where
        T: FromStr,
        Problem: From<T::Err>,
    {
        let line = self.node.line;
        let text = self.text()?;
        text.parse().map_err(|error| Problem::from(error).at(line))
    }

    pub(super) fn time(self) -> Result<Timestamp, RosterError> {
        let (key, line) = (self.key, self.node.line);
        let text = self.text()?;
        parse_time(&text).ok_or_else(|| wrong(key, "a time like 2026-01-05T09:00:00Z", line))
    }

    pub(super) fn number(self) -> Result<u32, RosterError> {
        match &self.node.content {
            Content::Plain(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse(),
            _ => "none".parse(),
        }
        .map_err(|_| wrong(self.key, "a whole number", self.node.line))
    }

    pub(super) fn truth(self) -> Result<bool, RosterError> {
        match &self.node.content {
            Content::Plain(text) if text == "true" => Ok(true),
            Content::Plain(text) if text == "false" => Ok(false),
            _ => Err(wrong(self.key, "true or false", self.node.line)),
        }
    }
}

/// The error for a value of another kind.
pub(super) fn wrong(key: &str, expected: &'static str, line: usize) -> RosterError {
    let key = key.to_owned();
    Problem::Wrong { key, expected }.at(line)
}

fn nearest_of(key: &str, known: &BTreeSet<&'static str>) -> Option<&'static str> {
    let found = nearest(key, known.iter().copied())?;
    known.get(found).copied()
}

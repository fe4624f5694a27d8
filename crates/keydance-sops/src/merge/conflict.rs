//! A value that both sides changed, and the marker that stands in its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::format::{Format, WriteError, WriteOptions, json};
use crate::tree::{Item, Map, Text, Tree, Value};
use crate::walk::KeyPath;

/// The one key of a marker. What each side has stands below it, under `ours`, `theirs` and `base`;
/// a side that deleted the value is left out.
pub const CONFLICT_KEY: &str = "keydance_conflict";

/// One thing of each side of a merge.
#[derive(Clone, Copy)]
pub(super) struct Sides<T> {
    pub(super) base: Option<T>,
    pub(super) ours: Option<T>,
    pub(super) theirs: Option<T>,
}

/// What a format can hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Strings, or sections of them.
    Flat,
    /// Maps and lists in any depth.
    Nested,
}

impl Style {
    pub(super) fn of(format: Format) -> Self {
        match format {
            Format::Binary | Format::Dotenv | Format::Ini => Self::Flat,
            Format::Json | Format::Yaml => Self::Nested,
        }
    }
}

impl<T> Sides<T> {
    pub(super) fn map<U>(self, each: impl Fn(T) -> U) -> Sides<U> {
        Sides {
            base: self.base.map(&each),
            ours: self.ours.map(&each),
            theirs: self.theirs.map(&each),
        }
    }
}

impl Sides<&Value> {
    /// The marker: a map, or in formats without maps a string with the same as JSON.
    pub(super) fn marker(self, style: Style) -> Result<Value, WriteError> {
        let mut sides = Map::default();
        let named = [
            ("ours", self.ours),
            ("theirs", self.theirs),
            ("base", self.base),
        ];
        for (name, value) in named {
            match (value, style) {
                (None, _) => {}
                (Some(value), Style::Nested) => sides.push(name, value.duplicate()),
                (Some(value), Style::Flat) => push_flat(&mut sides, name, value),
            }
        }
        let mut marker = Map::default();
        marker.push(CONFLICT_KEY, sides);
        match style {
            Style::Flat => in_one_line(marker),
            Style::Nested => Ok(Value::Map(marker)),
        }
    }
}

/// JSON has no strings of any bytes, so those that are no text are in base64.
fn push_flat(sides: &mut Map, name: &str, value: &Value) {
    match value {
        Value::Text(text) if text.expose_str().is_none() => {
            sides.push(
                format!("{name}_base64").as_str(),
                STANDARD.encode(text.expose()),
            );
        }
        value => sides.push(name, value.duplicate()),
    }
}

fn in_one_line(marker: Map) -> Result<Value, WriteError> {
    let tree = Tree {
        documents: vec![marker],
    };
    let options = WriteOptions {
        json_indent: Some(0),
        ..WriteOptions::default()
    };
    // INVARIANT: a line break within a string of JSON is escaped.
    let lines = Zeroizing::new(json::write(&tree, None, &options)?);
    let mut line = Zeroizing::new(Vec::with_capacity(lines.len()));
    line.extend(lines.iter().filter(|byte| **byte != b'\n'));
    Ok(Value::Text(Text::from(line.as_slice())))
}

/// Where markers stand that nobody has resolved, in a tree that is encrypted or plain; those of
/// formats without maps are seen in a plain one only.
#[must_use]
pub fn conflicts(tree: &Tree) -> Vec<KeyPath> {
    let mut found = Vec::new();
    for document in &tree.documents {
        look_in_map(document, &mut Vec::new(), &mut found);
    }
    found
}

fn look_in_map(map: &Map, path: &mut Vec<u8>, found: &mut Vec<KeyPath>) {
    for (key, value) in map.pairs() {
        if key.as_bytes() == CONFLICT_KEY.as_bytes() {
            found.push(KeyPath::of_aad(path));
            continue;
        }
        let end = path.len();
        path.extend_from_slice(key.as_bytes());
        path.push(b':');
        look_in(value, path, found);
        path.truncate(end);
    }
}

fn look_in(value: &Value, path: &mut Vec<u8>, found: &mut Vec<KeyPath>) {
    match value {
        Value::Map(map) => look_in_map(map, path, found),
        Value::List(items) => items.iter().for_each(|item| {
            if let Item::Value(value) = item {
                look_in(value, path, found);
            }
        }),
        Value::Text(text) if text.expose().starts_with(FLAT_MARKER) => {
            found.push(KeyPath::of_aad(path));
        }
        _ => {}
    }
}

/// What a marker in one line begins with.
const FLAT_MARKER: &[u8] = b"{\"keydance_conflict\": {";

/// The keys on a path without those of markers: where a value stood on its side.
pub(super) fn unmarked(aad: &[u8]) -> Vec<u8> {
    let mut keys = aad.split_inclusive(|byte| *byte == b':');
    let mut kept = Vec::with_capacity(aad.len());
    while let Some(key) = keys.next() {
        if key.strip_suffix(b":") == Some(CONFLICT_KEY.as_bytes()) {
            // The name of the side.
            keys.next();
        } else {
            kept.extend_from_slice(key);
        }
    }
    kept
}

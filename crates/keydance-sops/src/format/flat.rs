//! Metadata as lines: nested maps and lists flattened into names, for dotenv and INI.
//!
//! A member of a map is `__map_KEY` behind the name of the map, an item of a list `__list_N`
//! behind that of the list, as in `age__list_0__map_recipient`. Every value is text on one line,
//! its line breaks written as the two characters `\n`. Empty maps and lists vanish.

use super::ReadError;
use super::scalar_text::scalar_text;
use crate::tree::{Item, Key, Map, Text, Value};

const MAP: &[u8] = b"__map_";
const LIST: &[u8] = b"__list_";

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 512;

/// Flattens a map, in its order; its depth must be bounded, as it is for a map that was read.
pub(super) fn flatten(map: &Map) -> Vec<(Key, Text)> {
    let mut lines = Vec::new();
    for (key, value) in map.pairs() {
        flatten_value(&mut key.as_bytes().to_vec(), value, &mut lines);
    }
    lines
}

/// Puts flattened lines back together, in any order; the keys come out sorted, the values as text.
pub(super) fn unflatten<'a>(
    lines: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> Result<Map, ReadError> {
    let lines = lines.into_iter().map(|(name, value)| {
        Ok(Line {
            steps: steps(name)?,
            value,
        })
    });
    let mut lines = lines.collect::<Result<Vec<_>, _>>()?;
    lines.sort_by(|a, b| a.steps.cmp(&b.steps));
    members(&lines, 0)
}

/// Writes line breaks as the two characters `\n`.
pub(super) fn escape_line_breaks(text: &[u8]) -> Text {
    let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
    Text::from(lines.join(br"\n".as_slice()))
}

/// Reads the two characters `\n` as line breaks.
pub(super) fn unescape_line_breaks(text: &[u8]) -> Text {
    let mut unescaped = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(br"\n") {
            unescaped.push(b'\n');
            rest = after;
        } else {
            unescaped.push(byte);
            rest = after;
        }
    }
    Text::from(unescaped)
}

const CONTRADICTION: ReadError =
    ReadError::Metadata("a name stands twice, or for two of a value, a map and a list");

/// Appends the lines of a value with this name, which is the same again afterwards.
fn flatten_value(name: &mut Vec<u8>, value: &Value, lines: &mut Vec<(Key, Text)>) {
    let length = name.len();
    match value {
        Value::Map(map) => {
            for (key, value) in map.pairs() {
                name.extend([MAP, key.as_bytes()].concat());
                flatten_value(name, value, lines);
                name.truncate(length);
            }
        }
        Value::List(items) => {
            let values = items.iter().filter_map(|item| match item {
                Item::Comment(_) => None,
                Item::Value(value) => Some(value),
            });
            for (index, value) in values.enumerate() {
                name.extend([LIST, index.to_string().as_bytes()].concat());
                flatten_value(name, value, lines);
                name.truncate(length);
            }
        }
        scalar => {
            let text = scalar_text(scalar).unwrap_or_default();
            lines.push((
                Key::from(name.as_slice()),
                escape_line_breaks(text.expose()),
            ));
        }
    }
}

struct Line<'a> {
    steps: Vec<Step<'a>>,
    value: &'a [u8],
}

/// One level of a flattened name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step<'a> {
    Member(&'a [u8]),
    Item(usize),
}

/// The levels of a flattened name: first a member of the outermost map.
fn steps(name: &[u8]) -> Result<Vec<Step<'_>>, ReadError> {
    let (member, mut rest) = split_at_separator(name);
    let mut steps = vec![Step::Member(member)];
    while let Some((inside, step)) = next_step(rest)? {
        if steps.len() >= MAX_DEPTH {
            return Err(ReadError::TooLarge {
                limit: "512 levels",
            });
        }
        steps.push(step);
        rest = inside;
    }
    Ok(steps)
}

/// What stands behind the separator that a name starts with, and what is left of the name.
fn next_step(name: &[u8]) -> Result<Option<(&[u8], Step<'_>)>, ReadError> {
    if let Some(member) = name.strip_prefix(MAP) {
        let (member, rest) = split_at_separator(member);
        return Ok(Some((rest, Step::Member(member))));
    }
    let Some(index) = name.strip_prefix(LIST) else {
        return Ok(None);
    };
    let (index, rest) = split_at_separator(index);
    let digits = str::from_utf8(index)
        .ok()
        .filter(|index| !index.starts_with('+'));
    let index = digits.and_then(|digits| digits.parse().ok());
    let index = index.ok_or(ReadError::Metadata("the position in a list is no number"))?;
    Ok(Some((rest, Step::Item(index))))
}

fn split_at_separator(name: &[u8]) -> (&[u8], &[u8]) {
    let is_separator = |at: &usize| {
        name.get(*at..)
            .is_some_and(|rest| rest.starts_with(MAP) || rest.starts_with(LIST))
    };
    let at = (0..name.len()).find(is_separator).unwrap_or(name.len());
    name.split_at_checked(at).unwrap_or((name, &[]))
}

/// The value whose lines, sorted, these are; they share their first `depth` steps.
///
/// Recurses no deeper than `MAX_DEPTH`, because no name has more steps.
fn value(lines: &[Line<'_>], depth: usize) -> Result<Value, ReadError> {
    match (step(lines, depth), lines) {
        (Some(Step::Member(_)), _) => Ok(Value::Map(members(lines, depth)?)),
        (Some(Step::Item(_)), _) => Ok(Value::List(items(lines, depth)?)),
        (None, [line]) => Ok(Value::Text(unescape_line_breaks(line.value))),
        (None, _) => Err(CONTRADICTION),
    }
}

fn members(lines: &[Line<'_>], depth: usize) -> Result<Map, ReadError> {
    let mut map = Map::default();
    for lines in groups(lines, depth) {
        let Some(Step::Member(key)) = step(lines, depth) else {
            return Err(CONTRADICTION);
        };
        map.push(key, value(lines, depth.saturating_add(1))?);
    }
    Ok(map)
}

fn items(lines: &[Line<'_>], depth: usize) -> Result<Vec<Item>, ReadError> {
    let mut items = Vec::new();
    for lines in groups(lines, depth) {
        if step(lines, depth) != Some(Step::Item(items.len())) {
            return Err(ReadError::Metadata("a list has gaps or members"));
        }
        items.push(Item::Value(value(lines, depth.saturating_add(1))?));
    }
    Ok(items)
}

/// The runs of lines with the same step at this depth.
fn groups<'a>(lines: &'a [Line<'a>], depth: usize) -> impl Iterator<Item = &'a [Line<'a>]> {
    lines.chunk_by(move |a, b| a.steps.get(depth) == b.steps.get(depth))
}

/// The first line's step at this depth; nothing if its name ends before.
fn step<'a>(lines: &'a [Line<'a>], depth: usize) -> Option<Step<'a>> {
    lines.first()?.steps.get(depth).copied()
}

#[cfg(test)]
mod tests;

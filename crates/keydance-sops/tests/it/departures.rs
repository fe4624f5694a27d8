//! Where stock is wrong and we are not: random trees have none of these.

use keydance_sops::format::Format;
use keydance_sops::tree::{Entry, Item, Map, Value};

/// Whether stock loses something of these entries.
pub(crate) fn is_any(format: Format, entries: &[Entry]) -> bool {
    match format {
        Format::Ini => entries.iter().any(section),
        _ => entries.iter().any(|found| entry(found, false)),
    }
}

/// A value that the quotes of stock do not bring back.
fn section(entry: &Entry) -> bool {
    let Entry::Pair(_, Value::Map(section)) = entry else {
        return false;
    };
    section.pairs().any(|(key, value)| match value {
        Value::Text(text) => quoted_key(key.as_bytes()) || quotes(text.expose()),
        _ => false,
    })
}

/// A key whose quotes end too early, or that has none and starts a comment or section.
fn quoted_key(key: &[u8]) -> bool {
    let has = |some: &[u8]| key.iter().any(|byte| some.contains(byte));
    has(b"`") && has(b"\"=:") || key.first().is_some_and(|first| b"#;[\xef".contains(first))
}

/// A backslash that joins the next line; quotes that go missing, or end too early.
fn quotes(text: &[u8]) -> bool {
    let (Some(first), Some(last)) = (text.first(), text.last()) else {
        return false;
    };
    let quoted = first == last && b"'\"".contains(first);
    let outer_blank = !first.is_ascii_graphic() || !last.is_ascii_graphic();
    let quote_inside = text.contains(&b'"');
    *last == b'\\' || quoted || text.starts_with(b"\"\"\"") || quote_inside && outer_blank
}

fn entry(entry: &Entry, in_list: bool) -> bool {
    match entry {
        Entry::Comment(_) => false,
        Entry::Pair(key, found) => text(key.as_bytes(), in_list) || value(found, in_list),
    }
}

/// Brackets with nothing but comments in them.
fn map(map: &Map, in_list: bool) -> bool {
    let only_comments = !map.entries.is_empty() && map.pairs().next().is_none();
    only_comments || map.entries.iter().any(|found| entry(found, in_list))
}

fn value(value: &Value, in_list: bool) -> bool {
    match value {
        Value::List(items) => items.iter().any(item),
        Value::Map(found) => map(found, in_list),
        Value::Text(found) => text(found.expose(), in_list),
        _ => false,
    }
}

/// A comment without text, which becomes an empty string.
fn item(item: &Item) -> bool {
    match item {
        Item::Comment(comment) => comment.text.is_empty(),
        Item::Value(found) => value(found, true),
    }
}

/// A string of several lines that starts with a blank: with a tab it becomes null, and in a list
/// the digit for its indentation is wrong.
fn text(text: &[u8], in_list: bool) -> bool {
    let blank = if in_list { &b"\t \n"[..] } else { b"\t" };
    text.contains(&b'\n') && text.first().is_some_and(|first| blank.contains(first))
}

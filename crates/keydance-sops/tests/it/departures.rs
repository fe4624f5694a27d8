//! Where stock is wrong and we are not: random trees have none of these.

use keydance_sops::format::{Format, ReadOptions};
use keydance_sops::tree::{Entry, Item, Map, Value};

use crate::ours;
use crate::random_tree::Kind;
use crate::stock::{Creation, Stock};

/// Where an entry or value stands.
#[derive(Clone, Copy)]
struct Place {
    kind: Kind,
    in_list: bool,
}

/// Whether stock loses something of these entries.
pub(crate) fn is_any(kind: Kind, entries: &[Entry]) -> bool {
    match kind.format {
        Format::Ini => entries.iter().any(section),
        _ => entries.iter().any(|found| {
            entry(
                found,
                Place {
                    kind,
                    in_list: false,
                },
            )
        }),
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

/// A key `<<` for anything but a map, which stock writes and then cannot read.
fn entry(entry: &Entry, place: Place) -> bool {
    let Entry::Pair(key, found) = entry else {
        return false;
    };
    let merges = key.as_bytes() == b"<<" && place.kind.format == Format::Yaml;
    let is_merge = merges && !matches!(found, Value::Map(_));
    is_merge || text(key.as_bytes(), place) || value(found, place)
}

/// Brackets with nothing but comments in them; and a comment without text at the end, which in the
/// encrypted file may end up in a list.
fn map(map: &Map, place: Place) -> bool {
    let only_comments = !map.entries.is_empty() && map.pairs().next().is_none();
    let last = map.entries.iter().rev().map_while(|entry| match entry {
        Entry::Comment(comment) => Some(comment),
        Entry::Pair(..) => None,
    });
    let ends_empty = last.into_iter().any(|comment| comment.text.is_empty());
    only_comments || ends_empty || map.entries.iter().any(|found| entry(found, place))
}

fn value(value: &Value, place: Place) -> bool {
    match value {
        Value::List(items) => list(items, place),
        Value::Map(found) => map(found, place),
        Value::Text(found) => text(found.expose(), place),
        _ => false,
    }
}

/// Under `encrypted_comment_regex` a comment behind another, which stock cannot open when the first
/// one matches; and everywhere a comment without text, which becomes an empty string.
fn list(items: &[Item], place: Place) -> bool {
    let is_comment = |item: &Item| matches!(item, Item::Comment(_));
    let is_run = |pair: &[Item]| pair.iter().all(is_comment);
    let in_list = Place {
        in_list: true,
        ..place
    };
    !place.kind.comment_runs && items.windows(2).any(is_run)
        || items.iter().any(|item| match item {
            Item::Comment(comment) => comment.text.is_empty(),
            Item::Value(found) => value(found, in_list),
        })
}

/// A string of several lines that starts with a blank or line break: with a tab it becomes null, and
/// in a list the digit for its indentation is wrong.
fn text(text: &[u8], place: Place) -> bool {
    let blanks = ["\t", " ", "\n", "\u{85}", "\u{2028}", "\u{2029}"];
    let blanks = if place.in_list {
        &blanks[..]
    } else {
        &blanks[..1]
    };
    let mut blanks = blanks.iter().map(|blank| blank.as_bytes());
    text.contains(&b'\n') && blanks.any(|blank| text.starts_with(blank))
}

/// Files that stock does not bring back, and we do.
const LOST_BY_STOCK: [(Format, &str); 11] = [
    (Format::Ini, "[s]\na = `x\\`\nb = y\n"),
    (Format::Ini, "[s]\na = `'x'`\n"),
    (Format::Ini, "[s]\na = `\" `\n"),
    (Format::Ini, "[s]\n\"\"\"a`:\"\"\" = x\n"),
    (Format::Ini, "[s]\n`#a` = x\n"),
    (Format::Yaml, "a: \"\\tx\\ny\"\n"),
    (Format::Yaml, "\"\\tx\\ny\": a\n"),
    (Format::Yaml, "a:\n    - \"  x\\ny\"\n"),
    (Format::Yaml, "a:\n    - \"\\n  x\"\n"),
    (Format::Yaml, "a:\n    #\n    - x\n"),
    (Format::Yaml, "\"<<\": x\n"),
];

/// Whether the decrypted file holds what the plain one did.
fn is_same(format: Format, plain: &[u8], decrypted: Result<Vec<u8>, String>) -> bool {
    let read = |bytes: &[u8]| format.read_plain(bytes, &ReadOptions::default());
    let tree = decrypted.ok().and_then(|bytes| read(&bytes).ok());
    tree.is_some_and(|tree| read(plain).is_ok_and(|plain| plain == tree))
}

#[test]
fn what_stock_loses_comes_back_from_us() {
    let stock = Stock::new(&Creation::PLAIN, &["alice"]);
    for (format, plain) in LOST_BY_STOCK {
        let bytes = plain.as_bytes();
        let by_us = ours::encrypt(format, bytes, &Creation::PLAIN, 1).unwrap();
        let by_us = ours::decrypt(format, &by_us, &["alice"]);
        assert!(is_same(format, bytes, by_us), "{plain}");
        let by_stock = stock.encrypt(format, bytes);
        let by_stock = by_stock.and_then(|file| stock.decrypt(format, &file));
        assert!(!is_same(format, bytes, by_stock), "stock: {plain}");
    }
}

#[test]
fn a_file_with_a_run_of_comments_that_stock_cannot_open_opens_and_is_not_written() {
    let creation = Creation {
        rule: Some(("encrypted_comment_regex", "enc")),
        ..Creation::PLAIN
    };
    let plain = b"l:\n    # enc\n    # more\n    - x\n";
    let stock = Stock::new(&creation, &["alice"]);
    let by_stock = stock.encrypt(Format::Yaml, plain).unwrap();
    let refusal = stock.decrypt(Format::Yaml, &by_stock).unwrap_err();
    assert!(refusal.starts_with("exit Some(51)"), "{refusal}");
    assert_eq!(
        ours::decrypt(Format::Yaml, &by_stock, &["alice"]).unwrap(),
        plain
    );
    let refusal = ours::encrypt(Format::Yaml, plain, &creation, 1).unwrap_err();
    assert!(refusal.contains("encrypted_regex"), "{refusal}");
}

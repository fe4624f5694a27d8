//! Quotes: when a key or value stands in them, and in which.
//!
//! The writer takes those the Go library takes, except where it would read the text back as
//! another; then it takes some that work.

use super::BYTE_ORDER_MARKS;
use super::blank::{trim, trim_end};

/// What stands before and behind a key or value.
pub(super) type Quote = &'static [u8];

const NONE: Quote = b"";
const SINGLE: Quote = b"'";
const DOUBLE: Quote = b"\"";
const TRIPLE: Quote = b"\"\"\"";
const BACK: Quote = b"`";

/// The quote that a line with a key starts with. Its line break, if it has one, counts.
pub(super) fn opening_key(line: &[u8]) -> Option<Quote> {
    match line {
        [b'"', b'"', b'"', _, _, _, _, ..] => Some(TRIPLE),
        [b'"', ..] => Some(DOUBLE),
        [b'`', ..] => Some(BACK),
        _ => None,
    }
}

/// The quote of a literal value that starts here. The line break, if there is one, counts.
pub(super) fn opening_value(text: &[u8]) -> Option<Quote> {
    match text {
        [b'"', b'"', b'"', _, ..] => Some(TRIPLE),
        [b'`', ..] => Some(BACK),
        _ => None,
    }
}

/// A value on one line without the quotes around it.
pub(super) fn strip(text: &[u8]) -> &[u8] {
    let inside = |quote| {
        let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!contains(inside, quote)).then_some(inside)
    };
    inside(SINGLE).or_else(|| inside(DOUBLE)).unwrap_or(text)
}

/// The quote to write a key in; nothing if it would read back as another key in any.
pub(super) fn for_key(key: &[u8]) -> Option<Quote> {
    // `-` is a key that numbers itself.
    if key.is_empty() || key == b"-" || trim(key) != key || key.contains(&b'\n') {
        return None;
    }
    // What would be read as something else at the start of a line or file.
    let taken = matches!(key, [b'#' | b';' | b'[', ..])
        || BYTE_ORDER_MARKS.iter().any(|mark| key.starts_with(mark));
    match (contains(key, BACK), contains(key, DOUBLE)) {
        (true, true) => None,
        (true, false) => Some(TRIPLE),
        (false, true) => Some(BACK),
        (false, false) if taken || key.iter().any(|byte| b"=:".contains(byte)) => Some(BACK),
        (false, false) => Some(NONE),
    }
}

/// The quote to write a value in; nothing if it would read back as another value in any.
pub(super) fn for_value(value: &[u8]) -> Option<Quote> {
    if let Some(last_break) = value.iter().rposition(|&byte| byte == b'\n') {
        let (above, _) = value.split_at_checked(last_break)?;
        return [TRIPLE, BACK]
            .into_iter()
            .find(|quote| !ends_in(above, quote));
    }
    if contains(value, BACK) {
        return Some(TRIPLE);
    }
    if value.iter().any(|byte| b"#;".contains(byte)) {
        return Some(BACK);
    }
    if trim(value) != value {
        return Some(if contains(value, DOUBLE) {
            BACK
        } else {
            DOUBLE
        });
    }
    let changes = value.ends_with(b"\\") || value.starts_with(TRIPLE) || strip(value) != value;
    Some(if changes { BACK } else { NONE })
}

/// Where a literal value of several lines ends in one that is not its first.
///
/// None ends in a line that ends in a backslash.
pub(super) fn closing(line: &[u8], quote: &[u8]) -> Option<usize> {
    if trim_end(line).ends_with(b"\\") {
        return None;
    }
    rfind(line, quote)
}

/// Where a quote, which must not be empty, first stands.
pub(super) fn find(text: &[u8], quote: &[u8]) -> Option<usize> {
    text.windows(quote.len()).position(|window| window == quote)
}

/// Where a quote, which must not be empty, last stands.
pub(super) fn rfind(text: &[u8], quote: &[u8]) -> Option<usize> {
    text.windows(quote.len())
        .rposition(|window| window == quote)
}

fn contains(text: &[u8], quote: &[u8]) -> bool {
    find(text, quote).is_some()
}

/// Whether a literal value would end in one of its first lines already, which these are.
fn ends_in(lines: &[u8], quote: &[u8]) -> bool {
    let mut lines = lines.split(|&byte| byte == b'\n');
    lines.next().is_some_and(|first| contains(first, quote))
        || lines.any(|line| closing(line, quote).is_some())
}

//! The line breaks that YAML 1.1 has and YAML 1.2, which the parser follows, has not.
//!
//! A next line (U+0085) counts as a line feed. A line or paragraph separator (U+2028, U+2029)
//! ends a line and stays in the scalar: getsops/sops writes it raw and indents what follows.

use std::borrow::Cow;

use granit_parser::ScalarStyle;
use zeroize::{Zeroize as _, Zeroizing};

use super::node::Span;

/// A source with line feeds for these line breaks.
pub(super) struct Unified {
    pub(super) text: Zeroizing<String>,
    pub(super) separators: Vec<Separator>,
}

/// A separator that a line feed of a source stands for.
#[derive(Clone, Copy)]
pub(super) struct Separator {
    /// The offset of the line feed.
    at: usize,
    character: char,
}

/// The source with line feeds, if it has any of these line breaks.
pub(super) fn unify(source: &str) -> Option<Unified> {
    if !BREAKS.iter().any(|character| source.contains(*character)) {
        return None;
    }
    let mut text = Zeroizing::new(String::with_capacity(source.len()));
    let mut separators = Vec::new();
    for character in source.chars() {
        if matches!(character, '\u{2028}' | '\u{2029}') {
            separators.push(Separator {
                at: text.len(),
                character,
            });
        }
        text.push(if BREAKS.contains(&character) {
            '\n'
        } else {
            character
        });
    }
    Some(Unified { text, separators })
}

/// The text of a scalar with its separators back. Styles in which they are not written keep the
/// line feeds, or the spaces they are folded to.
pub(super) fn restore<'s>(
    text: Cow<'s, str>,
    style: ScalarStyle,
    span: Span,
    source: &str,
    separators: &[Separator],
) -> Cow<'s, str> {
    let start = match style {
        ScalarStyle::Literal => block_start(source, span.start(), &text),
        ScalarStyle::SingleQuoted => span.start().saturating_add(1),
        _ => return text,
    };
    let from = separators.partition_point(|separator| separator.at < start);
    let separators = separators.get(from..).unwrap_or_default();
    if separators
        .first()
        .is_none_or(|separator| separator.at >= span.end())
    {
        return text;
    }
    let raw = source.get(start..span.end()).unwrap_or_default();
    let breaks = raw.match_indices('\n').map(|(at, _)| {
        let at = start.saturating_add(at);
        let found = separators
            .binary_search_by_key(&at, |separator| separator.at)
            .ok();
        found
            .and_then(|found| separators.get(found))
            .map_or('\n', |found| found.character)
    });
    let restored = match style {
        ScalarStyle::Literal => literal(&text, breaks),
        _ => quoted(raw.strip_suffix('\'').unwrap_or(raw), breaks),
    };
    if let Cow::Owned(mut text) = text {
        text.zeroize();
    }
    Cow::Owned(restored)
}

const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Where the lines of a block scalar start, empty ones included. The span starts behind empty
/// lines; at the end of the source, where nothing else follows, at the head.
fn block_start(source: &str, span: usize, text: &str) -> usize {
    let (above, below) = source.split_at_checked(span).unwrap_or_default();
    let empty = text.bytes().all(|byte| byte == b'\n');
    let head = if empty && below.starts_with('|') {
        span
    } else {
        above.trim_end().len()
    };
    let line = source
        .get(head..)
        .and_then(|rest| rest.find('\n'))
        .unwrap_or_default();
    head.saturating_add(line).saturating_add(1)
}

/// A literal text has its breaks one for one.
fn literal(text: &str, mut breaks: impl Iterator<Item = char>) -> String {
    let restore = |character| match character {
        '\n' => breaks.next().unwrap_or('\n'),
        other => other,
    };
    text.chars().map(restore).collect()
}

/// A quoted text loses the blanks around breaks; a first line feed of several is lost, and a
/// single one becomes a space.
fn quoted(raw: &str, breaks: impl Iterator<Item = char>) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut lines = raw.split('\n');
    text.push_str(&lines.next().unwrap_or_default().replace("''", "'"));
    let mut pending = String::new();
    let mut lines = breaks.zip(lines).peekable();
    while let Some((character, line)) = lines.next() {
        if pending.is_empty() {
            text.truncate(text.trim_end_matches(BLANKS).len());
        }
        pending.push(character);
        let line = line.trim_start_matches(BLANKS);
        if line.trim_end_matches(BLANKS).is_empty() && lines.peek().is_some() {
            continue;
        }
        match pending.strip_prefix('\n') {
            Some("") => text.push(' '),
            Some(more) => text.push_str(more),
            None => text.push_str(&pending),
        }
        pending.clear();
        text.push_str(&line.replace("''", "'"));
    }
    text
}

const BLANKS: [char; 3] = [' ', '\t', '\r'];

#[cfg(test)]
mod tests {
    use crate::format::yaml::read;
    use crate::tree::Value;

    fn value(source: &str) -> String {
        let tree = read(source.as_bytes()).unwrap();
        let Some(Value::Text(text)) = tree.documents[0].value(b"a") else {
            panic!("no text")
        };
        text.expose_str().unwrap().to_owned()
    }

    #[test]
    fn a_separator_stays_in_a_quoted_scalar_without_the_blanks_around_it() {
        assert_eq!(value("a: 'x\u{2028}    y'\n"), "x\u{2028}y");
        assert_eq!(
            value("a: 'x \t\u{2029}\u{2028}  it''s  '\n"),
            "x\u{2029}\u{2028}it's  "
        );
        assert_eq!(value("a: '\u{2028}'\n"), "\u{2028}");
        assert_eq!(
            value("a: ' x\u{2028}\n  y\n  z\n\n  \u{2029}  w'\n"),
            " x\u{2028}\ny z\n\u{2029}w"
        );
    }

    #[test]
    fn a_separator_stays_in_a_literal_scalar_without_the_indentation_behind_it() {
        assert_eq!(value("a: |-\n    x\u{2028}    y\n    z\n"), "x\u{2028}y\nz");
        assert_eq!(value("a: |-\n    x\u{2028}      y\n"), "x\u{2028}  y");
        assert_eq!(value("a: |4-\n\n\u{2028}    | x\nb: 1\n"), "\n\u{2028}| x");
        assert_eq!(value("a: |4+ # c\n\n\u{2028}b: 1\n"), "\n\u{2028}");
        assert_eq!(value("a: |+\n\n\u{2029}"), "\n\u{2029}");
    }

    #[test]
    fn a_separator_ends_a_comment_and_an_entry() {
        assert_eq!(value("b: 1 # c\u{2028}a: x\u{2029}"), "x");
    }

    #[test]
    fn a_next_line_is_a_line_feed() {
        assert_eq!(value("b: 1\u{85}a: 'x\u{85}  y'\u{85}"), "x y");
    }

    #[test]
    fn an_escaped_separator_is_like_any_other_character() {
        assert_eq!(value("a: \"x \\L y\\N\"\n"), "x \u{2028} y\u{85}");
    }
}

//! How a string is written: the table of styles of go-yaml 3.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroize as _;

use super::implicit;

/// The longest key, in bytes and with its tag, that is written without `?`.
const LONGEST_SIMPLE_KEY: usize = 128;

/// The characters in a line of base64.
const BASE64_LINE: usize = 70;

/// A string with its tag and style.
pub(super) struct Styled<'a> {
    /// The tag before the string.
    pub(super) tag: Option<&'static str>,
    /// The style.
    pub(super) style: Style,
    /// The string itself, or base64 of what is not UTF-8. May be secret.
    pub(super) text: Cow<'a, str>,
    has_breaks: bool,
}

/// How a string stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `"…"` with escapes.
    DoubleQuoted,
    /// `|` and the lines of the string below.
    Literal,
    /// As it is.
    Plain,
    /// `'…'` without escapes.
    SingleQuoted,
}

impl<'a> Styled<'a> {
    /// The style that stock gives these bytes, but for a tab at the start of a multi-line string,
    /// which stock makes a null.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::binary(bytes);
        };
        let traits = Traits::of(text);
        let tag = (text == "<<").then_some("!!merge");
        let style = if text.contains('\n') {
            if traits.fits_literal {
                Style::Literal
            } else {
                Style::DoubleQuoted
            }
        } else if reads_as_other_type(text) {
            Style::DoubleQuoted
        } else if traits.fits_plain {
            Style::Plain
        } else if traits.fits_single_quoted {
            Style::SingleQuoted
        } else {
            Style::DoubleQuoted
        };
        Self {
            tag,
            style,
            text: Cow::Borrowed(text),
            has_breaks: traits.has_breaks,
        }
    }

    fn binary(bytes: &[u8]) -> Self {
        let mut text = BASE64.encode(bytes);
        let has_breaks = text.len() > BASE64_LINE;
        if has_breaks {
            let lines = in_lines(&text);
            text.zeroize();
            text = lines;
        }
        let style = if has_breaks {
            Style::Literal
        } else {
            Style::Plain
        };
        Self {
            tag: Some("!!binary"),
            style,
            text: Cow::Owned(text),
            has_breaks,
        }
    }

    /// Whether the string as a key stands before its `:` on one line, without `?`.
    pub(super) fn is_simple_key(&self) -> bool {
        let tag = self.tag.map_or(0, str::len);
        !self.has_breaks && self.text.len().saturating_add(tag) <= LONGEST_SIMPLE_KEY
    }
}

impl Drop for Styled<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.text {
            text.zeroize();
        }
    }
}

fn in_lines(base64: &str) -> String {
    let mut lines = String::with_capacity(base64.len().saturating_mul(2));
    for (index, character) in base64.chars().enumerate() {
        if index > 0 && index.is_multiple_of(BASE64_LINE) {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

/// Whether a reader of YAML 1.1 or 1.2 takes the plain string for no string.
fn reads_as_other_type(text: &str) -> bool {
    implicit::has_type(text) || is_old_bool(text) || is_sexagesimal(text)
}

fn is_old_bool(text: &str) -> bool {
    let words = ["y", "yes", "on", "n", "no", "off"];
    let spellings = ["Y", "Yes", "YES", "On", "ON", "N", "No", "NO", "Off", "OFF"];
    words.contains(&text) || spellings.contains(&text)
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((whole, rest)) = unsigned.split_once(':') else {
        return false;
    };
    let (groups, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let is_loose = |digits: &str| {
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    whole.starts_with(|first: char| first.is_ascii_digit())
        && is_loose(whole)
        && is_loose(fraction)
        && groups
            .split(':')
            .all(|group| matches!(group.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// Which styles the characters of a string allow.
struct Traits {
    has_breaks: bool,
    fits_literal: bool,
    fits_plain: bool,
    fits_single_quoted: bool,
}

impl Traits {
    fn of(text: &str) -> Self {
        let unusual = Unusual::of(text);
        let has_blank_ends = text.starts_with(' ') || text.ends_with(' ');
        let is_sound = !unusual.unprintable && !unusual.space_before_break;
        let fits_single_quoted = is_sound && !unusual.space_behind_break && !unusual.tab;
        Self {
            has_breaks: unusual.line_break,
            fits_literal: is_sound && !text.ends_with(' ') && !text.starts_with('\t'),
            fits_plain: fits_single_quoted
                && !unusual.line_break
                && !has_blank_ends
                && !has_indicators(text),
            fits_single_quoted,
        }
    }
}

/// Which unusual characters are in a string.
#[derive(Default)]
struct Unusual {
    line_break: bool,
    space_before_break: bool,
    space_behind_break: bool,
    tab: bool,
    unprintable: bool,
}

impl Unusual {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return found;
        }
        let mut previous = None;
        for character in text.chars() {
            let is_break = is_break(character);
            found.line_break |= is_break;
            found.space_before_break |= is_break && previous == Some(' ');
            found.space_behind_break |= character == ' ' && previous.is_some_and(self::is_break);
            found.tab |= character == '\t';
            found.unprintable |= character != '\t' && !is_printable(character);
            previous = Some(character);
        }
        found
    }
}

/// Whether a character or two read as punctuation of YAML.
fn has_indicators(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = match bytes {
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] | [b'-' | b'?'] => true,
        [b'-' | b'?', b' ' | b'\t', ..] => true,
        [first, ..] => b"#,[]{}&*!|>'\"%@`".contains(first),
        [] => false,
    };
    let parts = |pair: &[u8]| matches!(pair, [b':', b' ' | b'\t'] | [b' ' | b'\t', b'#']);
    starts || bytes.ends_with(b":") || bytes.windows(2).any(parts)
}

/// Whether go-yaml takes the character for a line break.
pub(super) const fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether go-yaml writes the character as it is.
pub(super) const fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && character != '\u{feff}'
}

#[cfg(test)]
mod tests;

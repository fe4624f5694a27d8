//! Writing strings in their styles.

use super::page::Page;
use super::{Place, Writer};
use crate::format::yaml::string_style::{Style, Styled, is_break, is_printable};

impl Writer<'_> {
    /// Writes a string behind its indicator.
    pub(super) fn text(&mut self, styled: &Styled<'_>, place: Place) {
        if let Some(tag) = styled.tag {
            self.page.word(tag);
        }
        match styled.style {
            Style::DoubleQuoted => double_quoted(&mut self.page, &styled.text),
            Style::Literal if self.has_lines_beside() => {
                double_quoted(&mut self.page, &styled.text);
            }
            Style::Literal => self.literal(&styled.text, place),
            Style::Plain => self.page.word(&styled.text),
            Style::SingleQuoted => single_quoted(&mut self.page, &styled.text, place.own),
        }
    }

    /// Whether the comments beside a value take several lines, which in a literal block would
    /// become lines of the string.
    fn has_lines_beside(&self) -> bool {
        let line = &self.waiting.line;
        line.len() > 1 || line.iter().any(|text| text.contains(is_break))
    }

    fn literal(&mut self, text: &str, place: Place) {
        self.page.word("|");
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            // Stock writes the level always; of a string without lines to indent that is true.
            let is_blank = text.chars().all(is_break);
            let distance = place.own.saturating_sub(place.block);
            let digit = if is_blank { self.level } else { distance };
            self.page.attach(&digit.to_string());
        }
        self.page.attach(chomping(text));
        let line = std::mem::take(&mut self.waiting.line);
        if line.is_empty() {
            self.page.end_header();
        } else {
            self.page.comments_beside(&line, place.own);
        }
        for line in text.split_inclusive(is_break) {
            let body = line.trim_end_matches(is_break);
            if !body.is_empty() {
                self.page.indent(place.own);
                self.page.push_str(body);
            }
            if let Some(end) = line.chars().next_back().filter(|last| is_break(*last)) {
                self.page.break_line(end);
            }
        }
    }
}

/// What stands behind the `|` to say how many line breaks end the string.
fn chomping(text: &str) -> &'static str {
    let mut last = text.chars().rev();
    match (
        last.next().is_some_and(is_break),
        last.next().is_none_or(is_break),
    ) {
        (false, _) => "-",
        (true, true) => "+",
        (true, false) => "",
    }
}

fn single_quoted(page: &mut Page, text: &str, column: usize) {
    page.word("'");
    let mut follows_break = false;
    for character in text.chars() {
        if is_break(character) {
            page.break_line(character);
        } else {
            if follows_break {
                page.indent(column);
            }
            if character == '\'' {
                page.push('\'');
            }
            page.push(character);
        }
        follows_break = is_break(character);
    }
    page.attach("'");
}

/// Escapes every character of a string that starts with a byte order mark, as stock does.
fn double_quoted(page: &mut Page, text: &str) {
    page.word("\"");
    let escapes_all = text.starts_with('\u{feff}');
    for character in text.chars() {
        let is_plain = is_printable(character) && !is_break(character);
        if is_plain && !escapes_all && !matches!(character, '"' | '\\') {
            page.push(character);
        } else {
            page.attach(&escape(character));
        }
    }
    page.attach("\"");
}

fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => return long_escape(u32::from(character)),
    };
    String::from_iter(['\\', short])
}

fn long_escape(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02X}"),
        0x100..=0xffff => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}

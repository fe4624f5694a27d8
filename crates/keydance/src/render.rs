//! How values look to people.

mod record;
mod table;

// One file per noun of the wire.
pub(crate) mod audit;
mod credential;
mod execution;
mod flow;
mod group;
mod principal;
mod token;

pub(crate) use record::{Record, Say};
pub(crate) use table::{Listing, Row};

use std::fmt::Display;

use anstyle::Style;

/// A value that people can read.
pub(crate) trait Render {
    /// Writes it.
    fn render(&self, page: &mut Page);
}

/// A text with styles, which are left out where they cannot be seen.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    /// A line. Control characters that it holds are shown, not obeyed.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.text(&printable(&text.to_string()));
    }

    /// Lines that are ours, as they are.
    pub(crate) fn text(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// The text so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text in a style.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The text with its control characters made visible, so that no name can steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' || is_directional(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Marks that reorder the text around them.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Headings.
pub(crate) const HEADING: Style = Style::new().bold();

/// What is less important.
pub(crate) const QUIET: Style = Style::new().dimmed();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[31mb\r\u{202e}c"),
            "a\\u{1b}[31mb\\u{d}\\u{202e}c"
        );
        assert_eq!(printable("Prüfung — ok\nzwei"), "Prüfung — ok\nzwei");
    }
}

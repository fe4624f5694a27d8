//! The comments of a tree, sorted by what they stand beside.

use crate::format::WriteError;
use crate::tree::{Comment, Placement};

/// The texts of comments, in order.
pub(super) type Texts<'a> = Vec<&'a str>;

/// The comments between two entries.
#[derive(Default)]
pub(super) struct Run<'a> {
    /// Those on lines of their own.
    pub(super) lines: Texts<'a>,
    /// Those behind the value that comes next.
    pub(super) inline: Texts<'a>,
}

impl<'a> Run<'a> {
    /// Adds a comment. What YAML cannot hold in a comment is an error.
    pub(super) fn add(&mut self, comment: &'a Comment) -> Result<(), WriteError> {
        let text = comment
            .text
            .expose_str()
            .filter(|text| text.chars().all(is_allowed));
        let text = text.ok_or(WriteError::Shape(
            "a comment holds what YAML cannot hold in one",
        ))?;
        match comment.placement {
            Placement::Inline => self.inline.push(text),
            Placement::Line => self.lines.push(text),
        }
        Ok(())
    }

    /// Those that are left for an entry or item: in front of the first one, the comments on lines
    /// of their own belong to the collection and are written already.
    pub(super) fn behind(mut self, is_first: bool) -> Self {
        if is_first {
            self.lines.clear();
        }
        self
    }

    /// All of them, when nothing comes next.
    pub(super) fn into_texts(mut self) -> Texts<'a> {
        self.lines.append(&mut self.inline);
        self.lines
    }
}

/// The comments that wait for their place. Where two meet, the later takes the place: that is how
/// stock loses comments, and how its bytes come about.
#[derive(Default)]
pub(super) struct Waiting<'a> {
    /// Above what comes next.
    pub(super) head: Texts<'a>,
    /// Behind what was just written.
    pub(super) line: Texts<'a>,
    /// Behind the value of the key that was just written.
    pub(super) key_line: Texts<'a>,
    /// Below what was just written.
    pub(super) foot: Texts<'a>,
}

/// Puts comments in their place if there are any.
pub(super) fn put<'a>(place: &mut Texts<'a>, texts: Texts<'a>) {
    if !texts.is_empty() {
        *place = texts;
    }
}

/// Whether a file that holds the character can be read.
const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}')
        || character > '\u{ffff}'
}

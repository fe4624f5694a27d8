//! The lines of a YAML file while they are written, and where on them the cursor stands.
//!
//! The state is that of go-yaml's emitter, because it decides where stray comments break lines.

use crate::format::output::Output;
use crate::format::yaml::string_style::is_break;

/// What is written so far.
pub(super) struct Page {
    output: Output,
    /// How far indentation and indicators reach; kept only while nothing else stands on the line.
    column: usize,
    /// Nothing but indentation and `-`, `?` or `:` stands on the line.
    is_fresh: bool,
    /// The next word needs no blank before it.
    is_spaced: bool,
    /// The column of a comment that ends a block: a blank line parts it from what comes next at
    /// the same column.
    foot_column: Option<usize>,
}

impl Page {
    /// An empty page.
    pub(super) fn new() -> Self {
        Self {
            output: Output::default(),
            column: 0,
            is_fresh: true,
            is_spaced: true,
            foot_column: None,
        }
    }

    /// Everything written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.output.into_bytes()
    }

    /// Moves to a column where an entry, item or line can start, on a new line if need be.
    pub(super) fn indent(&mut self, column: usize) {
        let is_behind = self.column > column || (self.column == column && !self.is_spaced);
        if !self.is_fresh || is_behind {
            self.end_line();
        }
        if self.foot_column.take() == Some(column) {
            self.end_line();
        }
        self.output.push_blanks(column.saturating_sub(self.column));
        self.column = column;
        self.is_spaced = true;
    }

    /// Ends the line, even an empty one.
    pub(super) fn end_line(&mut self) {
        self.break_line('\n');
    }

    /// Writes a character that go-yaml takes for a line break.
    pub(super) fn break_line(&mut self, character: char) {
        self.output.push_char(character);
        self.column = 0;
        self.is_fresh = true;
    }

    /// Writes `-`, `?` or `:`, behind which a block may start on the same line.
    pub(super) fn indicator(&mut self, mark: &str) {
        self.space();
        self.output.push(mark.as_bytes());
        self.column = self.column.saturating_add(mark.len());
        self.is_spaced = false;
    }

    /// Writes text behind a blank.
    pub(super) fn word(&mut self, text: &str) {
        self.space();
        self.attach(text);
    }

    /// Writes text without a blank before it.
    pub(super) fn attach(&mut self, text: &str) {
        self.output.push(text.as_bytes());
        self.is_fresh = false;
        self.is_spaced = false;
    }

    /// Writes a character of a string or comment.
    pub(super) fn push(&mut self, character: char) {
        self.output.push_char(character);
        self.is_fresh = false;
    }

    /// Writes a part of a line of a literal block.
    pub(super) fn push_str(&mut self, text: &str) {
        self.output.push(text.as_bytes());
        self.is_fresh = false;
    }

    /// Ends the first line of a literal block.
    pub(super) fn end_header(&mut self) {
        self.end_line();
        self.is_spaced = true;
    }

    /// Writes comments on lines of their own.
    pub(super) fn comments(&mut self, texts: &[&str], column: usize) {
        self.indent(column);
        self.comments_here(texts, column);
    }

    /// Writes comments behind what stands on the line; further lines start at the column.
    pub(super) fn comments_beside(&mut self, texts: &[&str], column: usize) {
        if !self.is_spaced {
            self.output.push(b" ");
        }
        self.comments_here(texts, column);
    }

    /// Writes comments that end a block.
    pub(super) fn comments_below(&mut self, texts: &[&str], column: usize) {
        self.comments(texts, column);
        self.foot_column = Some(column);
    }

    /// Ends a document, after the comments that stand behind everything.
    pub(super) fn end_document(&mut self, foot: &[&str]) {
        if !foot.is_empty() {
            self.foot_column = Some(0);
            self.comments(foot, 0);
        }
        self.foot_column = None;
        self.indent(0);
    }

    fn space(&mut self) {
        if !self.is_spaced {
            self.output.push(b" ");
            self.column = self.column.saturating_add(1);
        }
    }

    /// Starts every line with `#`, those that a line break within a text makes too.
    fn comments_here(&mut self, texts: &[&str], column: usize) {
        let mut is_line_ended = false;
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                self.end_line();
                is_line_ended = true;
            }
            let mut is_marked = false;
            for character in std::iter::once('#').chain(text.chars()) {
                if is_break(character) {
                    self.break_line(character);
                    (is_line_ended, is_marked) = (true, false);
                    continue;
                }
                if is_line_ended {
                    self.indent(column);
                }
                if !is_marked && character != '#' {
                    self.push('#');
                    self.push(' ');
                }
                self.push(character);
                (is_line_ended, is_marked) = (false, true);
            }
        }
        if !is_line_ended {
            self.end_line();
        }
        self.is_spaced = true;
    }
}

//! Changes of a text, made all at once.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::format::output::Output;

/// Changes to make.
#[derive(Default)]
pub(super) struct Edits(Vec<Edit>);

/// A range of bytes and what stands there instead.
struct Edit {
    at: Range<usize>,
    text: Zeroizing<String>,
}

impl Edits {
    /// Puts text in the place of a range.
    pub(super) fn replace(&mut self, at: Range<usize>, text: Zeroizing<String>) {
        self.0.push(Edit { at, text });
    }

    /// Puts text before an offset, and behind what was put there before.
    pub(super) fn insert(&mut self, at: usize, text: Zeroizing<String>) {
        self.replace(at..at, text);
    }

    /// Takes a range away.
    pub(super) fn remove(&mut self, at: Range<usize>) {
        self.replace(at, Zeroizing::default());
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Forgets all but the first ones.
    pub(super) fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// The text with all changes, if no two are of the same bytes; what is taken away twice is
    /// taken away.
    pub(super) fn apply(mut self, source: &str, line_break: &str) -> Option<Output> {
        self.0.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut output = Output::default();
        let mut done = 0;
        let mut took = false;
        for Edit { at, text } in &self.0 {
            if at.start < done {
                if !(took && text.is_empty()) {
                    return None;
                }
                done = done.max(at.end);
                continue;
            }
            output.push(source.get(done..at.start)?.as_bytes());
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    output.push(line_break.as_bytes());
                }
                output.push(line.as_bytes());
            }
            done = at.end;
            took = text.is_empty();
        }
        output.push(source.get(done..)?.as_bytes());
        Some(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(edits: &[(Range<usize>, &str)]) -> Option<String> {
        let mut all = Edits::default();
        for (at, text) in edits {
            all.replace(at.clone(), Zeroizing::new((*text).to_owned()));
        }
        let output = all.apply("0123456789", "\r\n")?;
        Some(String::from_utf8(output.into_bytes()).unwrap())
    }

    #[test]
    fn changes_are_made_in_the_order_of_the_text() {
        let edits = [(5..6, "f\n"), (0..0, "a"), (0..0, "b"), (0..1, "c")];
        assert_eq!(applied(&edits).as_deref(), Some("abc1234f\r\n6789"));
        assert_eq!(applied(&[]).as_deref(), Some("0123456789"));
    }

    #[test]
    fn what_is_taken_away_twice_is_taken_away() {
        let edits = [(1..4, ""), (3..6, ""), (4..5, "")];
        assert_eq!(applied(&edits).as_deref(), Some("06789"));
    }

    #[test]
    fn two_texts_for_the_same_bytes_are_none() {
        assert_eq!(applied(&[(1..4, ""), (2..2, "x")]), None);
        assert_eq!(applied(&[(1..4, "x"), (2..5, "")]), None);
    }
}

//! Places in a text: lines, columns, and what stands next.

use std::ops::Range;

/// A text that ends with a line break.
#[derive(Clone, Copy)]
pub(super) struct Text<'s>(pub(super) &'s str);

/// Where the content of a value starts.
pub(super) struct Content {
    /// The first byte of it; of a block scalar, the bar or bracket.
    pub(super) start: usize,
    /// Its tag and the blanks behind that.
    pub(super) tag: Option<Range<usize>>,
}

impl Text<'_> {
    /// The byte at an offset.
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
    }

    /// The offset of the first byte of the line.
    pub(super) fn line_start(self, at: usize) -> usize {
        let before = self.0.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |end| end.saturating_add(1))
    }

    /// The offset of the first byte of the line below.
    pub(super) fn next_line(self, at: usize) -> usize {
        let behind = self.0.get(at..).unwrap_or_default();
        let length = behind.find('\n').map(|end| end.saturating_add(1));
        at.saturating_add(length.unwrap_or(behind.len()))
    }

    /// How many bytes stand before an offset in its line.
    pub(super) fn column(self, at: usize) -> usize {
        at.saturating_sub(self.line_start(at))
    }

    /// Whether only blanks stand before an offset in its line.
    pub(super) fn starts_line(self, at: usize) -> bool {
        let before = self.0.get(self.line_start(at)..at).unwrap_or_default();
        before.trim_start_matches(BLANKS).is_empty()
    }

    /// Whether only blanks stand behind an offset in its line.
    pub(super) fn ends_line(self, at: usize) -> bool {
        let behind = self.0.get(at..).unwrap_or_default();
        behind.trim_start_matches(BLANKS).starts_with(['\r', '\n'])
    }

    /// The offset behind the last byte before this one that is no blank.
    pub(super) fn before_blanks(self, at: usize) -> usize {
        let before = self.0.get(..at).unwrap_or_default();
        before.trim_end_matches(BLANKS).len()
    }

    /// The offset of what stands next, blanks, line breaks and comments left out.
    pub(super) fn token(self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.0.get(at..).unwrap_or_default();
            let token = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let skipped = rest.len().saturating_sub(token.len());
            at = at.saturating_add(skipped);
            if !token.starts_with('#') || skipped == 0 && at != self.line_start(at) {
                return at;
            }
            at = self.next_line(at);
        }
    }

    /// Where the content of a value starts whose colon or dash ends here.
    pub(super) fn content(self, from: usize) -> Content {
        let mut tag = None;
        let mut start = self.token(from);
        while let Some(mark @ (b'&' | b'!')) = self.byte(start) {
            let rest = self.0.get(start..).unwrap_or_default();
            let end = rest.find([' ', '\t', '\r', '\n', ',', ']', '}']);
            let end = start.saturating_add(end.unwrap_or(rest.len()));
            let behind = self.token(end);
            if mark == b'!' {
                tag = Some(start..behind);
            }
            start = behind;
        }
        Content { start, tag }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_next_is_found_behind_blanks_and_comments() {
        let text = Text("a: # c\n  # d\n  b#e: 1\n");
        assert_eq!(text.token(2), 15);
        assert_eq!(text.token(16), 16);
        assert_eq!(text.token(0), 0);
    }

    #[test]
    fn content_starts_behind_anchor_and_tag() {
        let text = Text("a: &x !!int 5\nb:\n  {c: !t d}\n");
        let content = text.content(2);
        assert_eq!(content.start, 12);
        assert_eq!(content.tag, Some(6..12));
        let content = text.content(16);
        assert_eq!(content.start, 19);
        assert_eq!(content.tag, None);
    }

    #[test]
    fn a_line_is_known_by_any_of_its_bytes() {
        let text = Text("a: 1\r\n  b: 2 \t\r\n");
        assert_eq!(
            (text.line_start(9), text.next_line(9), text.column(9)),
            (6, 17, 3)
        );
        assert!(text.starts_line(8) && !text.starts_line(9));
        assert!(text.ends_line(12) && text.ends_line(4) && !text.ends_line(3));
        assert_eq!(text.before_blanks(8), 6);
    }
}

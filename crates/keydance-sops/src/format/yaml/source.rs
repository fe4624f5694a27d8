//! From bytes to text, and from offsets in the text to lines and columns.

use zeroize::Zeroizing;

use crate::format::{Position, ReadError};

/// The text of bytes in UTF-8, without a byte order mark.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let at = std::str::from_utf8(valid).map_or(START, |text| position(text, text.len()));
        ReadError::Syntax {
            at,
            problem: "the text is not UTF-8",
        }
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// The text of bytes that start with a byte order mark of UTF-16, without the mark.
pub(super) fn utf16(bytes: &[u8]) -> Result<Option<Zeroizing<String>>, ReadError> {
    let (unit, rest): (fn([u8; 2]) -> u16, _) = match bytes.split_at_checked(2) {
        Some(([0xFF, 0xFE], rest)) => (u16::from_le_bytes, rest),
        Some(([0xFE, 0xFF], rest)) => (u16::from_be_bytes, rest),
        _ => return Ok(None),
    };
    let (pairs, []) = rest.as_chunks::<2>() else {
        return Err(ReadError::Syntax {
            at: START,
            problem: "the text is not UTF-16",
        });
    };
    // Two bytes of UTF-16 are three of UTF-8 at most, so the text never moves.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len().saturating_mul(3)));
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(character) = character else {
            let at = position(&text, text.len());
            return Err(ReadError::Syntax {
                at,
                problem: "the text is not UTF-16",
            });
        };
        text.push(character);
    }
    Ok(Some(text))
}

/// The line and column of the byte at `offset`.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let mut lines = before.split('\n');
    let last = lines.next_back().unwrap_or_default();
    Position {
        line: lines.count().saturating_add(1),
        column: last.chars().count().saturating_add(1),
    }
}

const START: Position = Position { line: 1, column: 1 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let text = "a\nbü c\n";
        assert_eq!(position(text, 0), START);
        assert_eq!(position(text, 1), Position { line: 1, column: 2 });
        assert_eq!(position(text, 6), Position { line: 2, column: 4 });
        assert_eq!(position(text, text.len()), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_refused_with_its_place() {
        let error = ReadError::Syntax {
            at: Position { line: 2, column: 4 },
            problem: "the text is not UTF-8",
        };
        assert_eq!(utf8(b"a: 1\nb: \xFF"), Err(error));
    }

    #[test]
    fn half_a_pair_or_half_a_surrogate_is_not_utf_16() {
        assert_eq!(utf16(b"a: 1").unwrap(), None);
        assert_eq!(utf16(b"\xFF\xFEa\0").unwrap().unwrap().as_str(), "a");
        assert_eq!(utf16(b"\xFE\xFF\0a").unwrap().unwrap().as_str(), "a");
        assert!(utf16(b"\xFE\xFF\0").is_err());
        assert!(utf16(b"\xFE\xFF\xD8\0\0a").is_err());
    }
}

//! Blanks around bytes that are mostly UTF-8: what Unicode calls white space.

/// Without the blanks in front and behind.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    trim_end(trim_start(bytes))
}

/// Without the blanks in front.
pub(super) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = (1..=LONGEST).find_map(|length| {
        let (blank, rest) = bytes.split_at_checked(length)?;
        is_blank(blank).then_some(rest)
    }) {
        bytes = rest;
    }
    bytes
}

/// Without the blanks behind.
pub(super) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = (1..=LONGEST).find_map(|length| {
        let (rest, blank) = bytes.split_at_checked(bytes.len().checked_sub(length)?)?;
        is_blank(blank).then_some(rest)
    }) {
        bytes = rest;
    }
    bytes
}

/// The most bytes of a blank in UTF-8.
const LONGEST: usize = 3;

fn is_blank(bytes: &[u8]) -> bool {
    match bytes {
        [byte] => byte.is_ascii() && char::from(*byte).is_whitespace(),
        [first, ..] if !first.is_ascii() => {
            str::from_utf8(bytes).is_ok_and(|text| text.chars().all(char::is_whitespace))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_those_of_unicode() {
        let blanks =
            "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2028}\u{202f}\u{205f}\u{3000}";
        let text = format!("{blanks}a b{blanks}");
        assert_eq!(trim(text.as_bytes()), b"a b");
        assert_eq!(
            trim_start(text.as_bytes()),
            format!("a b{blanks}").as_bytes()
        );
        assert_eq!(trim_end(text.as_bytes()), format!("{blanks}a b").as_bytes());
        assert_eq!(trim(blanks.as_bytes()), b"");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_no_blanks() {
        for bytes in [
            b"\x85".as_slice(),
            b"\xa0",
            b"\xe2\x80",
            b"\x80\x80",
            "\u{200b}".as_bytes(),
        ] {
            assert_eq!(trim(bytes), bytes);
        }
    }
}

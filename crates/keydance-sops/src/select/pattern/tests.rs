//! What Go matches, and what it refuses.

use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    let compiled = Pattern::new(pattern);
    assert!(compiled.is_valid(), "{pattern}");
    assert_eq!(compiled.text(), pattern);
    compiled.is_match(text.as_bytes())
}

#[test]
fn expressions_match_anywhere_and_are_case_sensitive() {
    assert!(matches("^(data|stringData)$", "stringData"));
    assert!(!matches("^(data|stringData)$", "metadata"));
    assert!(matches("pass", "my_password"));
    assert!(!matches("Pass", "my_password"));
    assert!(matches("(?i)Pass", "my_password"));
    assert!(matches("", "anything"));
}

#[test]
fn classes_of_perl_and_word_boundaries_are_ascii() {
    for (pattern, text, expected) in [
        (r"^\w+$", "naïve", false),
        (r"^\w+$", "naive_1", true),
        (r"\W", "ï", true),
        (r"\d", "٣", false),
        (r"^[\d_]+$", "1_2", true),
        (r"^[^\W]+$", "ï", false),
        (r"\s", "\u{a0}", false),
        (r"\s", "\u{b}", false),
        (r"\bve\b", "naïve", true),
        (r"\Bve", "naïve", false),
        (r"\pL", "ï", true),
        (r"^\p{Greek}{2}$", "αβ", true),
        (r"^\x{3b1}$", "α", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn what_is_special_to_the_crate_only_means_itself() {
    for (pattern, text, expected) in [
        (r"^[a[]$", "[", true),
        (r"^[]a]$", "]", true),
        (r"^[^]a]$", "]", false),
        (r"^[a&&b]$", "&", true),
        (r"^[a~~b]$", "~", true),
        (r"^[+--]$", ",", true),
        (r"^[--/]$", ".", true),
        (r"^[a-]$", "-", true),
        (r"^[a-c-e]$", "d", false),
        (r"^[\d-z]$", "-", true),
        (r"^[[:alpha:]-]+$", "ab-", true),
        (r"^[[:^digit:]]$", "x", true),
        (r"^[[:a]$", ":", true),
        (r"^\Qa.b\E.$", "a.bc", true),
        (r"^\Qa.b\E.$", "axbc", false),
        (r"^\Q(", "(", true),
        (r"^a{$", "a{", true),
        (r"^a{,2}$", "a{,2}", true),
        (r"^a{b}$", "a{b}", true),
        (r"^{$", "{", true),
        (r"^a\<b$", "a<b", true),
        (r"^a{2,3}?$", "aaa", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn what_go_refuses_matches_nothing() {
    for pattern in [
        "(",
        "[",
        "a**",
        "a*+",
        "a++",
        "a??+",
        "a{2}{3}",
        "a{2}*",
        "a{1001}",
        "a{99999999999}",
        "a{2,1}",
        "(?x)a",
        "(?u)a",
        "(?R)a",
        "(?=a)",
        "(?!a)",
        "(?<!a)",
        r"\1",
        r"\u0041",
        r"\",
        r"[\]",
        r"\p{Nonsense}",
        "[b-a]",
        "(?",
        "*",
        r"\C",
        r"\E",
        r"\Z",
    ] {
        let compiled = Pattern::new(pattern);
        assert!(!compiled.is_valid(), "{pattern}");
        assert!(!compiled.is_match(b"a"), "{pattern}");
    }
}

#[test]
fn a_byte_of_no_character_is_one_character() {
    assert!(Pattern::new("^a.b$").is_match(b"a\xffb"));
    assert!(Pattern::new("^a..b$").is_match(b"a\xe2\x82b"));
    assert!(Pattern::new(r"^a\x{fffd}b$").is_match(b"a\xffb"));
    assert!(!Pattern::new("^ab$").is_match(b"a\xffb"));
}

proptest! {
    #[test]
    fn any_text_is_a_pattern_or_is_not(pattern: String, text: Vec<u8>) {
        Pattern::new(&pattern).is_match(&text);
    }

    #[test]
    fn a_quoted_text_matches_itself_only(text in "[^\\\\]*", other in "[^\\\\]*") {
        let pattern = Pattern::new(&format!(r"^\Q{text}\E$"));
        prop_assert!(pattern.is_match(text.as_bytes()));
        prop_assert_eq!(pattern.is_match(other.as_bytes()), text == other);
    }
}

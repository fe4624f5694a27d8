use super::*;

#[track_caller]
fn assert_style(style: Style, texts: &[&str]) {
    for text in texts {
        let styled = Styled::of(text.as_bytes());
        assert_eq!(
            (styled.style, styled.tag, &*styled.text),
            (style, None, *text),
            "{text:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_base64_on_one_line_or_in_lines_of_70() {
    let short = Styled::of(&[0xff, 0x00]);
    assert_eq!(
        (short.tag, short.style, &*short.text),
        (Some("!!binary"), Style::Plain, "/wA=")
    );
    let longest = [0xff; 51];
    assert_eq!(Styled::of(&longest).style, Style::Plain);
    let longer = [0xff; 105];
    let longer = Styled::of(&longer);
    let line = "/".repeat(70);
    assert_eq!(
        (longer.style, &*longer.text),
        (Style::Literal, &*format!("{line}\n{line}\n"))
    );
}

#[test]
fn strings_of_several_lines_are_literal() {
    let texts = [
        "a\nb",
        "a\n",
        "\n",
        " a\nb",
        "\na",
        "a\n b\n\n",
        "a\n\tb\t\nc",
        "<<\n",
        "é\n",
    ];
    assert_style(Style::Literal, &texts);
    assert_style(
        Style::Literal,
        &["a\u{2028}b\n", "1\n", "# no comment\n", "a: b\n"],
    );
}

#[test]
fn strings_of_several_lines_that_a_block_cannot_hold_are_double_quoted() {
    let texts = [
        "a\nb ",
        "a \nb",
        " \n",
        "a\r\nb",
        "a\n\u{7}",
        "a\n😀",
        "a\n\u{feff}",
        "\ta\nb",
    ];
    assert_style(Style::DoubleQuoted, &texts);
    assert_style(Style::DoubleQuoted, &["a\n \u{2028}b", "\u{85}\n"]);
}

#[test]
fn a_merge_key_keeps_its_tag() {
    let styled = Styled::of(b"<<");
    assert_eq!((styled.tag, styled.style), (Some("!!merge"), Style::Plain));
    assert_style(Style::Plain, &["<", "<<<"]);
}

#[test]
fn strings_that_read_as_another_type_are_double_quoted() {
    let texts = [
        "",
        "~",
        "null",
        "true",
        "1",
        "-1.5",
        "0x1F",
        ".inf",
        "2025-01-02",
        "1_0",
    ];
    assert_style(Style::DoubleQuoted, &texts);
    assert_style(
        Style::DoubleQuoted,
        &["y", "Yes", "NO", "n", "Off", "on", "ON", "N", "no"],
    );
    assert_style(
        Style::DoubleQuoted,
        &["1:30", "+1_0:5:59", "-1:2.5_", "1:2.", "0:0"],
    );
    assert_style(
        Style::Plain,
        &["yEs", "oN", "1:60", "_1:2", "a:1", "1:2.5.1"],
    );
}

#[test]
fn tabs_and_what_cannot_be_printed_are_double_quoted() {
    let texts = [
        "a\tb",
        "\t",
        "\u{7f}",
        "\0",
        "\u{85}",
        "\u{9f}",
        "a\rb",
        "😀",
        "\u{feff}a",
    ];
    assert_style(Style::DoubleQuoted, &texts);
    assert_style(
        Style::Plain,
        &["\u{a0}", "\u{d7ff}", "\u{e000}", "\u{fffd}", "naïve"],
    );
    assert_style(
        Style::DoubleQuoted,
        &["\u{fffe}", "\u{ffff}", "\u{2028} a", "a \u{2028}"],
    );
}

#[test]
fn strings_with_punctuation_of_yaml_are_single_quoted() {
    let texts = [
        " a", "a ", "# a", ",", "[a]", "{", "&a", "*a", "!", "|", ">", "'", "\"", "%", "@",
    ];
    assert_style(Style::SingleQuoted, &texts);
    let texts = [
        "`", "---", "--- a", "...a", "?", "? a", ":", ": a", "-", "- a", "a: b", "a:",
    ];
    assert_style(Style::SingleQuoted, &texts);
    assert_style(
        Style::SingleQuoted,
        &["a #b", "a\u{2028}b", "\u{2029}", "1:"],
    );
}

#[test]
fn anything_else_is_plain() {
    let texts = [
        "a", "a b", "a:b", "a#b", "-a", "?a", ":a", "a,b", "a[b]", "--", "..", "~a", "$",
    ];
    assert_style(Style::Plain, &texts);
    assert_style(
        Style::Plain,
        &[
            "a'b",
            "a\"b",
            "a\\b",
            "(a)",
            "=",
            "ENC[a,b:c]",
            "1a",
            "truex",
        ],
    );
}

#[test]
fn long_keys_and_keys_with_line_breaks_are_not_simple() {
    let (longest, longer) = ("k".repeat(128), "k".repeat(129));
    assert!(Styled::of(longest.as_bytes()).is_simple_key());
    assert!(!Styled::of(longer.as_bytes()).is_simple_key());
    for key in ["a\nb", "a\rb", "a\u{85}", "\u{2028}"] {
        assert!(!Styled::of(key.as_bytes()).is_simple_key(), "{key:?}");
    }
    assert!(Styled::of(b"").is_simple_key());
    assert!(!Styled::of(&[0xff; 60]).is_simple_key());
}

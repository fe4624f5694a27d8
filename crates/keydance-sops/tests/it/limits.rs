//! Input that is meant to cost more than it should.

use std::fmt::Write as _;

use keydance_sops::format::{Format, ReadError, ReadOptions};

use crate::ours;
use crate::stock::Creation;

fn read(format: Format, text: &str) -> Result<(), ReadError> {
    let tree = format.read_plain(text.as_bytes(), &ReadOptions::default());
    tree.map(drop)
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{},", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{below}]").unwrap();
    }
    assert!(matches!(
        read(Format::Yaml, &text),
        Err(ReadError::TooLarge { .. })
    ));
    assert!(read(Format::Yaml, "a: &a\n  b: *a\n").is_err());
}

#[test]
fn nesting_of_a_hundred_thousand_levels_is_refused() {
    const LEVELS: usize = 100_000;
    let (open, close) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
    let maps = "{\"a\":".repeat(LEVELS);
    for (format, text) in [
        (Format::Yaml, format!("a: {open}{close}\n")),
        (Format::Yaml, format!("a: {open}")),
        (Format::Yaml, "{a: ".repeat(LEVELS)),
        (Format::Yaml, format!("a:\n  {}x\n", "- ".repeat(LEVELS))),
        (Format::Json, format!("{{\"a\":{open}{close}}}")),
        (Format::Json, maps),
    ] {
        assert!(read(format, &text).is_err(), "{format:?} {}", &text[..9]);
    }
}

#[test]
fn a_large_value_comes_back() {
    let value = "0123456789abcdef".repeat(1 << 15);
    for (format, plain) in [
        (Format::Binary, value.clone()),
        (Format::Dotenv, format!("A={value}\n")),
        (Format::Json, format!("{{\n\t\"a\": \"{value}\"\n}}\n")),
        (Format::Yaml, format!("a: {}x\n", "long ".repeat(1 << 16))),
    ] {
        let encrypted = ours::encrypt(format, plain.as_bytes(), &Creation::PLAIN, 2).unwrap();
        let opened = ours::decrypt(format, &encrypted, &["alice"]).unwrap();
        assert!(opened == plain.as_bytes(), "{format:?}");
    }
}

//! The types of scalars.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::node::{Kind, Scalar, Tag};
use super::timestamp;
use crate::tree::{Text, Time, Value};

/// Why a scalar is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ScalarError {
    /// An integer from 2^63 to 2^64-1.
    #[error("an integer does not fit 64 bits with sign")]
    IntegerTooLarge,
    /// A text that its tag does not allow.
    #[error("a value does not fit its tag")]
    Unfit,
}

/// What a plain scalar without a tag is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plain {
    Bool(bool),
    Float(f64),
    Int(i64),
    /// An integer from 2^63 to 2^64-1.
    IntegerTooLarge,
    Null,
    Text,
    Time(Time),
}

/// The value of a scalar.
pub(super) fn value(scalar: &Scalar<'_>) -> Result<Value, ScalarError> {
    let text = scalar.text.as_ref();
    match scalar.kind {
        Kind::Plain => match plain(text) {
            Plain::Bool(truth) => Ok(Value::Bool(truth)),
            Plain::Float(number) => Ok(Value::Float(number)),
            Plain::Int(number) => Ok(Value::Int(number)),
            Plain::IntegerTooLarge => Err(ScalarError::IntegerTooLarge),
            Plain::Null => Ok(Value::Null),
            Plain::Text => Ok(Value::from(text)),
            Plain::Time(time) => Ok(Value::Time(time)),
        },
        Kind::Quoted => Ok(Value::from(text)),
        Kind::Tagged(tag) => tagged(tag, text),
    }
}

/// What a plain scalar without a tag is, by its text.
pub(super) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Plain::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') => fraction(text),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => Plain::Text,
    }
}

/// What starts with a point, where `_` may only stand between digits.
fn fraction(text: &str) -> Plain {
    let after = text.split('_').skip(1);
    let separated = text.split('_').zip(after).all(|(before, after)| {
        before.ends_with(|end: char| end.is_ascii_digit())
            && after.starts_with(|start: char| start.is_ascii_digit())
    });
    let digits = Zeroizing::new(text.replace('_', ""));
    let number = if separated { float(&digits) } else { None };
    number.map_or(Plain::Text, Plain::Float)
}

fn number(text: &str) -> Plain {
    if let Some(time) = timestamp::parse(text) {
        return Plain::Time(time);
    }
    let digits = Zeroizing::new(text.replace('_', ""));
    integer(&digits)
        .or_else(|| float(&digits).map(Plain::Float))
        .unwrap_or(Plain::Text)
}

/// An integer: decimal, or in another base by its prefix, a lone `0` being the one of octal.
fn integer(text: &str) -> Option<Plain> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, radix) = match body.split_at_checked(2) {
        Some(("0x" | "0X", digits)) => (digits, 16),
        Some(("0o" | "0O", digits)) => (digits, 8),
        Some(("0b" | "0B", digits)) => (digits, 2),
        Some(_) => body
            .strip_prefix('0')
            .map_or((body, 10), |digits| (digits, 8)),
        None => (body, 10),
    };
    // The standard library would take another sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if text.starts_with('-') {
        return 0_i64.checked_sub_unsigned(magnitude).map(Plain::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Plain::Int(number)),
        Err(_) if text.starts_with('+') => None,
        Err(_) => Some(Plain::IntegerTooLarge),
    }
}

/// A decimal number `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` that a double can hold.
fn float(text: &str) -> Option<f64> {
    let decimal = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    // Of these characters the standard library makes a number of the same texts.
    if decimal {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    } else {
        None
    }
}

fn tagged(tag: Tag, text: &str) -> Result<Value, ScalarError> {
    match (tag, plain(text)) {
        (Tag::Text, _) => Ok(Value::from(text)),
        (Tag::Binary, _) => binary(text).map(Value::Text).ok_or(ScalarError::Unfit),
        (Tag::Bool, Plain::Bool(truth)) => Ok(Value::Bool(truth)),
        (Tag::Float, Plain::Float(number)) => Ok(Value::Float(number)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "the nearest double is what is meant"
        )]
        (Tag::Float, Plain::Int(number)) => Ok(Value::Float(number as f64)),
        (Tag::Int, Plain::Int(number)) => Ok(Value::Int(number)),
        (Tag::Int, Plain::IntegerTooLarge) => Err(ScalarError::IntegerTooLarge),
        (Tag::Null, Plain::Null) => Ok(Value::Null),
        (Tag::Timestamp, Plain::Time(time)) => Ok(Value::Time(time)),
        _ => Err(ScalarError::Unfit),
    }
}

/// The bytes of base64 with padding, line breaks ignored.
fn binary(text: &str) -> Option<Text> {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    let digits = Zeroizing::new(text.replace(['\r', '\n'], ""));
    engine.decode(digits.as_bytes()).ok().map(Text::from)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    /// What a text resolves to, in letters that tell the types apart.
    fn resolved(text: &str) -> String {
        match plain(text) {
            Plain::Bool(truth) => format!("bool {truth}"),
            Plain::Float(number) => format!("float {number:?}"),
            Plain::Int(number) => format!("int {number}"),
            Plain::IntegerTooLarge => "too large".to_owned(),
            Plain::Null => "null".to_owned(),
            Plain::Text => "text".to_owned(),
            Plain::Time(time) => format!("time {time}"),
        }
    }

    fn all_resolve(texts: &[&str], to: &str) {
        for text in texts {
            assert_eq!(resolved(text), to, "{text}");
        }
    }

    #[test]
    fn null_has_five_spellings() {
        all_resolve(&["", "~", "null", "Null", "NULL"], "null");
        all_resolve(&["nULL", "nil", "~~"], "text");
    }

    #[test]
    fn truth_has_three_spellings_each_and_yes_is_text() {
        all_resolve(&["true", "True", "TRUE"], "bool true");
        all_resolve(&["false", "False", "FALSE"], "bool false");
        all_resolve(&["tRUE", "yes", "Yes", "no", "on", "OFF", "y", "N"], "text");
    }

    #[test]
    fn what_is_no_finite_number_has_names() {
        all_resolve(&[".inf", ".Inf", ".INF", "+.inf", "+.INF"], "float inf");
        all_resolve(&["-.inf", "-.Inf", "-.INF"], "float -inf");
        all_resolve(&[".nan", ".NaN", ".NAN"], "float NaN");
        all_resolve(&["+.nan", "-.nan", "inf", ".iNF", "NaN"], "text");
    }

    #[test]
    fn an_integer_has_five_notations_and_underscores_anywhere() {
        all_resolve(
            &[
                "12", "+12", "1_2", "12_", "0xC", "0XC", "0o14", "014", "0b1100",
            ],
            "int 12",
        );
        all_resolve(&["-12", "-0xc", "-0o14", "-014", "-0b1_1_0_0"], "int -12");
        all_resolve(&["0", "-0", "+0", "00", "0_0"], "int 0");
        all_resolve(
            &[
                "0x", "0xg", "0b2", "0o8", "--1", "+-1", "0x-1", "_1", "-", "1,0",
            ],
            "text",
        );
    }

    #[test]
    fn an_integer_beyond_64_bits_with_sign_is_refused_until_it_becomes_a_float() {
        all_resolve(&["9223372036854775807"], "int 9223372036854775807");
        all_resolve(&["-9223372036854775808"], "int -9223372036854775808");
        all_resolve(
            &["9223372036854775808", "18446744073709551615"],
            "too large",
        );
        all_resolve(
            &["0xFFFFFFFFFFFFFFFF", "01777777777777777777777"],
            "too large",
        );
        all_resolve(&["18446744073709551616"], "float 1.8446744073709552e19");
        all_resolve(&["+9223372036854775808"], "float 9.223372036854776e18");
        all_resolve(&["-9223372036854775809"], "float -9.223372036854776e18");
        all_resolve(&["0x10000000000000000"], "text");
    }

    #[test]
    fn a_float_is_decimal() {
        all_resolve(
            &["1.5", "+1.5", "15e-1", "0.15E1", "1_.5", "1.5_0"],
            "float 1.5",
        );
        all_resolve(&["8.", "08", "0_8", "8e0"], "float 8.0");
        all_resolve(&[".5", "+.5", ".50", "5e-1", ".5_0"], "float 0.5");
        all_resolve(
            &[
                "1e400", "-1e400", "1e", "1e+", "1.5.", "1.e", "0x1.8", "1 5",
            ],
            "text",
        );
        all_resolve(&[".", ".e5", ".5_", "._5", ".5__0", "..5"], "text");
        all_resolve(&["1e-400"], "float 0.0");
    }

    #[test]
    fn what_only_looks_like_another_type_is_text() {
        all_resolve(
            &["1:30", "190:20:30", "<<", "=", "a", "1.2.3.4", "ü"],
            "text",
        );
    }

    #[test]
    fn a_date_is_a_time() {
        all_resolve(&["2025-01-02"], "time 2025-01-02T00:00:00Z");
        all_resolve(&["2025-01", "2025-02-29", "2025-01-02T03:04:05"], "text");
    }

    fn value_of(kind: Kind, text: &str) -> Result<Value, ScalarError> {
        value(&Scalar {
            text: Cow::Borrowed(text),
            kind,
        })
    }

    #[test]
    fn a_quoted_scalar_is_text() {
        for text in ["", "null", "true", "12", "2025-01-02"] {
            assert_eq!(value_of(Kind::Quoted, text), Ok(Value::from(text)));
        }
    }

    #[test]
    fn a_tag_makes_a_type_of_what_fits_it() {
        let tagged = |tag, text| value_of(Kind::Tagged(tag), text);
        assert_eq!(tagged(Tag::Text, "12"), Ok(Value::from("12")));
        assert_eq!(tagged(Tag::Text, ""), Ok(Value::from("")));
        assert_eq!(tagged(Tag::Int, "0x10"), Ok(Value::Int(16)));
        assert_eq!(tagged(Tag::Float, "1"), Ok(Value::Float(1.0)));
        assert_eq!(tagged(Tag::Float, ".inf"), Ok(Value::Float(f64::INFINITY)));
        assert_eq!(tagged(Tag::Bool, "True"), Ok(Value::Bool(true)));
        assert_eq!(tagged(Tag::Null, ""), Ok(Value::Null));
        let time = Time::parse("2025-01-02T00:00:00Z").unwrap();
        assert_eq!(tagged(Tag::Timestamp, "2025-01-02"), Ok(Value::Time(time)));
    }

    #[test]
    fn a_value_that_does_not_fit_its_tag_is_refused() {
        for (tag, text) in [
            (Tag::Int, "1.5"),
            (Tag::Int, "x"),
            (Tag::Int, "2025-01-02"),
            (Tag::Float, "x"),
            (Tag::Float, "9223372036854775808"),
            (Tag::Bool, "yes"),
            (Tag::Null, "x"),
            (Tag::Timestamp, "12"),
            (Tag::Binary, "not base64"),
        ] {
            assert_eq!(
                value_of(Kind::Tagged(tag), text),
                Err(ScalarError::Unfit),
                "{tag:?} {text}"
            );
        }
        let large = value_of(Kind::Tagged(Tag::Int), "9223372036854775808");
        assert_eq!(large, Err(ScalarError::IntegerTooLarge));
    }

    #[test]
    fn binary_is_base64_with_padding_over_any_number_of_lines() {
        let binary = |text| value_of(Kind::Tagged(Tag::Binary), text);
        let bytes = |bytes: &[u8]| Ok(Value::Text(Text::from(bytes)));
        assert_eq!(binary("aGVsbG8="), bytes(b"hello"));
        assert_eq!(binary("aGVs\nbG8=\n"), bytes(b"hello"));
        assert_eq!(binary("/w=="), bytes(b"\xFF"));
        assert_eq!(
            binary("/x=="),
            bytes(b"\xFF"),
            "bits behind the last byte are ignored"
        );
        assert_eq!(binary(""), bytes(b""));
        assert_eq!(binary("aGVsbG8"), Err(ScalarError::Unfit));
        assert_eq!(binary("aGVs bG8="), Err(ScalarError::Unfit));
    }
}

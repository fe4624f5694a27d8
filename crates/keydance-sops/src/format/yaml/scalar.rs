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

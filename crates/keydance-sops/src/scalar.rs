//! Scalars as the bytes that are encrypted and hashed, and back.

use std::io::Write as _;

use zeroize::Zeroizing;

use crate::tree::{Text, Time, Value};

/// What the `type:` of an encrypted scalar says. It is not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `True` or `False`.
    Bool,
    /// A string, as other implementations wrote it; never written.
    Bytes,
    /// The text of a comment.
    Comment,
    /// Decimal digits without exponent, or `+Inf`, `-Inf`, `NaN`.
    Float,
    /// Decimal digits with an optional sign.
    Int,
    /// A string.
    Str,
    /// An RFC 3339 time.
    Time,
}

/// The bytes of a scalar that are encrypted and hashed. They are secret.
#[derive(Clone, Copy)]
pub(crate) struct Plaintext<'a> {
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
}

/// Room for the digits of one number, truth value or time after another; wiped on drop.
pub(crate) struct Digits(Zeroizing<Vec<u8>>);

impl Kind {
    /// The word after `type:`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Bytes => "bytes",
            Self::Comment => "comment",
            Self::Float => "float",
            Self::Int => "int",
            Self::Str => "str",
            Self::Time => "time",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn of_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"bool" => Self::Bool,
            b"bytes" => Self::Bytes,
            b"comment" => Self::Comment,
            b"float" => Self::Float,
            b"int" => Self::Int,
            b"str" => Self::Str,
            b"time" => Self::Time,
            _ => return None,
        })
    }

    /// The value whose plaintext this is, in any spelling that SOPS reads; text for a comment.
    pub(crate) fn value(self, plaintext: &[u8]) -> Option<Value> {
        if matches!(self, Self::Bytes | Self::Comment | Self::Str) {
            return Some(Value::Text(Text::from(plaintext)));
        }
        let text = str::from_utf8(plaintext).ok()?;
        match self {
            Self::Bool => parse_bool(text).map(Value::Bool),
            Self::Float => parse_float(text).map(Value::Float),
            Self::Int => text.parse().ok().map(Value::Int),
            Self::Time => Time::parse(text).ok().map(Value::Time),
            Self::Bytes | Self::Comment | Self::Str => None,
        }
    }
}

impl<'a> Plaintext<'a> {
    /// The plaintext of a scalar; none for null, maps and lists, which are never encrypted.
    pub(crate) fn of(value: &'a Value, digits: &'a mut Digits) -> Option<Self> {
        let (kind, bytes) = match value {
            Value::Bool(true) => (Kind::Bool, b"True".as_slice()),
            Value::Bool(false) => (Kind::Bool, b"False".as_slice()),
            Value::Float(number) if number.is_nan() => (Kind::Float, b"NaN".as_slice()),
            Value::Float(f64::INFINITY) => (Kind::Float, b"+Inf".as_slice()),
            Value::Float(f64::NEG_INFINITY) => (Kind::Float, b"-Inf".as_slice()),
            // The shortest digits that read back as the same number, never an exponent.
            Value::Float(number) => (Kind::Float, digits.write(format_args!("{number}"))?),
            Value::Int(number) => (Kind::Int, digits.write(format_args!("{number}"))?),
            Value::Text(text) => (Kind::Str, text.expose()),
            Value::Time(time) => (Kind::Time, digits.write(format_args!("{time}"))?),
            Value::List(_) | Value::Map(_) | Value::Null => return None,
        };
        Some(Self { kind, bytes })
    }

    /// The plaintext of a comment.
    pub(crate) fn of_comment(text: &'a Text) -> Self {
        Self {
            kind: Kind::Comment,
            bytes: text.expose(),
        }
    }
}

impl Digits {
    /// Longer than any number: the smallest double has 327 characters.
    const CAPACITY: usize = 512;

    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(Self::CAPACITY)))
    }

    fn write(&mut self, digits: std::fmt::Arguments<'_>) -> Option<&[u8]> {
        self.0.clear();
        self.0.write_fmt(digits).ok()?;
        Some(&self.0)
    }
}

/// The spellings of Go's `strconv.ParseBool`.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(true),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A number too large for a double is an error to Go, but infinite to Rust.
fn parse_float(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let named = !text.bytes().any(|byte| byte.is_ascii_digit());
    (number.is_finite() || named).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plaintext(value: &Value) -> String {
        let mut digits = Digits::new();
        let plaintext = Plaintext::of(value, &mut digits).unwrap();
        String::from_utf8(plaintext.bytes.to_vec()).unwrap()
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (number, text) in [
            (1.0, "1"),
            (1.5, "1.5"),
            (-0.0, "-0"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123_456_789.125, "123456789.125"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(plaintext(&Value::Float(number)), text);
        }
        assert!(plaintext(&Value::Float(-f64::from_bits(1))).len() < Digits::CAPACITY);
        assert!(plaintext(&Value::Float(-f64::MIN_POSITIVE)).len() < Digits::CAPACITY);
    }

    #[test]
    fn other_scalars_are_written_as_python_wrote_them() {
        assert_eq!(plaintext(&Value::Bool(true)), "True");
        assert_eq!(plaintext(&Value::Bool(false)), "False");
        assert_eq!(plaintext(&Value::Int(i64::MIN)), "-9223372036854775808");
        let time = Time::parse("2025-01-02T03:04:05.6780+00:00").unwrap();
        assert_eq!(plaintext(&Value::Time(time)), "2025-01-02T03:04:05.678Z");
        assert_eq!(plaintext(&Value::from("as it is ")), "as it is ");
    }

    #[test]
    fn every_spelling_of_go_reads_back() {
        for (kind, text, value) in [
            (Kind::Bool, "1", Value::Bool(true)),
            (Kind::Bool, "T", Value::Bool(true)),
            (Kind::Bool, "False", Value::Bool(false)),
            (Kind::Int, "+5", Value::Int(5)),
            (Kind::Int, "-007", Value::Int(-7)),
            (Kind::Float, "1e3", Value::Float(1000.0)),
            (Kind::Float, ".5", Value::Float(0.5)),
            (Kind::Float, "5.", Value::Float(5.0)),
            (Kind::Float, "-inf", Value::Float(f64::NEG_INFINITY)),
            (Kind::Float, "+Infinity", Value::Float(f64::INFINITY)),
            (Kind::Float, "nan", Value::Float(f64::NAN)),
            (Kind::Bytes, "text", Value::from("text")),
            (Kind::Comment, " note", Value::from(" note")),
        ] {
            assert_eq!(kind.value(text.as_bytes()), Some(value), "{kind:?} {text}");
        }
    }

    #[test]
    fn what_is_not_of_its_kind_is_refused() {
        for (kind, text) in [
            (Kind::Bool, "yes"),
            (Kind::Bool, ""),
            (Kind::Int, "9223372036854775808"),
            (Kind::Int, "1_000"),
            (Kind::Int, " 1"),
            (Kind::Int, "1.0"),
            (Kind::Float, "1e400"),
            (Kind::Float, "-1e400"),
            (Kind::Float, "1,5"),
            (Kind::Time, "2025-01-02"),
        ] {
            assert_eq!(kind.value(text.as_bytes()), None, "{kind:?} {text}");
        }
        assert_eq!(Kind::Int.value(b"\xff"), None);
    }

    #[test]
    fn every_kind_is_found_by_its_word() {
        for word in ["bool", "bytes", "comment", "float", "int", "str", "time"] {
            assert_eq!(Kind::of_word(word.as_bytes()).map(Kind::word), Some(word));
        }
        assert_eq!(Kind::of_word(b"Str"), None);
    }

    proptest! {
        #[test]
        fn numbers_read_back_as_they_were(bits: u64, int: i64) {
            let float = f64::from_bits(bits);
            prop_assume!(!float.is_nan());
            let float = Value::Float(float);
            prop_assert_eq!(Kind::Float.value(plaintext(&float).as_bytes()), Some(float));
            let int = Value::Int(int);
            prop_assert_eq!(Kind::Int.value(plaintext(&int).as_bytes()), Some(int));
        }
    }
}

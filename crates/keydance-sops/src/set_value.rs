//! What a value on the command line stands for: JSON, or text of a type that is asked for.

use crate::format::{ReadError, json};
use crate::scalar::Kind;
use crate::tree::Value;

/// How a number is taken that is the whole of the text; numbers inside are as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BareNumber {
    /// An integer if it is written as one and fits 64 bits with sign, else a float.
    AsWritten,
    /// Always a float, as stock sops has it.
    Float,
}

/// Why a text is no value. Never the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetValueError {
    /// Not JSON.
    #[error("the value is not JSON")]
    Json(#[from] ReadError),
    /// Not of the type that was asked for, or no value is of that type.
    #[error("the value is not of the type {}", .0.word())]
    NotOfKind(Kind),
}

/// Reads a value as JSON, of any type; lists too, which stock sops refuses.
pub fn from_json(text: &[u8], bare: BareNumber) -> Result<Value, SetValueError> {
    Ok(match (bare, json::read_value(text)?) {
        // To the nearest double, as the digits would be read. Not so the sign of `-0`: left plain in
        // YAML, a float of that value would be read back as an integer, and the MAC not match.
        (BareNumber::Float, Value::Int(number)) => Value::Float(number as f64),
        (_, value) => value,
    })
}

/// Reads text of one type: a string as it stands, anything else with or without blanks around it,
/// in the spellings that are decrypted to that type.
pub fn of_kind(text: &[u8], kind: Kind) -> Result<Value, SetValueError> {
    let text = if kind == Kind::Str {
        text
    } else {
        text.trim_ascii()
    };
    let written = !matches!(kind, Kind::Bytes | Kind::Comment);
    let value = written.then(|| kind.value(text)).flatten();
    value.ok_or(SetValueError::NotOfKind(kind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tree::{Entry, Item, Map, Time};

    fn json(text: &str) -> Value {
        from_json(text.as_bytes(), BareNumber::AsWritten).unwrap()
    }

    fn as_stock(text: &str) -> Value {
        from_json(text.as_bytes(), BareNumber::Float).unwrap()
    }

    fn map(key: &str, value: impl Into<Value>) -> Value {
        Map {
            entries: vec![Entry::Pair(key.into(), value.into())],
        }
        .into()
    }

    fn list(values: impl IntoIterator<Item = Value>) -> Value {
        Value::List(values.into_iter().map(Item::Value).collect())
    }

    #[test]
    fn scalars_are_json() {
        for (text, value) in [
            ("null", Value::Null),
            ("true", true.into()),
            (r#""text\n""#, "text\n".into()),
            (r#""""#, "".into()),
            (" 5 ", 5_i64.into()),
            ("5.0", Value::Float(5.0)),
            ("1e3", Value::Float(1000.0)),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_a_float_as_stock_has_it() {
        assert_eq!(as_stock("5"), Value::Float(5.0));
        assert_eq!(
            as_stock(" 9007199254740993\n"),
            Value::Float(9_007_199_254_740_992.0)
        );
        assert_eq!(as_stock("-0"), Value::Float(0.0));
        assert_eq!(as_stock("true"), true.into());
    }

    #[test]
    fn a_number_inside_is_an_integer_either_way() {
        for read in [json, as_stock] {
            assert_eq!(
                read(r#"{"port": 9007199254740993}"#),
                map("port", 9_007_199_254_740_993_i64)
            );
            assert_eq!(read(r#"{"ratio": 1.0}"#), map("ratio", Value::Float(1.0)));
        }
    }

    #[test]
    fn lists_are_values_too() {
        assert_eq!(
            as_stock(r#"[1, "b", {}]"#),
            list([1_i64.into(), "b".into(), Map::default().into()])
        );
        assert_eq!(json("[]"), list([]));
    }

    #[test]
    fn what_is_not_json_is_refused_without_repeating_it() {
        for text in [
            "",
            "text",
            "'text'",
            "{",
            "1 2",
            "[1,]",
            "1e400",
            "01",
            r#"{"a":1,"a":2}"#,
        ] {
            let error = from_json(text.as_bytes(), BareNumber::Float).unwrap_err();
            assert_eq!(error.to_string(), "the value is not JSON", "{text}");
        }
    }

    #[test]
    fn a_type_takes_the_text_as_it_stands() {
        let time = Time::parse("2025-01-02T03:04:05Z").unwrap();
        for (kind, text, value) in [
            (Kind::Str, " \"5\"\n", " \"5\"\n".into()),
            (Kind::Str, "", "".into()),
            (Kind::Int, "5\n", 5_i64.into()),
            (Kind::Float, "5", Value::Float(5.0)),
            (Kind::Bool, " true", true.into()),
            (Kind::Time, "2025-01-02T03:04:05Z\n", Value::Time(time)),
        ] {
            assert_eq!(of_kind(text.as_bytes(), kind), Ok(value), "{kind:?} {text}");
        }
        assert!(of_kind(b"\xff", Kind::Str).is_ok());
    }

    #[test]
    fn text_of_another_type_is_refused() {
        for (kind, text) in [
            (Kind::Int, "5.0"),
            (Kind::Int, ""),
            (Kind::Float, "five"),
            (Kind::Bool, "yes"),
            (Kind::Time, "2025-01-02"),
            (Kind::Comment, "note"),
            (Kind::Bytes, "text"),
        ] {
            let refused = Err(SetValueError::NotOfKind(kind));
            assert_eq!(of_kind(text.as_bytes(), kind), refused, "{text}");
        }
        let error = SetValueError::NotOfKind(Kind::Int);
        assert_eq!(error.to_string(), "the value is not of the type int");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in prop::collection::vec(any::<u8>(), 0..40)) {
            drop(from_json(&text, BareNumber::Float));
            for kind in [Kind::Bool, Kind::Float, Kind::Int, Kind::Str, Kind::Time] {
                drop(of_kind(&text, kind));
            }
        }
    }
}

//! Scalars as text: what stands behind a key in dotenv and INI files and in an environment.

use super::float;
use crate::tree::{Text, Value};

/// A scalar as text; nothing for a map or list.
///
/// - A float has the fewest digits that read back, at least one of them behind a point; it is
///   written with an exponent, `E` and at least two digits, if that is below -4 or above 5.
/// - A time is RFC 3339 in whole seconds.
/// - Null has no text, so it is empty.
#[must_use]
pub fn scalar_text(value: &Value) -> Option<Text> {
    Some(match value {
        Value::Bool(truth) => Text::from(truth.to_string()),
        Value::Float(number) => Text::from(float::text(*number)),
        Value::Int(number) => Text::from(number.to_string()),
        Value::Null => Text::default(),
        Value::Text(text) => Text::from(text.expose()),
        Value::Time(time) => Text::from(time.whole_seconds().to_string()),
        Value::List(_) | Value::Map(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Map, Time};

    fn text(value: impl Into<Value>) -> String {
        let text = scalar_text(&value.into()).unwrap();
        text.expose_str().unwrap().to_owned()
    }

    #[test]
    fn a_float_has_a_decimal_or_an_exponent_so_it_is_no_integer() {
        for (number, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (1.5, "1.5"),
            (-12.25, "-12.25"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25E-05"),
            (100_000.0, "100000.0"),
            (999_999.0, "999999.0"),
            (123_456.789, "123456.789"),
            (1_000_000.0, "1E+06"),
            (1_234_567.8, "1.2345678E+06"),
            (1e21, "1E+21"),
            (-2.5e-300, "-2.5E-300"),
            (f64::MAX, "1.7976931348623157E+308"),
            (5e-324, "5E-324"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(text(Value::Float(number)), expected);
        }
    }

    #[test]
    fn other_scalars_are_written_as_one_reads_them() {
        assert_eq!(text(true), "true");
        assert_eq!(text(false), "false");
        assert_eq!(text(i64::MIN), "-9223372036854775808");
        assert_eq!(text("a\nb"), "a\nb");
        assert_eq!(text(Value::Null), "");
        let time = Time::parse("2025-01-02T03:04:05.678+02:00").unwrap();
        assert_eq!(text(Value::Time(time)), "2025-01-02T03:04:05+02:00");
    }

    #[test]
    fn maps_and_lists_have_no_text() {
        assert!(scalar_text(&Value::Map(Map::default())).is_none());
        assert!(scalar_text(&Value::List(Vec::new())).is_none());
    }
}

//! Floats as the Go tools write them: the shortest digits that read back as the same number.

/// As in YAML: an exponent of at least two digits below 1e-4 and from 1e6 on (Go's `'g'`); `.inf`,
/// `-.inf`, `.nan`.
#[must_use]
pub(crate) fn yaml(number: f64) -> String {
    match special(number) {
        Some("NaN") => ".nan".to_owned(),
        Some("-Inf") => "-.inf".to_owned(),
        Some(_) => ".inf".to_owned(),
        None => general(number, 'e'),
    }
}

/// As in dotenv and INI files and in environments: like YAML, but with `E`, and always with a point
/// or an exponent, so that it is no integer; `+Inf`, `-Inf`, `NaN`.
#[must_use]
pub(crate) fn text(number: f64) -> String {
    if let Some(word) = special(number) {
        return word.to_owned();
    }
    let mut text = general(number, 'E');
    if !text.contains(['.', 'E']) {
        text.push_str(".0");
    }
    text
}

/// As in JSON: an exponent without padding below 1e-6 and from 1e21 on; nothing for an infinity or
/// `NaN`, which JSON cannot hold.
#[must_use]
pub(crate) fn json(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return Some(number.to_string());
    }
    let (mantissa, exponent) = scientific(number);
    Some(format!("{mantissa}e{exponent:+}"))
}

fn special(number: f64) -> Option<&'static str> {
    match number {
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ if number.is_nan() => Some("NaN"),
        _ => None,
    }
}

fn general(number: f64, mark: char) -> String {
    let (mantissa, exponent) = scientific(number);
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{mark}{sign}{:02}", exponent.unsigned_abs())
}

/// The shortest digits of a finite number with the point behind the first, and the exponent of ten.
fn scientific(number: f64) -> (String, i32) {
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or_default()),
        None => (text, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_changes_to_exponents_where_go_does() {
        for (number, expected_yaml, expected_text, expected_json) in [
            (0.0, "0", "0.0", "0"),
            (-0.0, "-0", "-0.0", "-0"),
            (1.0, "1", "1.0", "1"),
            (1.5, "1.5", "1.5", "1.5"),
            (-100.0, "-100", "-100.0", "-100"),
            (999_999.0, "999999", "999999.0", "999999"),
            (1e6, "1e+06", "1E+06", "1000000"),
            (1_500_000.0, "1.5e+06", "1.5E+06", "1500000"),
            (0.0001, "0.0001", "0.0001", "0.0001"),
            (0.000_01, "1e-05", "1E-05", "0.00001"),
            (1e-6, "1e-06", "1E-06", "0.000001"),
            (1e-7, "1e-07", "1E-07", "1e-7"),
            (-2.5e-10, "-2.5e-10", "-2.5E-10", "-2.5e-10"),
            (1e20, "1e+20", "1E+20", "100000000000000000000"),
            (1e21, "1e+21", "1E+21", "1e+21"),
        ] {
            assert_eq!(yaml(number), expected_yaml);
            assert_eq!(text(number), expected_text);
            assert_eq!(json(number).as_deref(), Some(expected_json));
        }
    }

    #[test]
    fn the_digits_are_the_shortest_that_read_back() {
        assert_eq!(yaml(f64::MAX), "1.7976931348623157e+308");
        assert_eq!(yaml(5e-324), "5e-324");
        assert_eq!(yaml(0.1 + 0.2), "0.30000000000000004");
    }

    #[test]
    fn infinities_and_nan_have_names_but_not_in_json() {
        let written = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN]
            .map(|number| (yaml(number), text(number), json(number)));
        let expected = [("+Inf", ".inf"), ("-Inf", "-.inf"), ("NaN", ".nan")]
            .map(|(go, yaml)| (yaml.to_owned(), go.to_owned(), None));
        assert_eq!(written, expected);
    }
}

//! Which plain scalars are no strings.

/// Whether a plain scalar of this spelling is a null, bool, number or time instead of a string, as
/// go-yaml 3 resolves it.
#[must_use]
pub(super) fn has_type(plain: &str) -> bool {
    match plain.as_bytes() {
        [] | [b'~'] => true,
        [b'n' | b'N' | b't' | b'T' | b'f' | b'F', ..] => matches!(
            plain,
            "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
        ),
        [b'.', ..] => is_special_float(plain) || is_go_float(plain),
        [b'+' | b'-' | b'0'..=b'9', ..] => {
            is_special_float(plain) || is_time(plain) || is_number(&plain.replace('_', ""))
        }
        _ => false,
    }
}

fn is_special_float(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(plain, ".nan" | ".NaN" | ".NAN")
}

/// A float that starts with its point. Only here underscores must stand between digits.
fn is_go_float(plain: &str) -> bool {
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    mantissa
        .strip_prefix('.')
        .is_some_and(is_digits_with_underscores)
        && is_digits_with_underscores(exponent)
        && is_finite(&plain.replace('_', ""))
}

fn is_digits_with_underscores(text: &str) -> bool {
    text.split('_').all(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An integer of 64 bits with or without sign, or a float.
fn is_number(text: &str) -> bool {
    is_integer(text) || is_signed_after_prefix(text) || (is_float(text) && is_finite(text))
}

fn is_integer(text: &str) -> bool {
    let (largest, digits) = match text.strip_prefix('-') {
        Some(digits) => (i64::MIN.unsigned_abs(), digits),
        None => match text.strip_prefix('+') {
            Some(digits) => (i64::MAX.unsigned_abs(), digits),
            None => (u64::MAX, text),
        },
    };
    let (radix, digits) = radix_of(digits);
    digits.starts_with(|digit: char| digit.is_digit(radix))
        && u64::from_str_radix(digits, radix).is_ok_and(|value| value <= largest)
}

/// The radix a prefix stands for, and the digits behind it. A zero before other digits means octal.
fn radix_of(digits: &str) -> (u32, &str) {
    let prefixes = [
        ("0b", 2),
        ("0B", 2),
        ("0o", 8),
        ("0O", 8),
        ("0x", 16),
        ("0X", 16),
    ];
    let prefixed = prefixes.into_iter().find_map(|(prefix, radix)| {
        digits
            .strip_prefix(prefix)
            .filter(|rest| !rest.is_empty())
            .map(|rest| (radix, rest))
    });
    match (prefixed, digits.strip_prefix('0')) {
        (Some(found), _) => found,
        (None, Some(rest)) if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    }
}

/// go-yaml takes a sign behind `0b` and `0o` too.
fn is_signed_after_prefix(text: &str) -> bool {
    [("0b", 2), ("0o", 8)].into_iter().any(|(prefix, radix)| {
        text.strip_prefix(prefix)
            .is_some_and(|digits| digits.len() > 1 && i64::from_str_radix(digits, radix).is_ok())
    })
}

fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa = match (whole, fraction) {
        ("", _) => is_digits(fraction),
        (_, "") => is_digits(whole),
        _ => is_digits(whole) && is_digits(fraction),
    };
    is_mantissa && is_digits(exponent)
}

fn is_finite(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// `Y-M-D`, `Y-M-D h:m:s` or `Y-M-D[Tt]h:m:s(Z|±hh:mm)`; seconds may have a fraction.
fn is_time(plain: &str) -> bool {
    let mut rest = plain.as_bytes();
    let is_date = date(&mut rest).is_some();
    is_date
        && match rest {
            [] => true,
            [b' ', ..] => {
                let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
                let mut rest = rest.get(blanks..).unwrap_or_default();
                clock(&mut rest).is_some_and(<[u8]>::is_empty)
            }
            [b'T' | b't', clock_and_offset @ ..] => {
                let mut rest = clock_and_offset;
                clock(&mut rest).is_some_and(is_offset)
            }
            _ => false,
        }
}

fn date(rest: &mut &[u8]) -> Option<()> {
    let (year, month_and_day) = rest.split_first_chunk::<4>()?;
    let year = std::str::from_utf8(year)
        .ok()
        .filter(|year| is_digits(year))?
        .parse::<u32>()
        .ok()?;
    *rest = month_and_day;
    expect(rest, b"-")?;
    let month = number(rest)?;
    expect(rest, b"-")?;
    let day = number(rest)?;
    (1..=days_in(month, year)).contains(&day).then_some(())
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

/// Reads a time of day and returns what stands behind it.
fn clock<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let hour = number(rest)?;
    expect(rest, b":")?;
    let minute = number(rest)?;
    expect(rest, b":")?;
    let second = number(rest)?;
    if let [b'.' | b',', fraction @ ..] = *rest {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        *rest = fraction.get(digits..).filter(|_| digits > 0)?;
    }
    (hour < 24 && minute < 60 && second < 60).then_some(*rest)
}

/// Go allows 24 hours and 60 minutes here.
fn is_offset(text: &[u8]) -> bool {
    match text {
        [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', _, _] if hours.len() == 2 => {
            let minutes = text.last_chunk::<2>().map_or(&[][..], |minutes| minutes);
            let within = |digits: &[u8], largest| {
                let mut rest = digits;
                digits.iter().all(u8::is_ascii_digit)
                    && number(&mut rest).is_some_and(|value| value <= largest)
            };
            within(hours, 24) && within(minutes, 60)
        }
        _ => false,
    }
}

fn expect(rest: &mut &[u8], mark: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(mark)?;
    Some(())
}

/// Reads one or two digits.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let count = rest
        .iter()
        .take(2)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_bool_and_special_floats_have_the_spellings_of_the_core_schema() {
        for plain in [
            "", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False",
        ] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in ["FALSE", ".inf", "+.Inf", "-.INF", ".nan", ".NaN", ".NAN"] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "nULL", "tRUE", "yes", "on", "+.nan", ".iNF", "~~", "inf", "NaN", "<<",
        ] {
            assert!(!has_type(plain), "{plain}");
        }
    }

    #[test]
    fn integers_have_any_radix_and_fit_64_bits() {
        for plain in ["0", "00", "-0", "+7", "1_000", "0x_Ff", "0XF"] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "0o17",
            "017",
            "0b101",
            "-0b1",
            "0b-1",
            "0o+7",
            "1__",
            "9223372036854775808",
        ] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "0x",
            "0b",
            "0b2",
            "0o8",
            "0xg",
            "-",
            "+",
            "0x1ffffffffffffffff",
            "0b--1",
        ] {
            assert!(!has_type(plain), "{plain}");
        }
    }

    #[test]
    fn what_is_too_large_for_an_integer_is_a_float_up_to_the_largest() {
        for plain in [
            "18446744073709551616",
            "-9223372036854775809",
            "1e308",
            "08",
            "1.",
            "1._5",
        ] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [".5", ".5e-3", ".5_0", "-.5", "+1.5E+2", "1_0.5"] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "1e400", ".", "..5", "1.2.3", "1e", "e5", ".5_", "._5", "0x1p4", ".e1", "1e+_",
        ] {
            assert!(!has_type(plain), "{plain}");
        }
    }

    #[test]
    fn times_need_a_valid_date_and_an_offset_behind_the_t() {
        for plain in [
            "2025-01-02",
            "2025-1-2",
            "2024-02-29",
            "2025-01-02 3:4:5",
            "2000-02-29",
        ] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "2025-01-02T03:04:05Z",
            "2025-01-02t3:4:5.123456789012-24:60",
            "2025-01-02   03:04:05,5",
            "0000-12-31T23:59:59+00:00",
        ] {
            assert!(has_type(plain), "{plain}");
        }
        for plain in [
            "2025-02-29",
            "1900-02-29",
            "2025-13-01",
            "2025-00-01",
            "25-01-02",
            "20251-01-02",
            "2025-001-02",
            "2025-01-02T03:04:05",
            "2025-01-02T03:04Z",
            "2025-01-02 24:00:00",
            "2025-01-02 03:04:05Z",
            "2025-01-02 03:04:05.",
            "2025-01-02T03:04:05+2:00",
            "2025-01-02T03:04:05+25:00",
            "2025-01-02T03:04:05z",
            "2025-01-02 ",
        ] {
            assert!(!has_type(plain), "{plain}");
        }
    }
}

//! Points in time as plain scalars spell them.

use jiff::civil;
use jiff::tz::Offset;

use crate::tree::Time;

/// Reads `Y-M-D`, `Y-M-D[Tt]h:m:s[.f](Z|±hh:mm)` or `Y-M-D h:m:s[.f]`: four digits of the year,
/// one or two of the other fields, UTC without an offset. Digits beyond nanoseconds are cut off.
pub(super) fn parse(text: &str) -> Option<Time> {
    let (year, rest) = text.split_once('-')?;
    let year = if year.len() == 4 {
        number(year)?
    } else {
        return None;
    };
    let (month, rest) = rest.split_once('-')?;
    let (day, rest) = field(rest)?;
    let date = civil::Date::new(year, short(month)?, day).ok()?;
    let (time, offset) = match rest.as_bytes().first() {
        None => (civil::Time::midnight(), Offset::UTC),
        Some(b'T' | b't') => {
            let (time, zone) = clock(rest.get(1..)?)?;
            (time, offset(zone)?)
        }
        Some(b' ') => match clock(rest.trim_start_matches(' '))? {
            (time, "") => (time, Offset::UTC),
            _ => return None,
        },
        Some(_) => return None,
    };
    Some(Time::new(date.to_datetime(time), offset))
}

/// `h:m:s` and a fraction, and what follows them.
fn clock(text: &str) -> Option<(civil::Time, &str)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let (second, rest) = field(rest)?;
    let (nanosecond, rest) = fraction(rest)?;
    let time = civil::Time::new(short(hour)?, short(minute)?, second, nanosecond).ok()?;
    Some((time, rest))
}

/// `Z` or `±hh:mm`.
fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = match (hours.len(), minutes.len()) {
        (2, 2) => (number::<i32>(hours)?, number::<i32>(minutes)?),
        _ => return None,
    };
    if hours > 24 || minutes > 60 {
        return None;
    }
    let seconds = hours
        .saturating_mul(60)
        .saturating_add(minutes)
        .saturating_mul(60);
    match text.as_bytes().first()? {
        b'+' => Offset::from_seconds(seconds).ok(),
        b'-' => Offset::from_seconds(seconds.saturating_neg()).ok(),
        _ => None,
    }
}

/// Nanoseconds after a point or comma; none if no digit follows it.
fn fraction(text: &str) -> Option<(i32, &str)> {
    let Some(rest) = text.strip_prefix(['.', ',']) else {
        return Some((0, text));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at_checked(length)?;
    if digits.is_empty() {
        return None;
    }
    let nanoseconds =
        digits
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(9)
            .fold(0, |sum, digit| {
                i32::from(digit.wrapping_sub(b'0')).saturating_add(i32::saturating_mul(sum, 10))
            });
    Some((nanoseconds, rest))
}

/// The one or two digits at the start, and what follows them.
fn field(text: &str) -> Option<(i8, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    Some((number(digits)?, rest))
}

/// A number of one or two digits.
fn short(digits: &str) -> Option<i8> {
    if digits.len() <= 2 {
        number(digits)
    } else {
        None
    }
}

/// A number of digits without a sign.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_parse(texts: &[&str], to: &str) {
        for text in texts {
            assert_eq!(
                parse(text).map(|time| time.to_string()).as_deref(),
                Some(to),
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_alone_is_midnight() {
        all_parse(
            &["2025-01-02", "2025-1-2", "2025-01-2"],
            "2025-01-02T00:00:00Z",
        );
        all_parse(&["2024-02-29"], "2024-02-29T00:00:00Z");
        all_parse(&["0000-01-01"], "0000-01-01T00:00:00Z");
        all_parse(&["9999-12-31"], "9999-12-31T00:00:00Z");
    }

    #[test]
    fn a_time_behind_a_t_has_an_offset() {
        all_parse(
            &["2025-01-02T03:04:05Z", "2025-1-2t3:4:5Z"],
            "2025-01-02T03:04:05Z",
        );
        all_parse(&["2025-01-02T03:04:05+02:00"], "2025-01-02T03:04:05+02:00");
        all_parse(&["2025-01-02T03:04:05-00:00"], "2025-01-02T03:04:05Z");
        all_parse(&["2025-01-02T03:04:05+24:60"], "2025-01-02T03:04:05+25:00");
    }

    #[test]
    fn a_time_behind_blanks_has_none() {
        all_parse(
            &["2025-01-02 03:04:05", "2025-1-2   3:4:5"],
            "2025-01-02T03:04:05Z",
        );
    }

    #[test]
    fn a_fraction_is_cut_to_nanoseconds() {
        all_parse(
            &["2025-01-02 03:04:05.5", "2025-01-02 03:04:05,50"],
            "2025-01-02T03:04:05.5Z",
        );
        all_parse(
            &["2025-01-02T03:04:05.1234567899Z"],
            "2025-01-02T03:04:05.123456789Z",
        );
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "2025",
            "2025-01",
            "25-01-02",
            "12025-01-02",
            "2025-013-02",
            "2025-01-002",
            "2025-13-01",
            "2025-00-01",
            "2025-02-29",
            "2025-01-02x",
            "2025-01-02T",
            "2025-01-02T03:04Z",
            "2025-01-02T03:04:05",
            "2025-01-02T03:04:05z",
            "2025-01-02T24:00:00Z",
            "2025-01-02T03:60:00Z",
            "2025-01-02T03:04:60Z",
            "2025-01-02T03:04:05.Z",
            "2025-01-02T03:04:05+2:00",
            "2025-01-02T03:04:05+0200",
            "2025-01-02T03:04:05+25:00",
            "2025-01-02T03:04:05+00:61",
            "2025-01-02 03:04:05Z",
            "2025-01-02 03:04:05 Z",
            "+025-01-02",
            "2025--1-02",
            "2025-01-02T+3:04:05Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

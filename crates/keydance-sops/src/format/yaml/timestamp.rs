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
    let at = offset.to_timestamp(date.to_datetime(time)).ok()?;
    Some(Time::new(at, offset))
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

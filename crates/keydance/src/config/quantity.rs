//! Sizes and times as people write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number of bytes: `1048576`, `64KiB`, `1MiB`, or as the Open Integration Hub writes it, `1mb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(u64);

/// A time in seconds: `90`, `15m`, `24h`, `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(u32);

/// A text that is no size or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QuantityError {
    /// Not a size.
    #[error("not a size such as 512KiB or 1MiB")]
    Size,
    /// Not a time.
    #[error("not a time such as 90s, 15m, 24h or 30d")]
    Time,
}

impl Bytes {
    /// 1 MiB.
    pub(crate) const MIB: Self = Self(1 << 20);

    /// As a count that memory can hold.
    pub(crate) fn count(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Seconds {
    /// So many days.
    pub(crate) const fn days(days: u32) -> Self {
        Self(days * 24 * 3600)
    }

    /// As a number of seconds.
    pub(crate) fn count(self) -> i64 {
        i64::from(self.0)
    }
}

impl FromStr for Bytes {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (number, unit) = split(text).ok_or(QuantityError::Size)?;
        // "kb" means 1024 bytes where that variable comes from.
        let shift = match unit.to_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 10,
            "m" | "mb" | "mib" => 20,
            "g" | "gb" | "gib" => 30,
            _ => return Err(QuantityError::Size),
        };
        number
            .checked_mul(1 << shift)
            .map(Self)
            .ok_or(QuantityError::Size)
    }
}

impl FromStr for Seconds {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (number, unit) = split(text).ok_or(QuantityError::Time)?;
        let factor = match unit {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 24 * 3600,
            _ => return Err(QuantityError::Time),
        };
        let seconds = number.checked_mul(factor).ok_or(QuantityError::Time)?;
        u32::try_from(seconds)
            .map(Self)
            .map_err(|_| QuantityError::Time)
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            (1 << 30, "GiB"),
            (1 << 20, "MiB"),
            (1 << 10, "KiB"),
            (1, ""),
        ];
        largest(f, self.0, &units)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")];
        largest(f, u64::from(self.0), &units)
    }
}

fn largest(f: &mut fmt::Formatter<'_>, number: u64, units: &[(u64, &str)]) -> fmt::Result {
    let fits = |(size, _): &&(u64, &str)| number >= *size && number.is_multiple_of(*size);
    match units.iter().find(fits) {
        Some((size, unit)) => write!(f, "{}{unit}", number / size),
        None => write!(f, "{number}"),
    }
}

/// A quantity in the file is a number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u64),
    Text(String),
}

impl Written {
    fn parse<'de, T: FromStr<Err = QuantityError>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = match Self::deserialize(from)? {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        };
        text.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Written::parse(from)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Written::parse(from)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        into.collect_str(self)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        into.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        for (text, bytes) in [("100", 100), ("1mb", 1 << 20), ("64 KiB", 64 << 10)] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        for text in ["", "MiB", "1tb", "-1", "99999999999GiB"] {
            assert_eq!(text.parse::<Bytes>(), Err(QuantityError::Size), "{text}");
        }
    }

    #[test]
    fn times_are_read_with_and_without_units() {
        for (text, seconds) in [("90", 90), ("15m", 900), ("24h", 86400), ("30d", 2_592_000)] {
            assert_eq!(text.parse(), Ok(Seconds(seconds)), "{text}");
        }
        for text in ["", "d", "1w", "1.5h", "99999999d"] {
            assert_eq!(text.parse::<Seconds>(), Err(QuantityError::Time), "{text}");
        }
    }

    #[test]
    fn quantities_are_shown_in_the_largest_unit_that_fits() {
        assert_eq!(Bytes::MIB.to_string(), "1MiB");
        assert_eq!(Bytes(1500).to_string(), "1500");
        assert_eq!(Bytes(0).to_string(), "0");
        assert_eq!(Seconds::days(30).to_string(), "30d");
        assert_eq!(Seconds(90).to_string(), "90s");
    }
}

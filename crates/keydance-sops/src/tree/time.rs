//! Points in time as they stand in files: RFC 3339 with the offset they were written in.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A point in time, in nanoseconds, with the offset from UTC it was written in.
///
/// It is kept as it was written: the last days of 9999, which files may hold, are later than any
/// [`Timestamp`].
///
/// Displays as RFC 3339 with up to nine fractional digits and no trailing zeros, `Z` for an offset
/// of zero; this is also what is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    civil: DateTime,
    offset: Offset,
}

/// The text is no RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time")]
pub struct TimeError;

impl Time {
    /// What calendar and clock show, and their offset from UTC.
    #[must_use]
    pub const fn new(civil: DateTime, offset: Offset) -> Self {
        Self { civil, offset }
    }

    /// A point in time in UTC.
    #[must_use]
    pub fn utc(at: Timestamp) -> Self {
        Self::new(Offset::UTC.to_datetime(at), Offset::UTC)
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let pieces = jiff::fmt::temporal::DateTimeParser::new();
        let shape = text.as_bytes();
        if !matches!(shape.get(10), Some(b'T')) || !shape.is_ascii() {
            return Err(TimeError);
        }
        let pieces = pieces.parse_pieces(text).map_err(|_| TimeError)?;
        let offset = match pieces.offset() {
            Some(jiff::fmt::temporal::PiecesOffset::Numeric(offset)) => offset.offset(),
            Some(_) => Offset::UTC,
            None => return Err(TimeError),
        };
        let civil = pieces.date().to_datetime(pieces.time().ok_or(TimeError)?);
        Ok(Self { civil, offset })
    }

    /// The same time cut to whole seconds.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        let cut = self.civil.with().subsec_nanosecond(0).build();
        Self {
            civil: cut.unwrap_or(self.civil),
            ..self
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil;
        write!(
            f,
            "{:04}-{:02}-{:02}",
            civil.year(),
            civil.month(),
            civil.day()
        )?;
        write!(
            f,
            "T{:02}:{:02}:{:02}",
            civil.hour(),
            civil.minute(),
            civil.second()
        )?;
        if civil.subsec_nanosecond() != 0 {
            let fraction = format!("{:09}", civil.subsec_nanosecond());
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        if self.offset == Offset::UTC {
            return f.write_str("Z");
        }
        let minutes = self.offset.seconds().div_euclid(60);
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.unsigned_abs();
        write!(
            f,
            "{sign}{:02}:{:02}",
            minutes.div_euclid(60),
            minutes.rem_euclid(60)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_it_was_written() {
        for text in [
            "2025-01-02T03:04:05Z",
            "2025-01-02T03:04:05.678+02:00",
            "1969-12-31T23:59:59.000000001-11:30",
            "0000-01-01T00:00:00+25:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59-14:00",
        ] {
            assert_eq!(Time::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_zero_offset_is_written_as_z_and_a_fraction_without_trailing_zeros() {
        let time = Time::parse("2025-01-02T03:04:05.500+00:00").unwrap();
        assert_eq!(time.to_string(), "2025-01-02T03:04:05.5Z");
        assert_eq!(time.whole_seconds().to_string(), "2025-01-02T03:04:05Z");
    }

    #[test]
    fn a_timestamp_is_written_in_utc() {
        let at = Timestamp::new(1, 500_000_000).unwrap();
        assert_eq!(Time::utc(at).to_string(), "1970-01-01T00:00:01.5Z");
    }

    #[test]
    fn what_lacks_an_offset_or_the_t_is_no_time() {
        for text in [
            "",
            "2025-01-02",
            "2025-01-02T03:04:05",
            "2025-01-02 03:04:05Z",
            "nonsense",
            "-002025-01-02T03:04:05Z",
            "12025-01-02T03:04:05Z",
        ] {
            assert_eq!(Time::parse(text), Err(TimeError), "{text}");
        }
    }
}

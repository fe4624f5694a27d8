//! When something held: intervals that are closed, never deleted.

use jiff::Timestamp;
use keydance_sops::tree::Time;

/// From a point in time until another one, which is not part of it, or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began.
    pub from: Timestamp,
    /// When it ended or is to end.
    pub until: Option<Timestamp>,
}

/// When something held: its last interval, and those before, if it began more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intervals {
    /// The last one, which may be open.
    pub last: Interval,
    /// Those before, all closed, in order of time.
    pub earlier: Vec<Interval>,
}

/// Intervals of one thing that cannot all be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntervalError {
    /// An end before its start. Both may be one: whoever joins by mistake leaves at once.
    #[error("an interval ends before it begins")]
    Backwards,
    /// One that begins before another one has ended.
    #[error("intervals overlap, or one that is still open is not the last")]
    Overlap,
}

impl Interval {
    /// Whether a point in time is in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    fn check(&self) -> Result<(), IntervalError> {
        let is_forward = self.until.is_none_or(|until| self.from <= until);
        is_forward.then_some(()).ok_or(IntervalError::Backwards)
    }
}

impl Intervals {
    /// Puts them in order.
    ///
    /// # Errors
    ///
    /// If they overlap, or one ends before it begins.
    pub fn new(last: Interval, mut earlier: Vec<Interval>) -> Result<Self, IntervalError> {
        earlier.sort_by_key(|interval| interval.from);
        let intervals = Self { last, earlier };
        let mut before: Option<Interval> = None;
        for interval in intervals.iter() {
            interval.check()?;
            let is_behind = |before: Interval| before.until.is_some_and(|end| end <= interval.from);
            if !before.is_none_or(is_behind) {
                return Err(IntervalError::Overlap);
            }
            before = Some(*interval);
        }
        Ok(intervals)
    }

    /// All of them in order of time.
    pub fn iter(&self) -> impl Iterator<Item = &Interval> {
        self.earlier.iter().chain(Some(&self.last))
    }

    /// Whether a point in time is in one of them.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.iter().any(|interval| interval.contains(at))
    }

    /// Whether it holds now or will: the last one has not ended by then.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.last.until.is_none_or(|until| now < until)
    }
}

/// Reads a time as rosters and people write it: RFC 3339, or a date for its first moment in UTC.
#[must_use]
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let time = match text.len() {
        10 => Time::parse(&format!("{text}T00:00:00Z")),
        _ => Time::parse(text),
    };
    time.ok()?.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i8) -> Timestamp {
        parse_time(&format!("2026-01-{day:02}")).unwrap()
    }

    fn days(from: i8, until: Option<i8>) -> Interval {
        Interval {
            from: day(from),
            until: until.map(day),
        }
    }

    #[test]
    fn an_end_is_not_part_of_an_interval() {
        let interval = days(2, Some(4));
        let inside = [1, 2, 3, 4].map(|at| interval.contains(day(at)));
        assert_eq!(inside, [false, true, true, false]);
        assert!(days(2, None).contains(day(31)));
    }

    #[test]
    fn earlier_intervals_are_closed_and_do_not_overlap() {
        let earlier = vec![days(5, Some(6)), days(1, Some(2))];
        let intervals = Intervals::new(days(6, None), earlier).unwrap();
        let inside = [1, 2, 5, 9].map(|at| intervals.contains(day(at)));
        assert_eq!(inside, [true, false, true, true]);
        let overlap = |last, earlier| Intervals::new(last, vec![earlier]);
        let refused = Err(IntervalError::Overlap);
        assert_eq!(overlap(days(6, None), days(1, None)), refused);
        assert_eq!(overlap(days(6, None), days(1, Some(7))), refused);
        assert_eq!(overlap(days(1, None), days(6, Some(7))), refused);
        let backwards = Err(IntervalError::Backwards);
        assert_eq!(Intervals::new(days(6, Some(5)), Vec::new()), backwards);
    }

    #[test]
    fn a_date_is_its_first_moment_in_utc() {
        let midnight = "2026-01-05T00:00:00Z".parse().unwrap();
        assert_eq!(parse_time("2026-01-05"), Some(midnight));
        assert_eq!(parse_time("2026-01-05T01:00:00+01:00"), Some(midnight));
        for other in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-01-05T00:00:00",
            "2026-1-5",
        ] {
            assert_eq!(parse_time(other), None, "{other}");
        }
    }
}

//! Calendar quarters: how long search tokens of one value are the same.
//!
//! Equality of two values can be seen in an index only within an epoch. A quarter keeps seven years at 28 tokens for each
//! value that is searched.

use std::fmt;

use palisade_record::Timestamp;
use palisade_record::time::civil_from_days;

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// A calendar quarter in UTC, counted from the first quarter of the year 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Epoch(u32);

impl Epoch {
    /// The quarter that a time is in.
    pub fn of(time: Timestamp) -> Self {
        let (year, month, _) = civil_from_days(time.as_nanos().div_euclid(NANOS_PER_DAY));
        let quarter = year * 4 + (month - 1) / 3;
        Self(u32::try_from(quarter).expect("the years of a Timestamp are 1677 to 2262"))
    }

    /// As a number; it grows by one every quarter.
    pub fn number(self) -> u32 {
        self.0
    }

    /// From a number that [`Self::number`] gave.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-Q{}", self.0 / 4, self.0 % 4 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_begins_at_midnight_utc_of_its_first_day() {
        for (time, quarter) in [
            ("2026-01-01T00:00:00Z", "2026-Q1"),
            ("2026-03-31T23:59:59.999999999Z", "2026-Q1"),
            ("2026-04-01T00:00:00Z", "2026-Q2"),
            ("2026-12-31T23:59:59Z", "2026-Q4"),
            ("1969-12-31T23:59:59Z", "1969-Q4"),
        ] {
            assert_eq!(Epoch::of(Timestamp::parse_rfc3339(time).unwrap()).to_string(), quarter, "{time}");
        }
    }

    #[test]
    fn every_time_has_a_quarter() {
        assert!(Epoch::of(Timestamp::MIN) < Epoch::of(Timestamp::MAX));
    }

    #[test]
    fn quarters_follow_each_other_across_a_new_year() {
        let of = |time| Epoch::of(Timestamp::parse_rfc3339(time).unwrap()).number();
        assert_eq!(of("2027-01-01T00:00:00Z"), of("2026-12-31T00:00:00Z") + 1);
    }
}

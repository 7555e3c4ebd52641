//! How long something is kept: whole seconds, written in the units of retention rules.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use palisade_record::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SECONDS_PER_DAY: u64 = 86_400;

/// The most days that so many consecutive calendar months can have: the months of one year that begin best.
const DAYS_OF_MONTHS: [u64; 12] = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];

/// A length of keeping. `6y` in, 2,192 days out: never shorter than the calendar makes it.
///
/// A month is `m` here, as in `12m`; minutes are `min`. Years and months count as the longest run of so many that the
/// calendar has, so that a term of six years covers two leap days wherever it begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Term {
    seconds: u64,
}

impl Term {
    /// Not at all.
    pub const ZERO: Self = Self { seconds: 0 };

    /// The longest term, 99 years. A lock cannot last longer than 100 years on S3, and there must be room for the grace.
    pub const MAX: Self = Self::days(36_160);

    /// So many days; the caller stays below [`Term::MAX`].
    pub const fn days(days: u32) -> Self {
        // A `u32` always fits; `From` is not usable in a constant.
        Self { seconds: days as u64 * SECONDS_PER_DAY }
    }

    /// The seconds.
    pub const fn as_seconds(self) -> u64 {
        self.seconds
    }

    /// Days, of which the last may be a part.
    pub const fn as_days_rounded_up(self) -> u64 {
        self.seconds.div_ceil(SECONDS_PER_DAY)
    }

    /// As a span of time.
    pub const fn as_duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.seconds == 0
    }

    /// Both, one after the other.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { seconds: self.seconds.saturating_add(other.seconds) }
    }

    /// The moment so long after `start`.
    pub fn after(self, start: Timestamp) -> Timestamp {
        start.plus(self.as_duration())
    }
}

impl FromStr for Term {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "`{}` is not a term; write a number and a unit of s, min, h, d, w, m (months) or y, like 30d or 7y",
                text.escape_debug()
            )
        };
        let trimmed = text.trim();
        let split = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = trimmed[..split].parse().map_err(|_| refuse())?;
        let days = |days: Option<u64>| days.and_then(|days| days.checked_mul(SECONDS_PER_DAY));
        let seconds = match trimmed[split..].trim_start() {
            "s" => Some(number),
            "min" => number.checked_mul(60),
            "h" => number.checked_mul(3_600),
            "d" | "day" | "days" => days(Some(number)),
            "w" => days(number.checked_mul(7)),
            "m" | "month" | "months" => days(days_of_months(number)),
            "y" | "year" | "years" => days(number.checked_mul(12).and_then(days_of_months)),
            _ => return Err(refuse()),
        };
        match seconds {
            Some(seconds) if seconds <= Self::MAX.seconds => Ok(Self { seconds }),
            _ => Err(format!("`{}` is too long; the longest term is 99y", text.escape_debug())),
        }
    }
}

/// The most days that so many consecutive calendar months can have. Four years have one leap day, and a part of four
/// years can have it too: a year counts as 365.25 days, rounded up over all of them.
fn days_of_months(months: u64) -> Option<u64> {
    let years = (months / 12).checked_mul(1_461)?.div_ceil(4);
    let rest = usize::try_from(months % 12).ok()?;
    years.checked_add(DAYS_OF_MONTHS[rest])
}

impl fmt::Display for Term {
    /// In the longest unit that loses nothing, days at most: what years and months became is shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 3] = [(SECONDS_PER_DAY, "d"), (3_600, "h"), (60, "min")];
        match UNITS.iter().find(|(unit, _)| self.seconds.is_multiple_of(*unit)) {
            Some((unit, name)) => write!(formatter, "{}{name}", self.seconds / unit),
            None => write!(formatter, "{}s", self.seconds),
        }
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(text: &str) -> u64 {
        let term: Term = text.parse().unwrap();
        term.as_days_rounded_up()
    }

    #[test]
    fn years_and_months_become_the_days_that_regulators_mean() {
        assert_eq!(days("7d"), 7);
        assert_eq!(days("12m"), 366);
        assert_eq!(days("3m"), 92);
        assert_eq!(days("6y"), 2_192);
        assert_eq!(days("7y"), 2_557);
        assert_eq!(days("7 years"), 2_557);
        assert_eq!("90min".parse::<Term>().unwrap().as_seconds(), 5_400);
    }

    #[test]
    fn what_is_no_term_is_refused_with_an_example() {
        for text in ["", "y", "7", "-7d", "7 fortnights", "1e3d", "7d 3h", "７d"] {
            assert!(text.parse::<Term>().unwrap_err().contains("30d or 7y"), "{text}");
        }
        for text in ["100y", "36161d", "99999999999999999999d", "18446744073709551615y"] {
            assert!(text.parse::<Term>().is_err(), "{text}");
        }
        assert_eq!("99y".parse(), Ok(Term::MAX));
    }

    #[test]
    fn no_run_of_calendar_months_is_longer_than_its_term() {
        for year in 1999..2030 {
            for month in 1..=12 {
                let start = Timestamp::from_civil(year, month, 1, 0, 0, 0, 0).unwrap();
                for count in 1..150 {
                    let end = month - 1 + count;
                    let end = Timestamp::from_civil(year + end / 12, end % 12 + 1, 1, 0, 0, 0, 0).unwrap();
                    let term: Term = format!("{count}m").parse().unwrap();
                    assert!(term.after(start) >= end, "{count} months from {start}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(seconds in 0..=Term::MAX.seconds) {
            let term = Term { seconds };
            prop_assert_eq!(term.to_string().parse(), Ok(term));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,30}") {
            _ = text.parse::<Term>();
        }
    }
}

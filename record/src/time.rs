//! Points in time: nanoseconds since the epoch, in UTC.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1678 to 2261.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest time that can be told.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the epoch; `None` outside the range.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        match millis.checked_mul(1_000_000) {
            Some(nanos) => Some(Self(nanos)),
            None => None,
        }
    }

    /// From seconds since the epoch and the nanoseconds after them; `None` outside the range.
    pub const fn from_seconds(seconds: i64, nanos: u32) -> Option<Self> {
        match seconds.checked_mul(NANOS_PER_SECOND) {
            Some(whole) => match whole.checked_add(nanos as i64) {
                Some(total) => Some(Self(total)),
                None => None,
            },
            None => None,
        }
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This time and `span` later; stops at [`Timestamp::MAX`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// This time and `span` earlier; stops at [`Timestamp::MIN`].
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` to this one; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(i128::from(self.0) - i128::from(earlier.0)).unwrap_or(0))
    }

    /// Reads RFC 3339, with any number of fraction digits (those past the ninth are dropped), `T` or a space
    /// between date and time, `.` or `,` before the fraction, and `Z` or an offset at the end.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let (time, rest) = Self::parse_local(text.as_bytes())?;
        let offset = parse_offset(rest)?;
        Self::from_nanos(time.0.checked_sub(offset.checked_mul(NANOS_PER_SECOND)?)?).into()
    }

    /// Reads the date and the time of day as if they were UTC and returns what follows them, so that a caller
    /// who knows the zone can shift the result.
    pub fn parse_local(text: &[u8]) -> Option<(Self, &[u8])> {
        if text.len() < 19 || text[4] != b'-' || text[7] != b'-' || !matches!(text[10], b'T' | b't' | b' ') {
            return None;
        }
        if text[13] != b':' || text[16] != b':' {
            return None;
        }
        let year = digits(&text[0..4])?;
        let (month, day) = (digits(&text[5..7])?, digits(&text[8..10])?);
        let (hour, minute, second) = (digits(&text[11..13])?, digits(&text[14..16])?, digits(&text[17..19])?);
        let (nanos, used) = match text.get(19) {
            Some(b'.' | b',') => parse_fraction(&text[20..])?,
            _ => (0, 0),
        };
        let rest = &text[if used == 0 { 19 } else { 20 + used }..];
        Some((Self::from_civil(year, month, day, hour, minute, second, nanos)?, rest))
    }

    /// From a date and a time of day in UTC; `None` when there is no such day or time. The second 60 is taken as
    /// the one before it, as most clocks do with a leap second.
    pub fn from_civil(
        year: i64,
        month: i64,
        day: i64,
        hour: i64,
        minute: i64,
        second: i64,
        nanos: u32,
    ) -> Option<Self> {
        let date_is_real = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        if !date_is_real || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let of_day = hour * 3600 + minute * 60 + second.min(59);
        Self::from_seconds(days_from_civil(year, month, day) * SECONDS_PER_DAY + of_day, nanos)
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

/// The fraction as nanoseconds, and how many digits it has.
fn parse_fraction(text: &[u8]) -> Option<(u32, usize)> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let mut nanos: u32 = 0;
    for place in 0..9 {
        nanos = nanos * 10 + text[..count].get(place).map_or(0, |digit| u32::from(digit - b'0'));
    }
    Some((nanos, count))
}

/// Seconds east of UTC, of `Z`, `+hh:mm`, `+hhmm` or `+hh`.
pub fn parse_offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [h1, h2] => (digits(&[*h1, *h2])?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from the epoch to a date; Howard Hinnant's `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day counted from the epoch; Howard Hinnant's `civil_from_days`.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with three, six or nine fraction digits, the fewest that lose nothing.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(NANOS_PER_SECOND);
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")?;
        if nanos % 1_000_000 == 0 {
            write!(formatter, "{:03}Z", nanos / 1_000_000)
        } else if nanos % 1_000 == 0 {
            write!(formatter, "{:06}Z", nanos / 1_000)
        } else {
            write!(formatter, "{nanos:09}Z")
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not an RFC 3339 time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, printed: &str) {
        let time = Timestamp::parse_rfc3339(text).unwrap_or_else(|| panic!("cannot read {text}"));
        assert_eq!(time.to_string(), printed);
    }

    #[test]
    fn the_usual_spellings_of_rfc_3339_are_read() {
        check("2026-11-21T08:02:00Z", "2026-11-21T08:02:00.000Z");
        check("2026-11-21 08:02:00.5+02:00", "2026-11-21T06:02:00.500Z");
        check("2026-11-21T08:02:00,123456-0530", "2026-11-21T13:32:00.123456Z");
        check("1969-12-31T23:59:59.999999999999Z", "1969-12-31T23:59:59.999999999Z");
        check("2024-02-29T23:59:60Z", "2024-02-29T23:59:59.000Z");
    }

    #[test]
    fn days_and_times_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01",
            "yesterday",
            "",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(nanos in any::<i64>()) {
            let time = Timestamp::from_nanos(nanos);
            prop_assume!(nanos > i64::MIN + NANOS_PER_SECOND);
            prop_assert_eq!(Timestamp::parse_rfc3339(&time.to_string()), Some(time));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            _ = Timestamp::parse_rfc3339(&text);
        }
    }
}

//! Parts of a time that stands in a value.

use palisade_record::Timestamp;
use palisade_record::time::civil_from_days;

use crate::number::Number;
use crate::rule::TimePart;

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// Numbers past this are milliseconds since the epoch, smaller ones seconds: as seconds it would be the year 33658.
const SECONDS_MAX: i64 = 1_000_000_000_000;

/// The time that a value tells: RFC 3339, the same without a zone, or seconds or milliseconds since the epoch.
pub(super) fn time_of(text: &str) -> Option<Timestamp> {
    if let Some(time) = Timestamp::parse_rfc3339(text) {
        return Some(time);
    }
    if let Some((time, [])) = Timestamp::parse_local(text.as_bytes()) {
        return Some(time);
    }
    match Number::parse(text)? {
        Number::Integer(whole) if whole.abs() > SECONDS_MAX => Timestamp::from_millis(whole),
        Number::Integer(whole) => Timestamp::from_seconds(whole, 0),
        Number::Decimal(decimal) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturates, and what is too large is then refused"
            )]
            let whole = decimal.floor() as i64;
            Timestamp::from_seconds(whole, 0)
        }
    }
}

/// A part of a time, in UTC.
pub(super) fn part_of(time: Timestamp, part: TimePart) -> i64 {
    let seconds = time.as_nanos().div_euclid(NANOS_PER_SECOND);
    let days = seconds.div_euclid(SECONDS_PER_DAY);
    let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    match part {
        TimePart::Minute => second_of_day / 60 % 60,
        TimePart::Hour => second_of_day / 3_600,
        TimePart::Day => civil_from_days(days).2,
        TimePart::Month => civil_from_days(days).1,
        TimePart::Year => civil_from_days(days).0,
        TimePart::Week => week(days),
    }
}

/// The week as ISO 8601 counts it: the one with the year's first Thursday is the first.
fn week(days: i64) -> i64 {
    // Day 0 was a Thursday; Monday is the first day of a week.
    let weekday = (days + 3).rem_euclid(7);
    let thursday = days - weekday + 3;
    let year = civil_from_days(thursday).0;
    // At most a year of days back from Thursday to the first of January of its year.
    let day_of_year = (0..366).find(|back| civil_from_days(thursday - back - 1).0 != year).unwrap_or(0);
    day_of_year / 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, part: TimePart) -> Option<i64> {
        time_of(text).map(|time| part_of(time, part))
    }

    #[test]
    fn parts_are_those_of_the_time_in_utc() {
        let text = "2026-02-01T23:59:58.5+01:00";
        assert_eq!(part(text, TimePart::Minute), Some(59));
        assert_eq!(part(text, TimePart::Hour), Some(22));
        assert_eq!(part(text, TimePart::Day), Some(1));
        assert_eq!(part(text, TimePart::Month), Some(2));
        assert_eq!(part(text, TimePart::Year), Some(2026));
        assert_eq!(part("2026-02-01 08:05:00", TimePart::Hour), Some(8));
        assert_eq!(part("0", TimePart::Year), Some(1970));
        assert_eq!(part("1767225600000", TimePart::Year), Some(2026));
        assert_eq!(part("yesterday", TimePart::Year), None);
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        for (day, week) in [
            ("2026-01-01", 1),
            ("2025-12-29", 1),
            ("2025-12-28", 52),
            ("2021-01-03", 53),
            ("2021-01-04", 1),
            ("2024-12-30", 1),
            ("2020-12-31", 53),
        ] {
            assert_eq!(part(&format!("{day}T00:00:00Z"), TimePart::Week), Some(week), "{day}");
        }
    }
}

//! Hours of the week where people work.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use palisade_record::Timestamp;

/// Hours of a week.
pub(super) const HOURS_A_WEEK: u8 = 168;

/// 1970-01-01 was a Thursday, three days after a Monday.
const EPOCH_HOUR_OF_WEEK: i64 = 3 * 24;

const MINUTES_A_DAY: u16 = 24 * 60;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Hours in which work is done, on some days of the week, in a time zone.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkingHours {
    from_minute: u16,
    to_minute: u16,
    days: [bool; 7],
    zone: TimeZone,
    words: String,
}

/// An hour by the clocks of a place, counted from the beginning of 1970 there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct LocalHour(pub(crate) i64);

/// A time by the clocks of a place.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Local {
    pub(crate) hour: LocalHour,
    time: DateTime,
    weekday: usize,
    minute: u16,
}

impl LocalHour {
    /// Which hour of its week it is, from Monday at midnight on.
    pub(crate) fn of_week(self) -> i64 {
        self.0.saturating_add(EPOCH_HOUR_OF_WEEK).rem_euclid(i64::from(HOURS_A_WEEK))
    }

    /// Hours since an earlier one; none since a later one.
    #[expect(
        clippy::cast_precision_loss,
        reason = "within 2^53 hours of each other, or so far that it is the same"
    )]
    pub(crate) fn hours_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0).max(0) as f64
    }
}

impl Local {
    /// `Tuesday 03:12`.
    pub(crate) fn in_words(&self) -> String {
        self.time.strftime("%A %H:%M").to_string()
    }
}

impl WorkingHours {
    /// Reads `07:00-19:00`, days like `mon-fri` or `sat`, and an IANA time zone, UTC when it is empty. The error says what is wrong.
    pub fn parse(hours: &str, days: &[String], zone: &str) -> Result<Self, String> {
        let wrong =
            || format!("`hours` must be two times of day like `07:00-19:00`, not `{}`", hours.escape_debug());
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let (from_minute, to_minute) = (minute(from).ok_or_else(wrong)?, minute(to).ok_or_else(wrong)?);
        if from_minute == to_minute {
            return Err("`hours` end when they begin; write `00:00-24:00` for whole days".to_owned());
        }
        let mut working = [false; 7];
        for day in days {
            mark(day, &mut working)?;
        }
        if !working.contains(&true) {
            return Err("`days` names no day".to_owned());
        }
        let zone = match zone {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| {
                format!(
                    "`zone` must be an IANA time zone like `Europe/Berlin`; there is no `{}`",
                    name.escape_debug()
                )
            })?,
        };
        let words = format!("{} {}", days.join(", "), hours);
        Ok(Self { from_minute, to_minute, days: working, zone, words })
    }

    /// The name of the time zone.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// A time as the clocks show it; nothing outside of the years that calendars know.
    pub(crate) fn local(&self, time: Timestamp) -> Option<Local> {
        let time = jiff::Timestamp::from_millisecond(time.as_millis()).ok()?;
        let local: DateTime = self.zone.to_datetime(time);
        let seconds = TimeZone::UTC.to_timestamp(local).ok()?.as_second();
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).ok()?;
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).ok()?;
        Some(Local { hour: LocalHour(seconds.div_euclid(3_600)), time: local, weekday, minute })
    }

    /// Whether work is done then. Hours that go over midnight belong to the day on which they begin.
    pub(crate) fn contain(&self, local: &Local) -> bool {
        let (from, to) = (self.from_minute, self.to_minute);
        let yesterday = (local.weekday + 6) % 7;
        if from < to {
            return self.days[local.weekday] && (from..to).contains(&local.minute);
        }
        self.days[local.weekday] && local.minute >= from || self.days[yesterday] && local.minute < to
    }
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

/// A time of day in minutes; `24:00` is its end.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str| {
        let is_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| is_digits)
    };
    let (hour, minute) = (number(hour)?, number(minute).filter(|minute| *minute < 60)?);
    Some(hour * 60 + minute).filter(|minute| *minute <= MINUTES_A_DAY)
}

/// Marks a day, or days from one to another.
fn mark(text: &str, working: &mut [bool; 7]) -> Result<(), String> {
    let wrong = || format!("`days` must be like `mon-fri` or `sat`, not `{}`", text.escape_debug());
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim()).ok_or_else(wrong);
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (day(from)?, day(to)?);
    for offset in 0..=(to + 7 - from) % 7 {
        working[(from + offset) % 7] = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_work(hours: &str, days: &[&str], zone: &str, time: &str) -> bool {
        let days: Vec<String> = days.iter().map(|day| (*day).to_owned()).collect();
        let working = WorkingHours::parse(hours, &days, zone).unwrap();
        working.contain(&working.local(Timestamp::parse_rfc3339(time).unwrap()).unwrap())
    }

    #[test]
    fn work_begins_and_ends_on_the_minute() {
        assert!(is_work("07:00-19:00", &["mon-fri"], "", "2026-03-02T07:00:00Z"));
        assert!(!is_work("07:00-19:00", &["mon-fri"], "", "2026-03-02T19:00:00Z"));
        assert!(!is_work("07:00-19:00", &["mon-fri"], "", "2026-03-07T12:00:00Z"), "a Saturday");
        assert!(is_work("00:00-24:00", &["sat", "sun"], "", "2026-03-08T23:59:59Z"));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        assert!(is_work("22:00-06:00", &["fri"], "", "2026-03-07T05:59:00Z"));
        assert!(!is_work("22:00-06:00", &["fri"], "", "2026-03-06T05:59:00Z"));
    }

    #[test]
    fn hours_are_those_of_the_place_in_summer_and_in_winter() {
        assert!(is_work("07:00-19:00", &["mon-sun"], "Europe/Berlin", "2026-07-01T05:00:00Z"));
        assert!(!is_work("07:00-19:00", &["mon-sun"], "Europe/Berlin", "2026-01-01T05:00:00Z"));
    }

    #[test]
    fn hours_of_the_week_begin_on_monday_at_midnight() {
        let working = WorkingHours::parse("07:00-19:00", &["mon".to_owned()], "Asia/Kolkata").unwrap();
        let local = working.local(Timestamp::parse_rfc3339("2026-03-01T18:30:00Z").unwrap()).unwrap();
        assert_eq!((local.hour.of_week(), local.in_words().as_str()), (0, "Monday 00:00"));
    }

    #[test]
    fn what_are_no_hours_is_refused() {
        let refused = |hours: &str, day: &str, zone: &str| {
            WorkingHours::parse(hours, &[day.to_owned()], zone).unwrap_err()
        };
        for hours in ["", "7-19", "07:00", "24:01-07:00", "07:60-08:00", "+7:00-08:00", "07:00-07:00"] {
            assert!(refused(hours, "mon", "").starts_with("`hours`"), "{hours}");
        }
        for day in ["", "monday", "mon-", "mon-fri-sat", "Mon"] {
            assert!(refused("07:00-19:00", day, "").starts_with("`days`"), "{day}");
        }
        assert!(refused("07:00-19:00", "mon", "Berlin").starts_with("`zone`"));
    }

    proptest! {
        #[test]
        fn any_text_is_hours_or_refused(hours in "[0-9:+-]{0,12}", day in "[a-z-]{0,8}", time in any::<i64>()) {
            if let Ok(working) = WorkingHours::parse(&hours, &[day], "") {
                let local = working.local(Timestamp::from_nanos(time)).unwrap();
                prop_assert!((0..168).contains(&local.hour.of_week()));
                let of_clock = i64::try_from(local.weekday).unwrap() * 24 + i64::from(local.minute) / 60;
                prop_assert_eq!(of_clock, local.hour.of_week());
            }
        }
    }
}

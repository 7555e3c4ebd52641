//! When a channel sleeps: hours of the day where its people are. What is critical wakes them all the same.

use jiff::tz::TimeZone;
use palisade_record::Timestamp;

use crate::notice::Notice;
use crate::rule::Severity;

/// From one time of day to another, over midnight if need be.
#[derive(Clone, PartialEq, Debug)]
pub struct QuietHours {
    from_minute: u16,
    to_minute: u16,
    zone: TimeZone,
}

impl QuietHours {
    /// Reads `22:00-07:00` and an IANA time zone, UTC when it is empty. The error ends a sentence that begins with the name of the
    /// setting.
    pub fn parse(hours: &str, zone: &str) -> Result<Self, String> {
        let wrong =
            || format!("must be two times of day like \"22:00-07:00\", not \"{}\"", hours.escape_debug());
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let (from_minute, to_minute) = (minute(from).ok_or_else(wrong)?, minute(to).ok_or_else(wrong)?);
        if from_minute == to_minute {
            return Err("begins when it ends; leave it out for a channel that never sleeps".to_owned());
        }
        let zone = match zone {
            "" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| {
                format!("must be in an IANA time zone like \"Europe/Berlin\"; there is no `{name}`")
            })?,
        };
        Ok(Self { from_minute, to_minute, zone })
    }

    /// Whether a notice is not told now.
    pub fn mute(&self, notice: &Notice, now: Timestamp) -> bool {
        notice.severity < Severity::Critical && self.contain(now)
    }

    fn contain(&self, now: Timestamp) -> bool {
        let Ok(now) = jiff::Timestamp::from_millisecond(now.as_millis()) else { return false };
        let time = self.zone.to_datetime(now).time();
        let minute = i32::from(time.hour()) * 60 + i32::from(time.minute());
        let (from, to) = (i32::from(self.from_minute), i32::from(self.to_minute));
        if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, max: u16| {
        let is_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|number| is_digits && *number <= max)
    };
    Some(number(hour, 23)? * 60 + number(minute, 59)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::notice::Occasion;
    use proptest::prelude::*;

    fn quiet(hours: &str, zone: &str, at: &str) -> bool {
        let quiet = QuietHours::parse(hours, zone).unwrap();
        quiet.mute(&notice("a", 0, Occasion::Trigger), Timestamp::parse_rfc3339(at).unwrap())
    }

    #[test]
    fn a_night_goes_over_midnight_and_ends_on_the_minute() {
        assert!(quiet("22:00-07:00", "", "2026-11-21T22:00:00Z"));
        assert!(quiet("22:00-07:00", "", "2026-11-21T06:59:59Z"));
        assert!(!quiet("22:00-07:00", "", "2026-11-21T07:00:00Z"));
        assert!(!quiet("22:00-07:00", "", "2026-11-21T21:59:59Z"));
        assert!(quiet("12:00-13:00", "", "2026-11-21T12:30:00Z"));
    }

    #[test]
    fn hours_are_those_of_the_place_in_summer_and_in_winter() {
        assert!(quiet("22:00-07:00", "Europe/Berlin", "2026-07-01T20:00:00Z"));
        assert!(!quiet("22:00-07:00", "Europe/Berlin", "2026-01-01T20:00:00Z"));
        assert!(quiet("22:00-07:00", "Europe/Berlin", "2026-01-01T21:00:00Z"));
    }

    #[test]
    fn what_is_critical_is_told_at_any_hour() {
        let mut critical = notice("a", 0, Occasion::Trigger);
        critical.severity = Severity::Critical;
        let night = QuietHours::parse("22:00-07:00", "").unwrap();
        assert!(!night.mute(&critical, Timestamp::parse_rfc3339("2026-11-21T03:00:00Z").unwrap()));
    }

    #[test]
    fn what_is_no_span_of_hours_is_refused() {
        for hours in ["", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "+2:00-07:00", "2:00-07:00"] {
            assert!(QuietHours::parse(hours, "").unwrap_err().contains("22:00-07:00"), "{hours}");
        }
        assert!(QuietHours::parse("07:00-07:00", "").is_err());
        assert!(QuietHours::parse("22:00-07:00", "Berlin").unwrap_err().contains("Europe/Berlin"));
    }

    proptest! {
        #[test]
        fn any_text_is_hours_or_refused(hours in "[0-9:+-]{0,12}", zone in "[A-Za-z/]{0,8}") {
            if let Ok(quiet) = QuietHours::parse(&hours, &zone) {
                prop_assert!(quiet.from_minute < 1_440 && quiet.to_minute < 1_440);
            }
        }
    }
}

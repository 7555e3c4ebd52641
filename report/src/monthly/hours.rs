//! Hours of the day and days of the week, in the zone of the report, across the changes of its clocks.

use jiff::tz::TimeZone;
use palisade_record::Timestamp;
use serde_json::Value;

use crate::document::{Cell, Chart, ChartKind, ColumnKind, Table};
use crate::zoned::zoned;

/// When people are at work, unless a rule says otherwise.
const WORK_HOURS: std::ops::Range<i8> = 7..19;

/// The names of days, as the heat maps show them.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// An hour of a week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct HourOfWeek {
    /// From Monday, 0, on.
    pub(super) day: usize,
    pub(super) hour: usize,
}

impl HourOfWeek {
    /// In which a time lies.
    pub(super) fn of(time: Timestamp, zone: &TimeZone) -> Option<Self> {
        let local = zoned(time, zone)?;
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).ok()?;
        Some(Self { day, hour: usize::try_from(local.hour()).ok()? })
    }

    /// In which a step of an hour lies, as answers tell it.
    pub(super) fn of_step(step: &Value, zone: &TimeZone) -> Option<Self> {
        Self::of(Timestamp::parse_rfc3339(step.as_str()?)?, zone)
    }

    /// Whether most people are not at work: nights and weekends.
    pub(super) fn is_after_hours(self) -> bool {
        let hour = i8::try_from(self.hour).unwrap_or(0);
        self.day >= 5 || !WORK_HOURS.contains(&hour)
    }
}

/// Whether most people are not at work at a time: nights and weekends of a zone. False for what is beyond the calendar.
pub fn is_after_hours(time: Timestamp, zone: &TimeZone) -> bool {
    HourOfWeek::of(time, zone).is_some_and(HourOfWeek::is_after_hours)
}

/// How much there was in every hour of a week.
#[derive(Default)]
pub(super) struct Week([[u64; 24]; 7]);

impl Week {
    pub(super) fn add(&mut self, hour: HourOfWeek, count: u64) {
        self.0[hour.day][hour.hour] += count;
    }

    /// The heat map of it: a row for each hour, a column for each day.
    pub(super) fn chart(&self, id: &str, caption: &str, query: &String) -> Chart {
        let mut columns = vec![("hour", ColumnKind::Text)];
        columns.extend(DAYS.map(|day| (day, ColumnKind::Number)));
        let mut table = Table::new(id, caption, &columns).answering([query]);
        for hour in 0..24 {
            let counts = self.0.iter().map(|day| Cell::count(day[hour]));
            table.row(std::iter::once(Cell::from(format!("{hour:02}"))).chain(counts));
        }
        Chart { kind: ChartKind::HeatMap, table }
    }
}

/// What is meant with it, for the reader.
pub(super) const AFTER_HOURS: &str = "After hours means Saturday and Sunday, and from 19:00 to 07:00 on other days, in the time zone of the report.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_the_zone_also_when_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let of = |text: &str| HourOfWeek::of(Timestamp::parse_rfc3339(text).unwrap(), &berlin).unwrap();
        assert_eq!(of("2026-10-23T16:59:00Z"), HourOfWeek { day: 4, hour: 18 });
        assert!(!of("2026-10-23T16:59:00Z").is_after_hours());
        assert!(of("2026-10-23T17:00:00Z").is_after_hours());
        assert!(of("2026-10-24T10:00:00Z").is_after_hours(), "a Saturday");
        assert_eq!(
            of("2026-10-26T05:30:00Z"),
            HourOfWeek { day: 0, hour: 6 },
            "an hour later than in summer"
        );
        assert!(!of("2026-10-26T06:00:00Z").is_after_hours());
    }
}

//! Months.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use palisade_record::Timestamp;

use crate::document::Period;
use crate::zoned::{self, zoned};

/// A month of a year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month(Date);

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Month {
    /// The last month that was over at a time.
    ///
    /// # Errors
    /// When the zone is not known.
    pub fn last_before(now: Timestamp, zone: &str) -> Result<Self, String> {
        let local = zoned(now, &zoned::zone(zone)?).ok_or_else(|| format!("{now} is out of range"))?;
        let today = local.date();
        Ok(Self(today.first_of_month()).before())
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.yesterday().map_or(self.0, Date::first_of_month))
    }

    /// The span of it in a zone.
    ///
    /// # Errors
    /// When the zone is not known.
    pub fn period(self, zone: &str) -> Result<Period, String> {
        let next = self.0.last_of_month().tomorrow().map_err(|error| error.to_string())?;
        let place = zoned::zone(zone)?;
        let midnight = |date: Date| -> Result<Timestamp, String> {
            let start = date.to_zoned(place.clone()).map_err(|error| error.to_string())?.timestamp();
            Timestamp::from_seconds(start.as_second(), 0).ok_or_else(|| format!("{date} is out of range"))
        };
        let number = usize::try_from(self.0.month()).unwrap_or(1).clamp(1, 12);
        let name = format!("{} {}", NAMES[number - 1], self.0.year());
        Ok(Period { from: midnight(self.0)?, to: midnight(next)?, zone: zone.to_owned(), name })
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no month; write it like 2026-10");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(wrong());
        }
        let (year, month) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        if !(1..=12).contains(&month) || !(1970..=2260).contains(&year) {
            return Err(wrong());
        }
        Ok(Self(date(year, month, 1)))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_from_midnight_to_midnight_in_its_zone() {
        let period = "2026-10".parse::<Month>().unwrap().period("Europe/Berlin").unwrap();
        assert_eq!(period.from, Timestamp::parse_rfc3339("2026-09-30T22:00:00Z").unwrap());
        assert_eq!(period.to, Timestamp::parse_rfc3339("2026-10-31T23:00:00Z").unwrap());
        assert_eq!(period.name, "October 2026");
        assert!("2026-10".parse::<Month>().unwrap().period("Atlantis").unwrap_err().contains("no time zone"));
    }

    #[test]
    fn months_follow_each_other() {
        let january: Month = "2026-01".parse().unwrap();
        assert_eq!(january.before().to_string(), "2025-12");
        let now = Timestamp::parse_rfc3339("2026-03-01T01:00:00Z").unwrap();
        assert_eq!(Month::last_before(now, "UTC").unwrap().to_string(), "2026-02");
        assert_eq!(
            Month::last_before(now, "America/New_York").unwrap().to_string(),
            "2026-01",
            "there it is February still"
        );
        for wrong in ["2026", "2026-1", "2026-13", "26-01", "2026-00", "x-y", "2026-10-01"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}

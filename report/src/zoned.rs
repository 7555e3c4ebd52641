//! Our times as the calendar has them.

use jiff::Zoned;
use jiff::tz::TimeZone;
use palisade_record::Timestamp;

/// A time in a zone; nothing for what is beyond the calendar.
pub(crate) fn zoned(time: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let instant = jiff::Timestamp::from_nanosecond(i128::from(time.as_nanos())).ok()?;
    Some(instant.to_zoned(zone.clone()))
}

/// A time zone by its IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone; write one like Europe/Berlin"))
}

//! The zone of times that do not tell theirs.

use jiff::tz::TimeZone;
use palisade_record::Timestamp;

/// A time zone, UTC unless another is known.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    /// UTC.
    Utc,
    /// One of the IANA database.
    Named(TimeZone),
}

impl Zone {
    /// The zone of that IANA name; UTC for no name; `None` when there is no such zone.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        match name {
            "" | "UTC" | "Etc/UTC" => Some(Self::Utc),
            _ => TimeZone::get(name).ok().map(Self::Named),
        }
    }

    /// The point in time at which clocks in this zone show `local`, which was read as if it were UTC. Of two such
    /// points, in autumn, it is the first; a time skipped in spring is taken as if the clock had not been moved.
    pub(crate) fn resolve(&self, local: Timestamp) -> Option<Timestamp> {
        let Self::Named(zone) = self else { return Some(local) };
        let shown = jiff::Timestamp::from_nanosecond(i128::from(local.as_nanos())).ok()?;
        let shown = TimeZone::UTC.to_datetime(shown);
        let point = zone.to_ambiguous_timestamp(shown).compatible().ok()?;
        i64::try_from(point.as_nanosecond()).ok().map(Timestamp::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(zone: &str, local: &str) -> String {
        let (local, _) = Timestamp::parse_local(local.as_bytes()).unwrap();
        Zone::of_name(zone).unwrap().resolve(local).unwrap().to_string()
    }

    #[test]
    fn local_times_become_points_in_time() {
        assert_eq!(resolve("", "2026-07-01T12:00:00"), "2026-07-01T12:00:00.000Z");
        assert_eq!(resolve("Europe/Berlin", "2026-07-01T12:00:00"), "2026-07-01T10:00:00.000Z");
        assert_eq!(resolve("Europe/Berlin", "2026-01-01T12:00:00.5"), "2026-01-01T11:00:00.500Z");
        assert_eq!(resolve("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00.000Z");
    }

    #[test]
    fn a_zone_that_does_not_exist_is_not_guessed() {
        assert!(Zone::of_name("Europe/Atlantis").is_none());
    }
}

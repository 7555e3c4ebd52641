//! When which search is to be asked: decided from the time alone.

use std::time::Duration;

use palisade_record::Timestamp;

/// Answers that are missing after a long silence. Older ones are left out, and told.
const BEHIND_MAX: u32 = 1_440;

/// A search that is to be asked now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// The end of the span to ask about.
    pub at: Timestamp,
    /// How many before it are left out.
    pub left_out: u64,
}

/// The next full multiple of `every` after `last`, if records up to there have come; `last` is the one that was asked before. A search that was
/// never asked begins with the last one that is over.
pub fn next_due(last: Option<Timestamp>, every: Duration, lateness: Duration, now: Timestamp) -> Option<Due> {
    let step = i64::try_from(every.as_nanos()).ok().filter(|step| *step > 0)?;
    let newest = now.minus(lateness).as_nanos().div_euclid(step);
    let next = last.map_or(newest, |last| last.as_nanos().div_euclid(step) + 1);
    if next > newest {
        return None;
    }
    let oldest = newest - i64::from(BEHIND_MAX) + 1;
    let left_out = u64::try_from(oldest.saturating_sub(next)).unwrap_or(0);
    Some(Due { at: Timestamp::from_nanos(next.max(oldest).checked_mul(step)?), left_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second, 0).unwrap()
    }

    #[test]
    fn a_span_is_asked_about_once_what_is_late_has_come() {
        let due = |last, now| next_due(last, MINUTE, Duration::from_secs(30), at(now)).map(|due| due.at);
        assert_eq!(due(None, 630), Some(at(600)));
        assert_eq!(due(Some(at(600)), 689), None);
        assert_eq!(due(Some(at(600)), 690), Some(at(660)));
        assert_eq!(due(Some(at(600)), 1_000), Some(at(660)), "none is left out");
    }

    #[test]
    fn after_days_of_silence_the_last_day_is_asked_about_and_the_rest_is_told() {
        let due = next_due(Some(at(0)), MINUTE, Duration::ZERO, at(60 * 2_000)).unwrap();
        assert_eq!((due.at, due.left_out), (at(60 * 561), 560));
    }
}

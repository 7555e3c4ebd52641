//! Up to which time everything has come.
//!
//! Every source tells its events about in order. The slowest active one decides; one that is silent, or so far behind that it tells of
//! the past, does not hold the others up: what it brings is late, and told as late.

use std::collections::HashMap;
use std::time::Duration;

use palisade_record::Timestamp;

/// A source that said nothing for so long is silent: agents ship every second. What it brings later is in time all the same, as long as
/// it is not later than the rules allow.
const SILENT_AFTER: Duration = Duration::from_secs(5);

/// A source that is further behind than this tells of the past.
const BEHIND_MAX: Duration = Duration::from_secs(5 * 60);

/// Sources that are remembered. More only means that the watermark does not wait for some.
const SOURCES_MAX: usize = 100_000;

#[derive(Clone, Copy, Debug)]
struct Source {
    newest: Timestamp,
    heard_at: Timestamp,
}

/// How far each source has told.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: HashMap<u64, Source>,
}

impl Sources {
    /// A source told of an event.
    pub fn heard(&mut self, source: u64, time: Timestamp, now: Timestamp) {
        if self.sources.len() >= SOURCES_MAX && !self.sources.contains_key(&source) {
            return;
        }
        let known = self.sources.entry(source).or_insert(Source { newest: time, heard_at: now });
        known.newest = known.newest.max(time);
        known.heard_at = now;
    }

    /// How far the slowest active source has told; the time of day when all are silent.
    pub fn told_up_to(&mut self, now: Timestamp) -> Timestamp {
        let silent = now.minus(SILENT_AFTER);
        self.sources.retain(|_, source| source.heard_at >= silent);
        let behind = now.minus(BEHIND_MAX);
        let active = self.sources.values().map(|source| source.newest).filter(|newest| *newest >= behind);
        active.min().unwrap_or(now).min(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second, 0).unwrap()
    }

    #[test]
    fn the_slowest_active_source_decides() {
        let mut sources = Sources::default();
        sources.heard(1, at(1_000), at(1_000));
        sources.heard(2, at(990), at(1_000));
        assert_eq!(sources.told_up_to(at(1_001)), at(990));
    }

    #[test]
    fn a_silent_source_holds_nobody_up() {
        let mut sources = Sources::default();
        sources.heard(1, at(1_000), at(1_000));
        sources.heard(2, at(1_040), at(1_040));
        assert_eq!(sources.told_up_to(at(1_041)), at(1_040));
        assert_eq!(sources.told_up_to(at(2_000)), at(2_000));
    }

    #[test]
    fn a_source_that_tells_of_the_past_holds_nobody_up() {
        let mut sources = Sources::default();
        sources.heard(1, at(1_000), at(100_000));
        sources.heard(2, at(99_999), at(100_000));
        assert_eq!(sources.told_up_to(at(100_000)), at(99_999));
    }

    #[test]
    fn a_source_from_the_future_does_not_move_the_watermark_past_now() {
        let mut sources = Sources::default();
        sources.heard(1, at(5_000), at(1_000));
        assert_eq!(sources.told_up_to(at(1_000)), at(1_000));
    }
}

//! Numbers about questions, for `/metrics`.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use palisade_index::CacheStatistics;

use super::Failure;

/// What kind of question it was; each is named like its route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Search,
    Stream,
    Export,
    Tail,
    Histogram,
    Fields,
    Values,
    Context,
    Correlate,
    Streams,
    Patterns,
    Estimate,
}

const KINDS: [(Kind, &str); 12] = [
    (Kind::Search, "search"),
    (Kind::Stream, "stream"),
    (Kind::Export, "export"),
    (Kind::Tail, "tail"),
    (Kind::Histogram, "histogram"),
    (Kind::Fields, "fields"),
    (Kind::Values, "values"),
    (Kind::Context, "context"),
    (Kind::Correlate, "correlate"),
    (Kind::Streams, "streams"),
    (Kind::Patterns, "patterns"),
    (Kind::Estimate, "estimate"),
];

/// Counters since the start.
#[derive(Default)]
pub(crate) struct Metrics {
    queries: [AtomicU64; KINDS.len()],
    micros: [AtomicU64; KINDS.len()],
    cancelled: AtomicU64,
    timeouts: AtomicU64,
    memory: AtomicU64,
    failed: AtomicU64,
    blocks_read: AtomicU64,
    blocks_pruned: AtomicU64,
}

impl Metrics {
    pub(crate) fn finished(&self, kind: Kind, took: Duration, failure: Option<&Failure>) {
        self.queries[kind as usize].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros[kind as usize].fetch_add(micros, Ordering::Relaxed);
        let counter = match failure {
            None => return,
            Some(Failure::Cancelled) => &self.cancelled,
            Some(Failure::Timeout) => &self.timeouts,
            Some(Failure::Memory(_) | Failure::TooMuch(..)) => &self.memory,
            Some(Failure::Index(_) | Failure::Panicked) => &self.failed,
            Some(_) => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, blocks: u64) {
        self.blocks_read.fetch_add(blocks, Ordering::Relaxed);
    }

    pub(crate) fn pruned(&self, blocks: u64) {
        self.blocks_pruned.fetch_add(blocks, Ordering::Relaxed);
    }

    pub(crate) fn to_text(&self, cache: &CacheStatistics) -> String {
        let mut text = String::new();
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // Writing to a String cannot fail.
        _ = writeln!(text, "# HELP palisade_query_total Questions answered or refused, by kind.");
        _ = writeln!(text, "# TYPE palisade_query_total counter");
        for (kind, name) in KINDS {
            _ = writeln!(
                text,
                "palisade_query_total{{kind=\"{name}\"}} {}",
                load(&self.queries[kind as usize])
            );
        }
        _ = writeln!(text, "# HELP palisade_query_seconds_total Time spent on questions, by kind.");
        _ = writeln!(text, "# TYPE palisade_query_seconds_total counter");
        for (kind, name) in KINDS {
            let micros = load(&self.micros[kind as usize]);
            let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
            _ = writeln!(text, "palisade_query_seconds_total{{kind=\"{name}\"}} {seconds}.{rest:06}");
        }
        let counters = [
            ("cancelled_total", "Questions whose reader went away.", &self.cancelled),
            ("timeouts_total", "Questions that took too long.", &self.timeouts),
            ("memory_refusals_total", "Questions that needed too much memory.", &self.memory),
            ("failures_total", "Questions that failed inside.", &self.failed),
            ("blocks_read_total", "Blocks that were read.", &self.blocks_read),
            ("blocks_pruned_total", "Blocks that were left out unread.", &self.blocks_pruned),
        ];
        for (name, help, counter) in counters {
            _ = writeln!(text, "# HELP palisade_query_{name} {help}");
            _ = writeln!(text, "# TYPE palisade_query_{name} counter");
            _ = writeln!(text, "palisade_query_{name} {}", load(counter));
        }
        let cached = [
            ("bytes_max", "gauge", "Memory that decoded parts of blocks may take.", cache.bytes_max),
            ("bytes", "gauge", "Memory that decoded parts of blocks take.", cache.bytes),
            ("hits_total", "counter", "Decoded parts that were found in memory.", cache.hits_total),
            ("misses_total", "counter", "Decoded parts that had to be read.", cache.misses_total),
        ];
        for (name, kind, help, value) in cached {
            _ = writeln!(text, "# HELP palisade_query_cache_{name} {help}");
            _ = writeln!(text, "# TYPE palisade_query_cache_{name} {kind}");
            _ = writeln!(text, "palisade_query_cache_{name} {value}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_counter() {
        for (place, (kind, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, place);
        }
        let metrics = Metrics::default();
        metrics.finished(Kind::Fields, Duration::from_millis(1_500), Some(&Failure::Timeout));
        let text = metrics.to_text(&CacheStatistics { hits_total: 7, ..CacheStatistics::default() });
        assert!(text.contains("palisade_query_total{kind=\"fields\"} 1\n"), "{text}");
        assert!(text.contains("palisade_query_seconds_total{kind=\"fields\"} 1.500000\n"), "{text}");
        assert!(text.contains("palisade_query_timeouts_total 1\n"), "{text}");
        assert!(text.contains("palisade_query_cache_hits_total 7\n"), "{text}");
    }
}

//! How long answers take.

use std::time::Duration;

use serde::Serialize;

/// Times of one question.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

/// What the times come to.
#[derive(Clone, Copy, PartialEq, Serialize, Debug)]
pub(crate) struct Latency {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Latencies {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn summary(mut self) -> Latency {
        self.0.sort_unstable();
        Latency { p50_ms: self.at(50), p99_ms: self.at(99) }
    }

    /// The smallest time that so many percent do not exceed.
    fn at(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(0.0, |time| rounded(time.as_secs_f64() * 1_000.0))
    }
}

/// A figure with three digits behind the point: no clock here knows more.
pub(crate) fn rounded(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut latencies = Latencies::default();
        (1..=20).rev().for_each(|millis| latencies.push(Duration::from_millis(millis)));
        assert_eq!(latencies.summary(), Latency { p50_ms: 10.0, p99_ms: 20.0 });
    }
}

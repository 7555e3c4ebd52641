//! How long to wait after a failure, and when the collector counts as gone and as back.

use std::time::Duration;

use crate::status::add;
use crate::tailer::Tailer;

/// The first wait after a failure; it doubles with each.
const BACKOFF_MIN: Duration = Duration::from_millis(200);

/// The longest wait: a collector that is back is noticed within half a minute.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// The longest wait that a collector may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

impl Tailer {
    pub(super) fn succeed(&mut self) {
        if self.away_since.take().is_some() {
            tracing::info!("collector is back");
        }
        self.failures = 0;
        self.not_before = Duration::ZERO;
    }

    pub(super) fn fail(&mut self, problem: &str, retry_after: Option<Duration>, now: Duration) {
        add(&self.counters.failed_requests, 1);
        self.counters.error(problem.to_owned());
        if self.away_since.is_none() {
            tracing::warn!(problem, "requests fail; trying again until they succeed");
            self.away_since = Some(now);
        }
        self.wait(retry_after, now);
    }

    pub(super) fn wait(&mut self, retry_after: Option<Duration>, now: Duration) {
        let pause = pause_after(self.failures);
        self.failures = self.failures.saturating_add(1);
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        self.not_before = now + pause.max(asked);
    }
}

/// How long to wait after so many failures in a row, not counting the last.
pub(super) fn pause_after(failures: u32) -> Duration {
    let doubled = BACKOFF_MIN.saturating_mul(1 << failures.min(10)).min(BACKOFF_MAX);
    // Agents that lost their collector together must not all come back together.
    doubled.mul_f64(0.5 + rand::random::<f64>() / 2.0)
}

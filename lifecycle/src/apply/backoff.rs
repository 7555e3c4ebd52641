//! What failed is not tried again at once.

use std::collections::HashMap;
use std::time::Duration;

use palisade_record::Timestamp;

/// The wait after the first failure; doubled by each further one.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait: a storage that comes back is used again within minutes.
const LONGEST: Duration = Duration::from_secs(300);

/// Who waits, and until when.
#[derive(Default)]
pub(super) struct Backoff {
    waiting: HashMap<String, (u32, Timestamp)>,
}

impl Backoff {
    /// Whether something may be tried.
    pub(super) fn may(&self, what: &str, now: Timestamp) -> bool {
        self.waiting.get(what).is_none_or(|(_, until)| *until <= now)
    }

    /// Whether something failed and did not work since.
    pub(super) fn is_waiting(&self, what: &str) -> bool {
        self.waiting.contains_key(what)
    }

    /// Whether all is well.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// It failed.
    pub(super) fn failed(&mut self, what: &str, now: Timestamp) {
        let (failures, until) = self.waiting.entry(what.to_owned()).or_insert((0, now));
        *until = now.plus(FIRST.saturating_mul(2_u32.saturating_pow(*failures)).min(LONGEST));
        *failures = failures.saturating_add(1);
    }

    /// It worked, or is not there any more.
    pub(super) fn worked(&mut self, what: &str) {
        self.waiting.remove(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_minutes() {
        let mut backoff = Backoff::default();
        let at = |seconds| Timestamp::from_seconds(seconds, 0).unwrap();
        assert!(backoff.may("a", at(0)));
        backoff.failed("a", at(0));
        assert!(!backoff.may("a", at(0)) && backoff.may("a", at(1)) && backoff.may("b", at(0)));
        backoff.failed("a", at(1));
        assert!(!backoff.may("a", at(2)) && backoff.may("a", at(3)));
        (0..50).for_each(|_| backoff.failed("a", at(3)));
        assert!(!backoff.may("a", at(302)) && backoff.may("a", at(303)));
        backoff.worked("a");
        assert!(backoff.may("a", at(3)));
    }
}

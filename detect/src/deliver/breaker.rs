//! Whether a channel is asked at all: after several failures it is left alone for a while, then one message finds out whether it
//! works again.

use std::time::Duration;

use palisade_record::Timestamp;
use serde::Serialize;

use super::outcome::{FailureKind, Outcome};
use super::retry::RETRY_AFTER_MAX;

/// Failures in a row after which a channel is left alone. A single lost packet is not an outage; five attempts are seconds.
pub const FAILURES_MAX: u32 = 5;

/// How long it is left alone the first time.
const OPEN_FIRST: Duration = Duration::from_secs(15);

/// How long at most, after several times: an alert must not wait longer than that for a receiver that works again.
const OPEN_MAX: Duration = Duration::from_secs(120);

/// Whether a channel is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Breaker {
    /// It is.
    Closed {
        /// How often it failed in a row.
        failures: u32,
    },
    /// It is not, until then.
    Open {
        /// When one message may try.
        until: Timestamp,
        /// How often it was left alone in a row, this time included.
        times: u32,
    },
    /// One message is trying.
    HalfOpen {
        /// How often it was left alone before.
        times: u32,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// As metrics and people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half-open",
        }
    }

    /// The breaker as it is when a message wants to go; `Err` says how long that has to wait.
    pub fn admit(self, now: Timestamp) -> Result<Self, Timestamp> {
        match self {
            Self::Open { until, .. } if now < until => Err(until),
            Self::Open { times, .. } => Ok(Self::HalfOpen { times }),
            Self::Closed { .. } | Self::HalfOpen { .. } => Ok(self),
        }
    }

    /// The breaker after a message.
    #[must_use]
    pub fn after(self, outcome: &Outcome, now: Timestamp) -> Self {
        let Outcome::Failed(failure) = outcome else { return Self::default() };
        match failure.kind {
            // It answers: whoever comes next is not to wait because this message was wrong, or came too soon.
            FailureKind::Refused | FailureKind::RateLimited => Self::default(),
            FailureKind::Unavailable => {
                let asked = failure.retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
                self.failed(now, asked)
            }
        }
    }

    fn failed(self, now: Timestamp, asked: Duration) -> Self {
        let times = match self {
            Self::Closed { failures } if failures.saturating_add(1) < FAILURES_MAX => {
                return Self::Closed { failures: failures + 1 };
            }
            Self::Closed { .. } => 1,
            Self::Open { times, .. } | Self::HalfOpen { times } => times.saturating_add(1),
        };
        let doubled = OPEN_FIRST.saturating_mul(1_u32.checked_shl(times - 1).unwrap_or(u32::MAX));
        Self::Open { until: now.plus(doubled.min(OPEN_MAX).max(asked)), times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;
    use proptest::prelude::*;

    fn down() -> Outcome {
        Outcome::failed(FailureKind::Unavailable, "refused connection")
    }

    fn after(seconds: u64) -> Timestamp {
        NOON.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn it_opens_after_five_failures_in_a_row_and_not_before() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker = breaker.after(&down(), NOON);
            assert_eq!(breaker.as_str(), "closed");
        }
        assert_eq!(breaker.after(&Outcome::accepted(), NOON), Breaker::default());
        assert_eq!(breaker.after(&down(), NOON), Breaker::Open { until: after(15), times: 1 });
    }

    #[test]
    fn one_message_finds_out_whether_it_works_again() {
        let open = Breaker::Open { until: after(15), times: 1 };
        assert_eq!(open.admit(after(14)), Err(after(15)));
        let trying = open.admit(after(15)).unwrap();
        assert_eq!(trying.as_str(), "half-open");
        assert_eq!(trying.after(&down(), after(15)), Breaker::Open { until: after(45), times: 2 });
        assert_eq!(trying.after(&Outcome::accepted(), after(15)), Breaker::default());
    }

    #[test]
    fn a_refused_message_says_that_the_channel_answers() {
        let refused = Outcome::failed(FailureKind::Refused, "status 400");
        assert_eq!(Breaker::HalfOpen { times: 3 }.after(&refused, NOON), Breaker::default());
    }

    proptest! {
        #[test]
        fn it_never_waits_longer_than_its_bound_and_always_lets_one_try(
            outcomes in proptest::collection::vec(any::<bool>(), 0..80),
        ) {
            let (mut breaker, mut now) = (Breaker::default(), NOON);
            for works in outcomes {
                if let Err(until) = breaker.admit(now) {
                    prop_assert!(until <= now.plus(OPEN_MAX));
                    now = until;
                }
                breaker = breaker.admit(now).unwrap();
                breaker = breaker.after(&if works { Outcome::accepted() } else { down() }, now);
            }
        }
    }
}

//! What happens to a notice after an attempt: told, tried again, or given up.

use std::time::Duration;

use palisade_record::Timestamp;

use super::outcome::{Failure, FailureKind, Outcome};

/// How long a notice is tried. After a day somebody has seen the alert in another way, or has to look at the dead letters.
pub const RETRIED_FOR: Duration = Duration::from_secs(86_400);

/// The first attempts follow each other so fast: most failures are over in seconds.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);

/// Nothing waits longer than this for its next attempt: once a receiver works again, people are told within minutes.
const BACKOFF_MAX: Duration = Duration::from_secs(300);

/// Jitter begins here, not at nothing: a receiver that just failed gets a moment.
const BACKOFF_MIN: Duration = Duration::from_millis(100);

/// Longest wait that a receiver can ask for. A mistake there must not silence a channel for days.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// What was done for a notice so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tries {
    /// Attempts before the one that just ended.
    pub attempts: u32,
    /// When the notice came in.
    pub enqueued_at: Timestamp,
}

/// What happens next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing: it was told.
    Delivered,
    /// It is tried again then.
    Retry {
        /// Not earlier.
        at: Timestamp,
    },
    /// It is given up.
    Dead {
        /// Why.
        reason: String,
    },
}

/// Decides what happens next. `jitter` is drawn anew for each attempt, evenly from all numbers; it spreads the attempts of many
/// senders and many notices over the time they could wait ("full jitter").
pub fn next_step(tries: Tries, outcome: &Outcome, now: Timestamp, jitter: u32) -> Step {
    let failure = match outcome {
        Outcome::Accepted { .. } => return Step::Delivered,
        Outcome::Failed(failure) => failure,
    };
    if failure.kind == FailureKind::Refused {
        return Step::Dead { reason: failure.reason.clone() };
    }
    let at = now.plus(wait_after(failure, tries.attempts, jitter));
    if at >= tries.enqueued_at.plus(RETRIED_FOR) {
        let attempts = tries.attempts.saturating_add(1);
        let hours = RETRIED_FOR.as_secs() / 3_600;
        return Step::Dead {
            reason: format!("tried {attempts} times in {hours} hours; the last time: {}", failure.reason),
        };
    }
    Step::Retry { at }
}

fn wait_after(failure: &Failure, attempts: u32, jitter: u32) -> Duration {
    let drawn = backoff(attempts, jitter);
    match failure.retry_after {
        // Jitter on top: everybody who was told the same number would come back at the same moment.
        Some(asked) => asked.min(RETRY_AFTER_MAX).saturating_add(drawn.min(BACKOFF_FIRST)),
        None => drawn,
    }
}

/// Evenly from [`BACKOFF_MIN`] to a bound that doubles with each attempt.
fn backoff(attempts: u32, jitter: u32) -> Duration {
    let bound =
        BACKOFF_FIRST.saturating_mul(1_u32.checked_shl(attempts).unwrap_or(u32::MAX)).min(BACKOFF_MAX);
    let span = bound.saturating_sub(BACKOFF_MIN);
    BACKOFF_MIN + span.mul_f64(f64::from(jitter) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;
    use proptest::prelude::*;

    fn failed(kind: FailureKind, retry_after: Option<u64>) -> Outcome {
        let retry_after = retry_after.map(Duration::from_secs);
        Outcome::Failed(Failure { kind, reason: "status 500".to_owned(), retry_after })
    }

    fn after(seconds: u64) -> Timestamp {
        NOON.plus(Duration::from_secs(seconds))
    }

    const FRESH: Tries = Tries { attempts: 0, enqueued_at: NOON };

    #[test]
    fn a_receiver_that_will_never_take_it_is_not_asked_again() {
        let step = next_step(FRESH, &failed(FailureKind::Refused, Some(5)), NOON, 0);
        assert_eq!(step, Step::Dead { reason: "status 500".to_owned() });
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_but_not_for_ever() {
        let step =
            |seconds| next_step(FRESH, &failed(FailureKind::RateLimited, Some(seconds)), NOON, u32::MAX);
        assert_eq!(step(30), Step::Retry { at: after(31) });
        assert_eq!(step(u64::MAX), Step::Retry { at: after(3_601) });
    }

    #[test]
    fn after_a_day_it_is_given_up_with_the_last_reason() {
        let old = Tries { attempts: 290, enqueued_at: NOON };
        let outcome = failed(FailureKind::Unavailable, None);
        assert!(matches!(next_step(old, &outcome, after(86_000), u32::MAX), Step::Retry { .. }));
        let reason = "tried 291 times in 24 hours; the last time: status 500".to_owned();
        assert_eq!(next_step(old, &outcome, after(86_399), u32::MAX), Step::Dead { reason });
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        let longest = |attempts| backoff(attempts, u32::MAX).as_secs();
        assert_eq!([0, 1, 2, 8, 9, 31, 32, u32::MAX].map(longest), [1, 2, 4, 256, 300, 300, 300, 300]);
        assert_eq!(backoff(9, 0), BACKOFF_MIN);
    }

    proptest! {
        #[test]
        fn an_attempt_ends_in_being_told_a_later_attempt_or_a_reason(
            attempts: u32, age in 0_u64..200_000, jitter: u32, retry_after in proptest::option::of(any::<u64>()),
        ) {
            let tries = Tries { attempts, enqueued_at: NOON };
            let outcome = failed(FailureKind::Unavailable, retry_after);
            match next_step(tries, &outcome, after(age), jitter) {
                Step::Retry { at } => {
                    prop_assert!(at >= after(age).plus(BACKOFF_MIN));
                    prop_assert!(at <= after(age).plus(RETRY_AFTER_MAX).plus(BACKOFF_FIRST));
                    prop_assert!(at < NOON.plus(RETRIED_FOR));
                }
                Step::Dead { reason } => prop_assert!(!reason.is_empty()),
                Step::Delivered => prop_assert!(false, "nobody took it"),
            }
        }
    }
}

//! Receipts: journal files that are locked in the cold storage within seconds of arrival, until the splits of their records
//! are locked there.

use palisade_record::Timestamp;

use crate::{Class, LOCK_GRACE, Term};

/// How long receipts are locked when a class says nothing else: longer than a bucket that cannot be reached stays unnoticed
/// over holidays, and short, because every record in one is paid for twice.
pub const RECEIPT_LOCK: Term = Term::days(14);

/// The lock of a receipt that is needed still is made longer when so much of it is left: two days in which a bucket may be
/// away.
const EXTENDED_BEFORE: Term = LOCK_GRACE.and(LOCK_GRACE);

/// What is known of a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceiptState {
    /// When its lock ends, as the store tells; `None` without a lock.
    pub locked_until: Option<Timestamp>,
    /// Whether all its records are in splits that are evidence, or were disposed of after they had been.
    pub is_evidence: bool,
}

/// What is due for a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReceiptStep {
    /// Its records are nowhere else as safe, and its lock will end.
    Extend {
        /// Until then.
        until: Timestamp,
    },
    /// Nobody needs it any more.
    Remove,
}

/// How long a class wants receipts to be locked: never longer than its records are kept, unless it says so itself.
pub fn receipt_term(class: &Class) -> Term {
    class.receipts.unwrap_or(RECEIPT_LOCK.min(class.retention))
}

/// What is due `now`, where locks last for `term`.
pub fn receipt_step(now: Timestamp, term: Term, state: ReceiptState) -> Option<ReceiptStep> {
    match state.locked_until {
        Some(until) if state.is_evidence && until <= now => Some(ReceiptStep::Remove),
        None if state.is_evidence => Some(ReceiptStep::Remove),
        Some(until) if !state.is_evidence && until < EXTENDED_BEFORE.after(now) => {
            // A short term would be extended again and again.
            let term = term.max(EXTENDED_BEFORE.and(LOCK_GRACE));
            Some(ReceiptStep::Extend { until: term.after(now) })
        }
        Some(_) | None => None,
    }
}

/// Whether the lock of a receipt ends so late that nothing can be due for it now.
pub fn is_receipt_at_rest(now: Timestamp, locked_until: Timestamp) -> bool {
    locked_until >= EXTENDED_BEFORE.after(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_nanos(1_800_000_000_000_000_000);

    fn step(days_left: Option<u32>, is_evidence: bool) -> Option<ReceiptStep> {
        let locked_until = days_left.map(|days| Term::days(days).after(NOW));
        receipt_step(NOW, RECEIPT_LOCK, ReceiptState { locked_until, is_evidence })
    }

    #[test]
    fn a_receipt_goes_after_its_lock_once_its_records_are_evidence() {
        assert_eq!(step(Some(0), true), Some(ReceiptStep::Remove));
        assert_eq!(step(None, true), Some(ReceiptStep::Remove));
        assert_eq!(step(Some(1), true), None);
        assert_eq!(step(None, false), None);
    }

    #[test]
    fn a_lock_that_ends_too_soon_is_made_longer() {
        let until = RECEIPT_LOCK.after(NOW);
        assert_eq!(step(Some(0), false), Some(ReceiptStep::Extend { until }));
        assert_eq!(step(Some(1), false), Some(ReceiptStep::Extend { until }));
        assert_eq!(step(Some(2), false), None);
    }

    #[test]
    fn receipts_do_not_outlive_what_they_tell_of_unless_the_class_says_so() {
        let mut class = Class { retention: Term::days(7), ..Class::standard() };
        assert_eq!(receipt_term(&class), Term::days(7));
        class.receipts = Some(Term::days(30));
        assert_eq!(receipt_term(&class), Term::days(30));
        assert_eq!(receipt_term(&Class::standard()), RECEIPT_LOCK);
    }

    proptest! {
        #[test]
        fn what_is_needed_is_never_removed_and_an_extended_lock_is_at_rest(
            left in proptest::option::of(-40i64..40),
            days in 0u32..40,
            is_evidence: bool,
        ) {
            let day = 86_400_000_000_000;
            let locked_until = left.map(|left| Timestamp::from_nanos(NOW.as_nanos() + left * day));
            match receipt_step(NOW, Term::days(days), ReceiptState { locked_until, is_evidence }) {
                Some(ReceiptStep::Remove) => prop_assert!(is_evidence && locked_until.is_none_or(|until| until <= NOW)),
                Some(ReceiptStep::Extend { until }) => {
                    prop_assert!(!is_evidence && Some(until) > locked_until && is_receipt_at_rest(NOW, until));
                }
                None => {}
            }
        }
    }
}

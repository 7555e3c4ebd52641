//! A group that was silent for long, and is active again.
//!
//! ```yaml
//! watch:
//!     type: dormant
//!     group-by: [user_id]
//!     silence: 90d                          # so long without a record
//!     memory: 2y                            # of a group that was there within this time
//! ```
//!
//! In one sentence: the last record of the group was more than `silence` ago, and at most `memory`.
//!
//! A record that comes late, behind a later one of its group, is usual: the group was not silent by then.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use crate::plan::duration_in_words;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dormant {
    /// A group without a record for longer is dormant.
    pub silence: Duration,
    /// A group without a record for longer is forgotten.
    pub memory: Duration,
}

impl Dormant {
    pub(crate) fn in_words(&self) -> String {
        format!("records after more than {} of silence", duration_in_words(self.silence))
    }
}

impl Kind for Dormant {
    /// When the group was there last.
    type Memory = Option<Timestamp>;

    fn begin(&self) -> Self::Memory {
        None
    }

    fn observe(&self, last: &mut Self::Memory, observed: &Observed) -> Verdict {
        let time = observed.entry.time;
        let before = *last;
        *last = before.max(Some(time));
        let Some(silence) = before.filter(|before| *before < time).map(|before| time.since(before)) else {
            return Verdict::Usual;
        };
        if silence <= self.silence || silence > self.memory {
            return Verdict::Usual;
        }
        let words = match silence.as_secs() / SECONDS_A_DAY {
            0 | 1 => duration_in_words(Duration::from_secs(silence.as_secs())),
            days => format!("{days} days"),
        };
        Verdict::Unusual(format!("active again after {words} of silence"))
    }

    fn forget(&self, last: &mut Self::Memory, now: Timestamp) -> bool {
        last.is_none_or(|last| last.plus(self.memory) < now)
    }

    fn items(&self, _: &Self::Memory) -> usize {
        1
    }

    fn encode(&self, last: &Self::Memory, writer: &mut Writer) {
        writer.signed(last.unwrap_or(Timestamp::MIN).as_nanos());
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Self::Memory, Malformed> {
        Ok(Some(Timestamp::from_nanos(reader.signed()?)).filter(|last| *last > Timestamp::MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::{at, observed};
    use super::*;

    const DAY: u64 = SECONDS_A_DAY;

    fn verdicts(days: &[u64]) -> Vec<bool> {
        let day = Duration::from_secs(DAY);
        let kind = Dormant { silence: 90 * day, memory: 365 * day };
        let mut last = kind.begin();
        let mut verdict = |day: &u64| kind.observe(&mut last, &observed(at(day * DAY), 0));
        days.iter().map(|day| matches!(verdict(day), Verdict::Unusual(_))).collect()
    }

    #[test]
    fn a_group_that_was_silent_for_long_is_told_once() {
        assert_eq!(verdicts(&[0, 90, 181, 182]), [false, false, true, false]);
    }

    #[test]
    fn a_group_that_was_never_seen_or_is_forgotten_is_new_and_not_dormant() {
        assert_eq!(verdicts(&[500]), [false]);
        assert_eq!(verdicts(&[0, 366]), [false, false]);
    }

    #[test]
    fn what_comes_late_neither_wakes_a_group_nor_puts_it_to_sleep() {
        assert_eq!(verdicts(&[200, 10, 201]), [false, false, false]);
    }
}

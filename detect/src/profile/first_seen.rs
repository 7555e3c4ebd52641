//! A value that the group never had.
//!
//! ```yaml
//! watch:
//!     type: first_seen
//!     group-by: [user_id]
//!     fields: [source_ip]                   # or several, whose values are looked at together
//!     memory: 90d                           # not had for so long is never had
//!     learn: 7d                             # of a group that is known for so long
//! ```
//!
//! With `country_of: source_ip` in place of `fields` it is about the country of an address, as the file of places tells it that the
//! configuration names. Records whose address the file does not know are left out, and counted as skipped.
//!
//! In one sentence: the group has been known for at least `learn`, and had not had the value for `memory`.
//!
//! A record that comes late counts at the time it tells: it is unusual when the group was known for long enough before it, and usual
//! when a later record had the value, for that one was told. A group that was silent for `memory` is a new one.

use std::collections::HashMap;
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use crate::plan::duration_in_words;

/// Values of one group. A group with more has a new one all the time, which is what is usual for it: nothing is told of it.
const VALUES_MAX: usize = 4_096;

/// When a value was there last is known to such a part of the memory. Otherwise every record would change what is stored.
const STEPS: u32 = 64;

/// How long a value is in a sentence.
const VALUE_CHARACTERS_MAX: usize = 64;

/// The settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstSeen {
    /// What the values are, as people say it.
    pub what: String,
    /// Whether they are the countries of addresses.
    pub is_country: bool,
    /// A value that a group did not have for so long is new again.
    pub memory: Duration,
    /// Nothing is told of a group that is known for less.
    pub learn: Duration,
}

/// The values of a group. Times of the latest are so late or up to a step later.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Values {
    /// The time of the earliest record.
    since: Timestamp,
    /// The time of the latest record.
    newest: Timestamp,
    /// When each value was there last.
    last: HashMap<u64, Timestamp>,
}

impl FirstSeen {
    pub(crate) fn in_words(&self) -> String {
        format!("records with a {} that is new within {}", self.what, duration_in_words(self.memory))
    }

    fn is_old(&self, time: Timestamp, now: Timestamp) -> bool {
        time.plus(self.memory) < now
    }
}

impl Kind for FirstSeen {
    type Memory = Values;

    fn begin(&self) -> Values {
        Values { since: Timestamp::MAX, newest: Timestamp::MIN, last: HashMap::new() }
    }

    fn observe(&self, values: &mut Values, observed: &Observed) -> Verdict {
        let (time, value) = (observed.entry.time, observed.entry.value);
        if self.is_old(values.newest, time) {
            *values = self.begin();
        }
        if !values.last.contains_key(&value) && values.last.len() >= VALUES_MAX {
            let newest = values.newest;
            values.last.retain(|_, last| !self.is_old(*last, newest));
            if values.last.len() >= VALUES_MAX {
                return Verdict::Full;
            }
        }
        let step = self.memory / STEPS;
        let mut is_learnt = time < values.since;
        values.since = values.since.min(time);
        is_learnt |= rise(&mut values.newest, time, step);
        let before = values.last.get(&value).copied();
        is_learnt |= rise(values.last.entry(value).or_insert(Timestamp::MIN), time, step);
        let is_new = before.is_none_or(|before| self.is_old(before, time));
        if !is_new || time < values.since.plus(self.learn) {
            return if is_learnt { Verdict::Usual } else { Verdict::Known };
        }
        let value: String = observed.texts.join(", ").chars().take(VALUE_CHARACTERS_MAX).collect();
        let memory = duration_in_words(self.memory);
        Verdict::Unusual(format!("{value} is a {} that was not seen here for {memory}", self.what))
    }

    fn forget(&self, values: &mut Values, now: Timestamp) -> bool {
        values.last.retain(|_, last| !self.is_old(*last, now));
        values.last.is_empty()
    }

    fn items(&self, values: &Values) -> usize {
        values.last.len()
    }

    fn encode(&self, values: &Values, writer: &mut Writer) {
        writer.signed(values.since.as_nanos());
        writer.signed(values.newest.as_nanos());
        let mut sorted: Vec<(&u64, &Timestamp)> = values.last.iter().collect();
        sorted.sort();
        writer.varint(sorted.len() as u64);
        for (value, last) in sorted {
            writer.u64(*value);
            writer.signed(last.as_nanos());
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Values, Malformed> {
        let since = Timestamp::from_nanos(reader.signed()?);
        let newest = Timestamp::from_nanos(reader.signed()?);
        let mut last = HashMap::new();
        for _ in 0..reader.count(VALUES_MAX)? {
            last.insert(reader.u64()?, Timestamp::from_nanos(reader.signed()?));
        }
        Ok(Values { since, newest, last })
    }
}

/// Moves a time on to a later one, unless that is hardly later. Whether it did.
fn rise(known: &mut Timestamp, time: Timestamp, step: Duration) -> bool {
    let rises = time > known.plus(step);
    if rises {
        *known = time;
    }
    rises
}

#[cfg(test)]
mod tests {
    use super::super::contract::{at, observed};
    use super::*;

    const DAY: u64 = 86_400;

    fn kind() -> FirstSeen {
        let day = Duration::from_secs(DAY);
        FirstSeen { what: "source_ip".to_owned(), is_country: false, memory: 90 * day, learn: 7 * day }
    }

    fn is_told(values: &mut Values, day: u64, value: u64) -> bool {
        matches!(kind().observe(values, &observed(at(day * DAY), value)), Verdict::Unusual(_))
    }

    #[test]
    fn nothing_is_new_while_a_group_is_learnt() {
        let mut values = kind().begin();
        assert!(!is_told(&mut values, 0, 1) && !is_told(&mut values, 6, 2));
        assert!(is_told(&mut values, 7, 3));
        assert!(!is_told(&mut values, 8, 3));
    }

    #[test]
    fn a_value_that_was_not_there_for_long_is_new_again() {
        let mut values = kind().begin();
        is_told(&mut values, 0, 1);
        is_told(&mut values, 60, 2);
        assert!(!is_told(&mut values, 90, 1));
        assert!(is_told(&mut values, 151, 2));
    }

    #[test]
    fn a_group_that_was_not_there_for_long_is_learnt_anew() {
        let mut values = kind().begin();
        is_told(&mut values, 0, 1);
        assert!(!is_told(&mut values, 91, 2) && !is_told(&mut values, 92, 3));
        assert!(is_told(&mut values, 98, 4));
    }

    #[test]
    fn what_comes_late_counts_when_it_happened() {
        let mut values = kind().begin();
        is_told(&mut values, 0, 1);
        assert!(is_told(&mut values, 20, 2));
        assert!(!is_told(&mut values, 19, 2), "a later record was told");
        assert!(is_told(&mut values, 18, 3));
        assert!(!is_told(&mut values, 5, 4), "the group was not known for long then");
    }

    #[test]
    fn a_group_that_has_ever_new_values_says_nothing_of_them() {
        let mut values = kind().begin();
        (0..VALUES_MAX as u64).for_each(|value| _ = is_told(&mut values, 0, value));
        let more = kind().observe(&mut values, &observed(at(30 * DAY), 1 << 40));
        assert_eq!((more, values.last.len()), (Verdict::Full, VALUES_MAX));
    }

    #[test]
    fn the_reason_names_the_value() {
        let mut values = kind().begin();
        is_told(&mut values, 0, 1);
        let Verdict::Unusual(reason) = kind().observe(&mut values, &observed(at(8 * DAY), 2)) else {
            panic!()
        };
        assert_eq!(reason, "2 is a source_ip that was not seen here for 90 days");
    }
}

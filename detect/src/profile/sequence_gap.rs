//! A number that must rise by one from record to record, and a hole in it.
//!
//! ```yaml
//! watch:
//!     type: sequence_gap
//!     group-by: [host]
//!     field: audit_sequence
//! alert: {lateness: 5m}                     # a hole that is not filled by then is told
//! ```
//!
//! In one sentence: numbers between two that came have not come, although everything from before has had time to.
//!
//! Records come in any order: a number fills the hole it belongs to, and a hole is told when the lateness of the rule has passed since
//! the record behind it. Numbers that came already mean nothing. A number of 0 or 1 that fills no hole and is later than the highest is
//! a restart, and counting goes on from there; what comes late from before the restart belongs to what was counted then. A counter that begins anew with another
//! number cannot be told from repetitions, and nothing is told until it is past where it was. The first number of a group may be any.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::counter::{Counter, HOLES_MAX, Hole, decode_holes, encode_holes};
use super::kind::{Kind, Observed, Verdict};
use crate::window::Entry;

/// Counters begin with one of these.
const FIRST_NUMBER_MAX: u64 = 1;

/// The counter that goes on, and the one before the restart for what comes late.
const COUNTERS_MAX: usize = 2;

/// A group that had no record for longer is a new one.
const MEMORY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SequenceGap {
    /// What the numbers are, as people say it.
    pub what: String,
}

/// The counters of a group.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Counters {
    newest: Timestamp,
    /// Each begins with a restart but the first. Oldest first.
    counters: Vec<Counter>,
    /// Holes of earlier ones, which nothing fills any more.
    closed: Vec<Hole>,
}

impl Counters {
    /// Counting begins anew. Whether there was room for what is missing from before.
    fn restart(&mut self, number: u64, entry: Entry) -> bool {
        let mut counter = Counter::new(entry.time, number);
        let before = self.counters.last_mut().map(|last| last.take_repeated(entry.time));
        // What came before the restart was known to be one.
        for (number, entry) in before.into_iter().flatten() {
            counter.take(number, entry);
        }
        self.counters.push(counter);
        let surplus = self.counters.len().saturating_sub(COUNTERS_MAX);
        self.closed.extend(self.counters.drain(..surplus).flat_map(|counter| counter.holes));
        let has_room = self.closed.len() <= HOLES_MAX;
        self.closed.truncate(HOLES_MAX);
        has_room
    }
}

impl SequenceGap {
    pub(crate) fn in_words(&self) -> String {
        format!("gaps in {}", self.what)
    }

    fn reason(&self, hole: &Hole) -> String {
        match hole.last - hole.first {
            0 => format!("{} {} is missing", self.what, hole.first),
            more => {
                let count = more.saturating_add(1);
                format!("{} {} to {} are missing, {count} of them", self.what, hole.first, hole.last)
            }
        }
    }
}

impl Kind for SequenceGap {
    type Memory = Counters;

    fn begin(&self) -> Counters {
        Counters { newest: Timestamp::MIN, counters: Vec::new(), closed: Vec::new() }
    }

    fn observe(&self, memory: &mut Counters, observed: &Observed) -> Verdict {
        let entry = observed.entry;
        let number = observed.texts.first().and_then(|text| text.trim().parse::<u64>().ok());
        // A number that is the last there is cannot be followed by one.
        let Some(number) = number.filter(|number| *number < u64::MAX) else { return Verdict::Usual };
        memory.newest = memory.newest.max(entry.time);
        let belongs = memory.counters.iter().rposition(|counter| counter.since <= entry.time).unwrap_or(0);
        let is_last = belongs + 1 >= memory.counters.len();
        let Some(counter) = memory.counters.get_mut(belongs) else {
            memory.counters.push(Counter::new(entry.time, number));
            return Verdict::Usual;
        };
        let is_counted = counter.take(number, entry);
        let is_restart =
            !is_counted && number <= FIRST_NUMBER_MAX && is_last && entry.time > counter.risen_at;
        if is_restart && !memory.restart(number, entry) {
            return Verdict::Full;
        }
        Verdict::Usual
    }

    fn settle(&self, memory: &mut Counters, watermark: Timestamp) -> Vec<(Entry, String)> {
        let mut told = Vec::new();
        let open = memory.counters.iter_mut().map(|counter| &mut counter.holes);
        for holes in std::iter::once(&mut memory.closed).chain(open) {
            for hole in holes.extract_if(.., |hole| hole.behind.time < watermark) {
                told.push((hole.behind, self.reason(&hole)));
            }
        }
        told
    }

    fn waits(&self, memory: &Counters) -> bool {
        !memory.closed.is_empty() || memory.counters.iter().any(|counter| !counter.holes.is_empty())
    }

    fn forget(&self, memory: &mut Counters, now: Timestamp) -> bool {
        memory.newest.plus(MEMORY) < now
    }

    fn items(&self, memory: &Counters) -> usize {
        // A hole takes as much as five numbers.
        5 * memory.closed.len() + memory.counters.iter().map(Counter::items).sum::<usize>()
    }

    fn encode(&self, memory: &Counters, writer: &mut Writer) {
        writer.signed(memory.newest.as_nanos());
        writer.varint(memory.counters.len() as u64);
        memory.counters.iter().for_each(|counter| counter.encode(writer));
        encode_holes(&memory.closed, writer);
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Counters, Malformed> {
        let newest = Timestamp::from_nanos(reader.signed()?);
        let count = reader.count(COUNTERS_MAX)?;
        let counters = (0..count).map(|_| Counter::decode(reader)).collect::<Result<_, _>>()?;
        Ok(Counters { newest, counters, closed: decode_holes(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::contract::{at, observed};
    use super::*;

    /// What is told in the end of numbers that come in this order, each a second after the one before.
    fn told(numbers: &[u64]) -> Vec<String> {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut counters = kind.begin();
        for (second, number) in (0..).zip(numbers) {
            assert_eq!(kind.observe(&mut counters, &observed(at(second), *number)), Verdict::Usual);
        }
        kind.settle(&mut counters, at(1_000_000)).into_iter().map(|(_, reason)| reason).collect()
    }

    #[test]
    fn a_hole_that_is_not_filled_is_told_with_its_numbers() {
        assert_eq!(told(&[5, 6, 8, 12]), ["n 7 is missing", "n 9 to 11 are missing, 3 of them"]);
        assert_eq!(told(&[5, 6, 9, 8, 7, 10]), [] as [&str; 0]);
        assert_eq!(told(&[5, 10, 7]), ["n 6 is missing", "n 8 to 9 are missing, 2 of them"]);
    }

    #[test]
    fn a_restart_is_none_and_a_hole_before_it_stays_one() {
        assert_eq!(told(&[5, 6, 7, 0, 1, 2]), [] as [&str; 0]);
        assert_eq!(told(&[5, 7, 1, 2, 3]), ["n 6 is missing"]);
        assert_eq!(told(&[5, 7, 1, 2, 1, 2, 1, 2, 1, 2]), ["n 6 is missing"]);
        assert_eq!(told(&[5, 6, 1, 3]), ["n 2 is missing"]);
    }

    #[test]
    fn repetitions_mean_nothing() {
        assert_eq!(told(&[5, 6, 6, 5, 7, 6, 7]), [] as [&str; 0]);
        assert_eq!(told(&[0, 0, 1, 1, 2]), [] as [&str; 0]);
    }

    #[test]
    fn the_first_number_that_comes_again_is_no_restart() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut counters = kind.begin();
        for (second, number) in [(0, 1), (1, 2), (0, 1), (2, 3)] {
            kind.observe(&mut counters, &observed(at(second), number));
        }
        assert_eq!(kind.settle(&mut counters, at(1_000)), []);
    }

    #[test]
    fn what_comes_late_from_before_a_restart_belongs_there() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut counters = kind.begin();
        for (second, number) in [(0, 5), (10, 6), (40, 1), (20, 7), (30, 8), (50, 2)] {
            kind.observe(&mut counters, &observed(at(second), number));
        }
        assert_eq!(kind.settle(&mut counters, at(1_000)), []);
    }

    #[test]
    fn a_restart_whose_first_number_comes_after_the_next_ones_is_no_hole() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut counters = kind.begin();
        for (second, number) in [(0, 99), (21, 2), (22, 3), (20, 1), (23, 4)] {
            kind.observe(&mut counters, &observed(at(second), number));
        }
        assert_eq!(kind.settle(&mut counters, at(1_000)), []);
    }

    #[test]
    fn a_hole_is_told_once_and_only_when_nothing_can_fill_it_any_more() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut counters = kind.begin();
        kind.observe(&mut counters, &observed(at(0), 1));
        kind.observe(&mut counters, &observed(at(10), 3));
        assert!(kind.settle(&mut counters, at(10)).is_empty() && kind.waits(&counters));
        assert_eq!(kind.settle(&mut counters, at(11)).len(), 1);
        assert!(kind.settle(&mut counters, at(12)).is_empty() && !kind.waits(&counters));
    }

    proptest! {
        #[test]
        fn exactly_the_numbers_that_never_came_are_missing(
            numbers in proptest::collection::vec(2u64..60, 1..40),
        ) {
            let first = numbers[0];
            let above: Vec<u64> = numbers.iter().copied().filter(|number| *number >= first).collect();
            let highest = above.iter().copied().max().unwrap();
            let kind = SequenceGap { what: "n".to_owned() };
            let mut counters = kind.begin();
            for (second, number) in (0..).zip(&numbers) {
                kind.observe(&mut counters, &observed(at(second), *number));
            }
            let missing: Vec<u64> = counters.counters[0].holes.iter().flat_map(|hole| hole.first..=hole.last).collect();
            let expected: Vec<u64> = (first..=highest).filter(|number| !above.contains(number)).collect();
            prop_assert_eq!(missing, expected);
        }

        #[test]
        fn however_many_holes_there_are_they_stay_within_their_bound(step in 2u64..5) {
            let kind = SequenceGap { what: "n".to_owned() };
            let mut counters = kind.begin();
            for number in 0..2 * HOLES_MAX as u64 {
                kind.observe(&mut counters, &observed(at(number), 2 + number * step));
            }
            prop_assert_eq!(counters.counters[0].holes.len(), HOLES_MAX);
        }
    }
}

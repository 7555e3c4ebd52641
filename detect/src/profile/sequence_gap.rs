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
//! the record behind it. Numbers that came already mean nothing. A number of 0 or 1 that fills no hole and is later than the highest is a restart, and counting goes
//! on from there; what comes late from before the restart belongs to what was counted then. A counter that begins anew with another
//! number cannot be told from repetitions, and nothing is told until it is past where it was. The first number of a group may be any.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use crate::window::Entry;

/// Holes of one group that wait to be filled. More are one large one.
const HOLES_MAX: usize = 1_024;

/// Counters begin with one of these.
const FIRST_NUMBER_MAX: u64 = 1;

/// The counter that goes on, and the one before the restart for what comes late.
const RUNS_MAX: usize = 2;

/// A group that had no record for longer is a new one.
const MEMORY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SequenceGap {
    /// What the numbers are, as people say it.
    pub what: String,
}

/// Numbers that are missing.
#[derive(Clone, PartialEq, Debug)]
struct Hole {
    first: u64,
    last: u64,
    /// The event behind it.
    behind: Entry,
}

/// A counter between two restarts.
#[derive(Clone, PartialEq, Debug)]
struct Run {
    /// The time of its first record.
    since: Timestamp,
    highest: u64,
    /// The time of the latest record that was the highest when it came.
    risen_at: Timestamp,
    /// In the order of their numbers.
    holes: Vec<Hole>,
}

/// The counters of a group.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Runs {
    newest: Timestamp,
    /// Oldest first.
    runs: Vec<Run>,
    /// Holes of earlier runs, which nothing fills any more.
    closed: Vec<Hole>,
}

impl Run {
    fn new(since: Timestamp, highest: u64) -> Self {
        Self { since, highest, risen_at: since, holes: Vec::new() }
    }

    /// Takes a number out of the hole it lies in. Whether there is one.
    fn fill(&mut self, number: u64) -> bool {
        let within = |hole: &Hole| (hole.first..=hole.last).contains(&number);
        let Some(at) = self.holes.iter().position(within) else { return false };
        let hole = self.holes.remove(at);
        if number < hole.last {
            self.holes.insert(at, Hole { first: number + 1, ..hole.clone() });
        }
        if hole.first < number {
            self.holes.insert(at, Hole { last: number - 1, ..hole });
        }
        self.join_surplus();
        true
    }

    /// Goes on to a number past the highest.
    fn rise(&mut self, number: u64, behind: Entry) {
        if number > self.highest + 1 {
            self.holes.push(Hole { first: self.highest + 1, last: number - 1, behind });
            self.join_surplus();
        }
        self.highest = number;
        self.risen_at = self.risen_at.max(behind.time);
    }

    /// Past the bound the two oldest holes are one, and what came between them is forgotten.
    fn join_surplus(&mut self) {
        if self.holes.len() > HOLES_MAX {
            let first = self.holes.remove(0).first;
            self.holes[0].first = first;
        }
    }
}

impl SequenceGap {
    pub(crate) fn in_words(&self) -> String {
        format!("gaps in {}", self.what)
    }
}

impl Kind for SequenceGap {
    type Memory = Runs;

    fn begin(&self) -> Runs {
        Runs { newest: Timestamp::MIN, runs: Vec::new(), closed: Vec::new() }
    }

    fn observe(&self, runs: &mut Runs, observed: &Observed) -> Verdict {
        let time = observed.entry.time;
        let number = observed.texts.first().and_then(|text| text.trim().parse::<u64>().ok());
        // A number that is the last there is cannot be followed by one.
        let Some(number) = number.filter(|number| *number < u64::MAX) else { return Verdict::Usual };
        runs.newest = runs.newest.max(time);
        let last = runs.runs.len().saturating_sub(1);
        let belongs = runs.runs.iter().rposition(|run| run.since <= time).unwrap_or(0);
        let Some(run) = runs.runs.get_mut(belongs) else {
            runs.runs.push(Run::new(time, number));
            return Verdict::Usual;
        };
        if number > run.highest {
            run.rise(number, observed.entry);
        } else if !run.fill(number) && number <= FIRST_NUMBER_MAX && belongs == last && time > run.risen_at {
            runs.runs.push(Run::new(time, number));
            let surplus = runs.runs.len().saturating_sub(RUNS_MAX);
            runs.closed.extend(runs.runs.drain(..surplus).flat_map(|run| run.holes));
            if runs.closed.len() > HOLES_MAX {
                runs.closed.truncate(HOLES_MAX);
                return Verdict::Full;
            }
        }
        Verdict::Usual
    }

    fn settle(&self, runs: &mut Runs, watermark: Timestamp) -> Vec<(Entry, String)> {
        let mut told = Vec::new();
        for holes in std::iter::once(&mut runs.closed).chain(runs.runs.iter_mut().map(|run| &mut run.holes)) {
            holes.retain(|hole| {
                let is_final = hole.behind.time < watermark;
                if is_final {
                    told.push((hole.behind, self.reason(hole)));
                }
                !is_final
            });
        }
        told
    }

    fn waits(&self, runs: &Runs) -> bool {
        !runs.closed.is_empty() || runs.runs.iter().any(|run| !run.holes.is_empty())
    }

    fn forget(&self, runs: &mut Runs, now: Timestamp) -> bool {
        runs.newest.plus(MEMORY) < now
    }

    fn items(&self, runs: &Runs) -> usize {
        // A hole takes as much as five numbers.
        5 * runs.closed.len() + runs.runs.iter().map(|run| 2 + 5 * run.holes.len()).sum::<usize>()
    }

    fn encode(&self, runs: &Runs, writer: &mut Writer) {
        writer.signed(runs.newest.as_nanos());
        writer.varint(runs.runs.len() as u64);
        for run in &runs.runs {
            writer.signed(run.since.as_nanos());
            writer.varint(run.highest);
            writer.signed(run.risen_at.as_nanos());
            encode_holes(&run.holes, writer);
        }
        encode_holes(&runs.closed, writer);
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Runs, Malformed> {
        let newest = Timestamp::from_nanos(reader.signed()?);
        let mut runs = Vec::new();
        for _ in 0..reader.count(RUNS_MAX)? {
            let mut run = Run::new(Timestamp::from_nanos(reader.signed()?), reader.varint()?);
            run.risen_at = Timestamp::from_nanos(reader.signed()?);
            run.holes = decode_holes(reader)?;
            let is_rising = run.holes.is_sorted_by(|hole, next| hole.last < next.first);
            let is_below = run.holes.last().is_none_or(|hole| hole.last < run.highest);
            if run.highest == u64::MAX || !is_rising || !is_below {
                return Err(reader.malformed("holes that are not below one another"));
            }
            runs.push(run);
        }
        let closed = decode_holes(reader)?;
        Ok(Runs { newest, runs, closed })
    }
}

fn encode_holes(holes: &[Hole], writer: &mut Writer) {
    writer.varint(holes.len() as u64);
    for hole in holes {
        writer.varint(hole.first);
        writer.varint(hole.last);
        hole.behind.encode(writer);
    }
}

fn decode_holes(reader: &mut Reader<'_>) -> Result<Vec<Hole>, Malformed> {
    let mut holes = Vec::new();
    for _ in 0..reader.count(HOLES_MAX)? {
        let (first, last) = (reader.varint()?, reader.varint()?);
        if first > last {
            return Err(reader.malformed("a hole that ends before it begins"));
        }
        holes.push(Hole { first, last, behind: Entry::decode(reader)? });
    }
    Ok(holes)
}

impl SequenceGap {
    fn reason(&self, hole: &Hole) -> String {
        match hole.last - hole.first {
            0 => format!("{} {} is missing", self.what, hole.first),
            more => {
                format!("{} {} to {} are missing, {} of them", self.what, hole.first, hole.last, more + 1)
            }
        }
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
        let mut runs = kind.begin();
        for (second, number) in (0..).zip(numbers) {
            assert_eq!(kind.observe(&mut runs, &observed(at(second), *number)), Verdict::Usual);
        }
        kind.settle(&mut runs, at(1_000_000)).into_iter().map(|(_, reason)| reason).collect()
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
        let mut runs = kind.begin();
        for (second, number) in [(0, 1), (1, 2), (0, 1), (2, 3)] {
            kind.observe(&mut runs, &observed(at(second), number));
        }
        assert_eq!(kind.settle(&mut runs, at(1_000)), []);
    }

    #[test]
    fn what_comes_late_from_before_a_restart_belongs_there() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut runs = kind.begin();
        for (second, number) in [(0, 5), (10, 6), (40, 1), (20, 7), (30, 8), (50, 2)] {
            kind.observe(&mut runs, &observed(at(second), number));
        }
        assert_eq!(kind.settle(&mut runs, at(1_000)), []);
    }

    #[test]
    fn a_hole_is_told_once_and_only_when_nothing_can_fill_it_any_more() {
        let kind = SequenceGap { what: "n".to_owned() };
        let mut runs = kind.begin();
        kind.observe(&mut runs, &observed(at(0), 1));
        kind.observe(&mut runs, &observed(at(10), 3));
        assert!(kind.settle(&mut runs, at(10)).is_empty() && kind.waits(&runs));
        assert_eq!(kind.settle(&mut runs, at(11)).len(), 1);
        assert!(kind.settle(&mut runs, at(12)).is_empty() && !kind.waits(&runs));
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
            let mut runs = kind.begin();
            for (second, number) in (0..).zip(&numbers) {
                kind.observe(&mut runs, &observed(at(second), *number));
            }
            let missing: Vec<u64> = runs.runs[0].holes.iter().flat_map(|hole| hole.first..=hole.last).collect();
            let expected: Vec<u64> = (first..=highest).filter(|number| !above.contains(number)).collect();
            prop_assert_eq!(missing, expected);
        }

        #[test]
        fn however_many_holes_there_are_they_stay_within_their_bound(step in 2u64..5) {
            let kind = SequenceGap { what: "n".to_owned() };
            let mut runs = kind.begin();
            for number in 0..2 * HOLES_MAX as u64 {
                kind.observe(&mut runs, &observed(at(number), 2 + number * step));
            }
            prop_assert_eq!(runs.runs[0].holes.len(), HOLES_MAX);
        }
    }
}

//! All groups of an answer.

use rayon::prelude::*;

use super::aggregation::Aggregation;
use super::cell::Cell;
use super::distinct::EXACT_VALUES_MAX;
use super::key::{self, Kinds};
use super::key_table::KeyTable;
use super::part::{Part, SHARDS, shard_of};
use super::state::{State, StateKind, count_cell};
use crate::engine::{Budget, Failure};
use crate::language::Function;

/// Groups, in tables by hash, so that several threads can merge.
pub(super) struct Groups {
    shards: Vec<Shard>,
    kinds: Vec<StateKind>,
    has_sketches: bool,
    /// By how much the counts may be too low, after groups were forgotten.
    pub(super) error: u64,
}

#[derive(Default)]
struct Shard {
    table: KeyTable,
    counts: Vec<u64>,
    kinds: Vec<Kinds>,
    states: Vec<State>,
    exact_values: u64,
}

/// Groups of one answer. More than a person reads by far, and few enough for the memory of one question.
pub(super) const GROUPS_MAX: usize = 1_000_000;

/// Groups that stay when the rarest are forgotten.
const GROUPS_KEPT: usize = GROUPS_MAX / 4;

/// Below so many groups, merging takes less time than waking other threads.
const PARALLEL_MIN: usize = 4_096;

impl Groups {
    pub(super) fn new<F>(aggregation: &Aggregation<F>) -> Self {
        let kinds = aggregation.states.iter().map(|(kind, _)| *kind).collect();
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { shards, kinds, has_sketches: false, error: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.counts.len()).sum()
    }

    /// Takes what some blocks contribute, in their order.
    pub(super) fn merge(&mut self, parts: &[Part], budget: &Budget) -> Result<(), Failure> {
        let shrink = self.has_sketches;
        let merge = |(number, shard): (usize, &mut Shard)| {
            for part in parts {
                budget.check()?;
                for group in part.in_shard(number) {
                    shard.merge(part, group, shrink, budget)?;
                }
            }
            Ok::<(), Failure>(())
        };
        let groups: usize = parts.iter().map(|part| part.keys.hashes.len()).sum();
        if groups < PARALLEL_MIN {
            self.shards.iter_mut().enumerate().try_for_each(merge)?;
        } else {
            self.shards.par_iter_mut().enumerate().try_for_each(merge)?;
        }
        self.spare_sets();
        Ok(())
    }

    /// The group of a key that is counted by hand.
    pub(super) fn add(
        &mut self,
        key: &[u8],
        kinds: &[Kinds],
        budget: &Budget,
        insert: impl FnOnce(&mut [State]),
    ) -> Result<(), Failure> {
        let hash = key::hash(key);
        let width = self.kinds.len();
        let shard = &mut self.shards[shard_of(hash)];
        let (number, is_new) = shard.table.find_or_insert(hash, key);
        if is_new {
            shard.counts.push(0);
            shard.kinds.extend_from_slice(kinds);
            shard.states.extend(self.kinds.iter().map(|kind| kind.state()));
            budget.charge(entry_bytes(key, kinds.len(), width))?;
        }
        shard.counts[number] += 1;
        add_kinds(&mut shard.kinds[number * kinds.len()..], kinds);
        let states = &mut shard.states[number * width..][..width];
        let before: usize = states.iter().map(State::heap_bytes).sum();
        let exact_before: u64 = states.iter().map(exact_values).sum();
        insert(states);
        let more = states.iter().map(State::heap_bytes).sum::<usize>().saturating_sub(before);
        shard.exact_values += states.iter().map(exact_values).sum::<u64>().saturating_sub(exact_before);
        budget.charge(more)?;
        self.spare_sets();
        Ok(())
    }

    /// Makes sketches of large sets once all of them hold too much.
    fn spare_sets(&mut self) {
        let values: u64 = self.shards.iter().map(|shard| shard.exact_values).sum();
        if !self.has_sketches && values > EXACT_VALUES_MAX {
            self.has_sketches = true;
            for state in self.shards.iter_mut().flat_map(|shard| &mut shard.states) {
                if let State::Distinct(distinct) = state {
                    distinct.shrink();
                }
            }
        }
    }

    /// Forgets the rarest groups: every count is lowered by the highest count that is forgotten (Misra and Gries), which
    /// is then how much any count can be too low.
    pub(super) fn forget_rare(&mut self) {
        let mut counts: Vec<u64> = self.shards.iter().flat_map(|shard| &shard.counts).copied().collect();
        if counts.len() <= GROUPS_KEPT {
            return;
        }
        let (_, floor, _) = counts.select_nth_unstable_by(GROUPS_KEPT, |left, right| right.cmp(left));
        let floor = *floor;
        self.error += floor;
        self.shards.iter_mut().for_each(|shard| shard.lower(floor));
    }

    /// Every group: the cells of its key and its computed columns. `seconds` is what rates are told for.
    pub(super) fn rows<F>(
        &self,
        aggregation: &Aggregation<F>,
        seconds: f64,
        least: Option<(usize, &Cell, bool)>,
    ) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for shard in &self.shards {
            for group in 0..shard.counts.len() {
                let cell = |output: usize| shard.output(group, aggregation, output, seconds);
                if let Some((output, least, descending)) = least
                    && cell(output).order(least, descending).is_gt()
                {
                    continue;
                }
                let width = aggregation.keys.len();
                let mut row = key::cells(shard.table.key(group), &shard.kinds[group * width..][..width]);
                row.extend((0..aggregation.outputs.len()).map(cell));
                rows.push(row);
            }
        }
        rows
    }

    /// One computed column of every group.
    pub(super) fn outputs<F>(&self, aggregation: &Aggregation<F>, output: usize, seconds: f64) -> Vec<Cell> {
        let of_shard = |shard: &Shard| -> Vec<Cell> {
            (0..shard.counts.len()).map(|group| shard.output(group, aggregation, output, seconds)).collect()
        };
        self.shards.iter().flat_map(of_shard).collect()
    }

    /// Whether any group's state is not exact.
    pub(super) fn is_exact(&self, state: usize) -> bool {
        let states =
            self.shards.iter().flat_map(|shard| shard.states.iter().skip(state).step_by(self.kinds.len()));
        states.into_iter().all(|state| match state {
            State::Distinct(distinct) => distinct.is_exact(),
            State::Quantiles(quantiles) => quantiles.is_exact(),
            _ => true,
        })
    }
}

/// Memory of a new group without that of its states' own.
fn entry_bytes(key: &[u8], kinds: usize, states: usize) -> usize {
    key.len() + kinds + KeyTable::ENTRY_BYTES + size_of::<u64>() + states * size_of::<State>()
}

fn exact_values(state: &State) -> u64 {
    match state {
        State::Distinct(distinct) => distinct.exact_values(),
        _ => 0,
    }
}

fn add_kinds(known: &mut [Kinds], kinds: &[Kinds]) {
    known.iter_mut().zip(kinds).for_each(|(known, kind)| *known |= kind);
}

impl Shard {
    fn merge(&mut self, part: &Part, group: usize, shrink: bool, budget: &Budget) -> Result<(), Failure> {
        let (key, kinds, states) = (part.keys.key(group), part.keys.kinds(group), part.states(group));
        let (number, is_new) = self.table.find_or_insert(part.keys.hashes[group], key);
        if is_new {
            self.counts.push(part.counts[group]);
            self.kinds.extend_from_slice(kinds);
            self.states.extend_from_slice(states);
            self.exact_values += states.iter().map(exact_values).sum::<u64>();
            let heap: usize = states.iter().map(State::heap_bytes).sum();
            return budget.charge(entry_bytes(key, kinds.len(), states.len()) + heap);
        }
        self.counts[number] += part.counts[group];
        add_kinds(&mut self.kinds[number * kinds.len()..], kinds);
        let mut more = 0;
        for (known, state) in self.states[number * states.len()..].iter_mut().zip(states) {
            let (before, exact_before) = (known.heap_bytes(), exact_values(known));
            known.merge(state);
            if let (true, State::Distinct(distinct)) = (shrink, &mut *known) {
                distinct.shrink();
            }
            more += known.heap_bytes().saturating_sub(before);
            self.exact_values += exact_values(known).saturating_sub(exact_before);
        }
        budget.charge(more)
    }

    fn output<F>(&self, group: usize, aggregation: &Aggregation<F>, output: usize, seconds: f64) -> Cell {
        let output = aggregation.outputs[output];
        match output.state {
            Some(state) => self.states[group * aggregation.states.len() + state].finish(output.function),
            None if output.function == Function::Rate => rate(self.counts[group], seconds),
            None => count_cell(self.counts[group]),
        }
    }

    /// Lowers all counts; groups that have none left are forgotten. Only groups without states are treated so.
    fn lower(&mut self, by: u64) {
        let before = std::mem::take(self);
        let width = before.kinds.len() / before.counts.len().max(1);
        for (number, count) in before.counts.iter().enumerate().filter(|(_, count)| **count > by) {
            self.table.find_or_insert(before.table.hash(number), before.table.key(number));
            self.counts.push(count - by);
            self.kinds.extend_from_slice(&before.kinds[number * width..][..width]);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are not 2^53 records")]
fn rate(count: u64, seconds: f64) -> Cell {
    Cell::Float(count as f64 / seconds)
}

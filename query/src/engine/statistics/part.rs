//! What one block contributes to the groups.

use palisade_index::Error;

use super::aggregation::Aggregation;
use super::grouped::{Grouped, Keys};
use super::state::{State, StateKind, hash_of};
use super::values_of_block::{Field, Members, NONE, Values, with_places};
use crate::filter::{BlockView, RowBitmap};

/// Groups of a block, ready to be merged.
pub(super) struct Part {
    pub(super) keys: Keys,
    pub(super) counts: Vec<u64>,
    /// For every group its states.
    states: Vec<State>,
    states_per_group: usize,
    /// The groups of each shard, one shard after the other.
    by_shard: Vec<u32>,
    shard_ends: [usize; SHARDS],
}

/// Groups are kept in so many tables, each merged by one thread at a time.
pub(super) const SHARDS: usize = 16;

/// The shard of a hash: its highest bits, which tables do not look at.
pub(super) fn shard_of(hash: u64) -> usize {
    usize::try_from(hash >> 60).unwrap_or(0)
}

impl Part {
    pub(super) fn states(&self, group: usize) -> &[State] {
        &self.states[group * self.states_per_group..][..self.states_per_group]
    }

    pub(super) fn in_shard(&self, shard: usize) -> impl Iterator<Item = usize> + '_ {
        let start = shard.checked_sub(1).map_or(0, |before| self.shard_ends[before]);
        self.by_shard[start..self.shard_ends[shard]].iter().map(|group| *group as usize)
    }
}

/// Groups the rows of a block.
pub(super) fn part_of<B: BlockView>(
    aggregation: &Aggregation<Field>,
    block: &B,
    rows: &RowBitmap,
) -> Result<Part, Error> {
    let grouped = Grouped::new(aggregation, block, rows)?;
    let width = aggregation.states.len();
    let mut states: Vec<State> = Vec::with_capacity(grouped.count * width);
    (0..grouped.count).for_each(|_| states.extend(aggregation.states.iter().map(|(kind, _)| kind.state())));
    for (number, (kind, field)) in aggregation.states.iter().enumerate() {
        let values = Values::read(block, field)?;
        let mut slots = Slots { states: &mut states, per_group: width, number };
        for view in 0..values.view_count() {
            fill(*kind, &values, view, &grouped.members, block, &mut slots)?;
        }
    }
    let mut part = Part {
        keys: grouped.keys(),
        counts: count_rows(&grouped.members, grouped.count),
        states,
        states_per_group: width,
        by_shard: Vec::new(),
        shard_ends: [0; SHARDS],
    };
    part.sort_into_shards();
    Ok(part)
}

impl Part {
    fn sort_into_shards(&mut self) {
        let mut ends = [0; SHARDS];
        self.keys.hashes.iter().for_each(|hash| ends[shard_of(*hash)] += 1);
        let mut sum = 0;
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        self.by_shard = vec![0; self.keys.hashes.len()];
        for (group, hash) in (0u32..).zip(&self.keys.hashes) {
            let end = &mut ends[shard_of(*hash)];
            self.by_shard[*end] = group;
            *end += 1;
        }
        self.shard_ends = ends;
    }
}

fn count_rows(members: &Members<'_>, groups: usize) -> Vec<u64> {
    let mut counts = vec![0; groups];
    match members {
        Members::One(rows, _) => counts[0] = u64::from(rows.count()),
        Members::Each(of_rows) => {
            of_rows.iter().filter(|group| **group != NONE).for_each(|group| counts[*group as usize] += 1);
        }
        Members::Many(pairs) => pairs.iter().for_each(|(_, group)| counts[*group as usize] += 1),
    }
    counts
}

/// One of the states of every group.
struct Slots<'a> {
    states: &'a mut [State],
    per_group: usize,
    number: usize,
}

impl Slots<'_> {
    fn of(&mut self, group: u32) -> &mut State {
        &mut self.states[group as usize * self.per_group + self.number]
    }
}

fn fill<B: BlockView>(
    kind: StateKind,
    values: &Values<B::Column>,
    view: usize,
    members: &Members<'_>,
    block: &B,
    slots: &mut Slots<'_>,
) -> Result<(), Error> {
    if kind == StateKind::Distinct {
        // Every value is hashed once, however often it comes.
        let mut hashes: Vec<(u32, u64)> = Vec::new();
        if let (Members::One(rows, _), Some(State::Distinct(distinct))) =
            (members, slots.states.get_mut(slots.number))
        {
            distinct.reserve(values.value_count(view).min(rows.count() as usize));
        }
        with_places(values.value_count(view), |places| {
            values.for_each(view, members, |group, _, position| {
                let place = &mut places[position as usize];
                let is_new = *place == NONE;
                if is_new {
                    *place = u32::try_from(hashes.len()).unwrap_or(NONE);
                    hashes.push((position, values.value(view, position).map_or(0, hash_of)));
                }
                let is_one = matches!(members, Members::One(..));
                if (is_new || !is_one)
                    && let State::Distinct(distinct) = slots.of(group)
                {
                    distinct.insert(hashes[*place as usize].1);
                }
            });
            hashes.iter().for_each(|(position, _)| places[*position as usize] = NONE);
        });
        return Ok(());
    }
    let times = if kind == StateKind::Ends { Some(block.times()?) } else { None };
    values.for_each(view, members, |group, row, position| {
        if let Some(value) = values.value(view, position) {
            let time = times.as_ref().map_or(0, |times| times[row as usize]);
            slots.of(group).insert(value, time);
        }
    });
    Ok(())
}

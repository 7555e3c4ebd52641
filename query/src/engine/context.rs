//! The neighbours of a record in its file.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_access::Caller;
use palisade_index::{Block, Snapshot};
use palisade_record::{Lane, Origin, RecordId};
use rayon::prelude::*;

use super::search::Hit;
use super::{Budget, Failure, Inner, render, shown};

/// A record among its neighbours.
pub(crate) struct Context {
    pub(crate) records: Vec<String>,
    /// The place of the record itself.
    pub(crate) position: usize,
}

/// Files before and after in which neighbours are looked for: files that hold fewer records than were asked for are rare
/// enough to be looked through by asking again at the end.
const GENERATIONS_ASIDE: u64 = 2;

/// Place in the sequence of files of one origin.
type Place = (u64, u64);

/// The record `id` with up to `before` records before it and `after` behind it, of those that `reader` may read.
pub(crate) fn context(
    inner: &Inner,
    budget: &Budget,
    id: RecordId,
    (before, after): (usize, usize),
    reader: &Caller,
) -> Result<Context, Failure> {
    let snapshot = inner.index.snapshot()?;
    let mut blocks = all_blocks(&snapshot)?;
    // What somebody may not read is not there for them.
    blocks.retain(|block| reader.reads(block.info().stream.as_str()));
    if !reader.grants.are_whole() {
        blocks.iter_mut().for_each(|block| *block = shown(reader, block));
    }
    let (block, row) = find(&blocks, id, budget)?.ok_or_else(|| {
        let hint = "it may have expired, or the id is of another server";
        Failure::NotFound(format!("there is no record {id}"), hint.into())
    })?;
    let lane = block.record(row)?.lane;
    let same_file = |other: &Lane| is_same_file(&lane, other);
    let generations = lane.generation.saturating_sub(GENERATIONS_ASIDE)..=lane.generation + GENERATIONS_ASIDE;
    let prefixes: BTreeMap<u64, u64> = generations
        .map(|generation| (Lane { generation, ..(*lane).clone() }.id_prefix(), generation))
        .collect();
    let here = (lane.generation, id.offset);
    let parts: Vec<Result<Nearest, Failure>> = blocks
        .par_iter()
        .map(|block| {
            budget.check()?;
            let mut nearest = Nearest::default();
            if !block.has_lane(same_file) {
                return Ok(nearest);
            }
            for (row, id) in (0u32..).zip(block.ids()?.iter()) {
                if let Some(generation) = prefixes.get(&id.prefix) {
                    nearest.add((*generation, id.offset), here, (block, row), before, after);
                }
            }
            Ok(nearest)
        })
        .collect();
    let mut nearest = Nearest::default();
    for part in parts {
        let part = part?;
        for (place, (block, row)) in part.before.into_iter().chain(part.after) {
            nearest.add(place, here, (&block, row), before, after);
        }
    }
    let position = nearest.before.len();
    let own = std::iter::once((block, row));
    let all = nearest.before.into_values().chain(own).chain(nearest.after.into_values());
    let hits: Vec<Hit> = all.map(|(block, row)| Hit { key: (0, 0, 0), block, row }).collect();
    Ok(Context { records: render::records(&hits, budget)?, position })
}

/// Whether two lanes are of one file, whatever the channel and the generation.
fn is_same_file(one: &Lane, other: &Lane) -> bool {
    let near = one.generation.abs_diff(other.generation) <= GENERATIONS_ASIDE;
    let origin = Origin { channel: one.origin.channel, ..(*other.origin).clone() };
    near && one.agent == other.agent && *one.origin == origin
}

#[derive(Default)]
struct Nearest {
    before: BTreeMap<Place, (Arc<Block>, u32)>,
    after: BTreeMap<Place, (Arc<Block>, u32)>,
}

impl Nearest {
    fn add(&mut self, place: Place, here: Place, found: (&Arc<Block>, u32), before: usize, after: usize) {
        let (block, row) = found;
        if place < here {
            let is_far = self.before.len() >= before
                && self.before.first_key_value().is_none_or(|(first, _)| place < *first);
            if !is_far {
                self.before.insert(place, (Arc::clone(block), row));
            }
            if self.before.len() > before {
                self.before.pop_first();
            }
        } else if place > here {
            let is_far = self.after.len() >= after
                && self.after.last_key_value().is_none_or(|(last, _)| place > *last);
            if !is_far {
                self.after.insert(place, (Arc::clone(block), row));
            }
            if self.after.len() > after {
                self.after.pop_last();
            }
        }
    }
}

fn all_blocks(snapshot: &Snapshot) -> Result<Vec<Arc<Block>>, Failure> {
    let mut blocks = Vec::new();
    for split in &snapshot.splits {
        blocks.extend(split.blocks()?.iter().cloned());
    }
    blocks.extend(snapshot.tail.iter().cloned());
    Ok(blocks)
}

fn find(blocks: &[Arc<Block>], id: RecordId, budget: &Budget) -> Result<Option<(Arc<Block>, u32)>, Failure> {
    let look = |block: &Arc<Block>| {
        budget.check()?;
        if !block.has_lane(|lane| lane.id_prefix() == id.prefix) {
            return Ok(None);
        }
        let ids = block.ids()?;
        let found = (0u32..).zip(ids.iter()).find(|(_, found)| **found == id);
        Ok(found.map(|(row, _)| (Arc::clone(block), row)))
    };
    // Most people ask about what is new.
    blocks.par_iter().rev().map(look).find_map_any(Result::transpose).transpose()
}

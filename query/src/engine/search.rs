//! A page of records.

use std::collections::BinaryHeap;
use std::sync::Arc;

use palisade_index::Block;
use rayon::prelude::*;

use super::order::{Key, Order};
use super::scan::Candidate;
use super::{Budget, Failure, Inner, Question, Scan, Scanned, cursor, render};
use crate::filter::RowBitmap;

/// A page of records as JSON.
pub(crate) struct Page {
    pub(crate) records: Vec<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) scanned: Scanned,
}

/// A record that was found.
#[derive(Clone)]
pub(crate) struct Hit {
    pub(crate) key: Key,
    pub(crate) block: Arc<Block>,
    pub(crate) row: u32,
}

/// The most blocks read at once before looking whether more are needed.
const WAVE_BLOCKS_MAX: usize = 32;

/// The page after `after`, of at most `limit` records.
pub(crate) fn page(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    order: Order,
    after: Option<Key>,
    limit: usize,
) -> Result<Page, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    // One more than wanted says whether there is a next page.
    let mut hits = first(&scan, order, after, limit + 1)?;
    let more = hits.len() > limit;
    hits.truncate(limit);
    let cursor = hits.last().filter(|_| more).map(|last| cursor::encode(order, last.key));
    let records = render::records(&hits, budget)?;
    Ok(Page { records, cursor, scanned: scan.scanned() })
}

/// The first `count` records of an order, in order.
pub(crate) fn first(
    scan: &Scan<'_>,
    order: Order,
    after: Option<Key>,
    count: usize,
) -> Result<Vec<Hit>, Failure> {
    let mut candidates: Vec<(Key, Candidate)> = scan
        .candidates()?
        .into_iter()
        .map(|candidate| (order.first_possible(&candidate.block), candidate))
        .collect();
    candidates.sort_by_key(|(first, _)| *first);
    let mut best: BinaryHeap<Hit> = BinaryHeap::new();
    let (mut at, mut wave) = (0, rayon::current_num_threads().max(1));
    while at < candidates.len() {
        let last = best.peek().filter(|_| best.len() >= count).map(|hit| hit.key);
        let upcoming = candidates[at..].iter().take(wave);
        let useful = upcoming.take_while(|(first, _)| last.is_none_or(|last| *first < last)).count();
        if useful == 0 {
            break;
        }
        let found: Vec<Result<Vec<Hit>, Failure>> = candidates[at..at + useful]
            .par_iter()
            .map(|(_, candidate)| match scan.rows(candidate)? {
                Some(rows) => first_of_block(&candidate.block, &rows, order, after, count),
                None => Ok(Vec::new()),
            })
            .collect();
        for hits in found {
            let hits = hits?;
            scan.budget.charge(hits.len() * size_of::<Hit>())?;
            best.extend(hits);
            while best.len() > count {
                best.pop();
                scan.budget.release(size_of::<Hit>());
            }
        }
        at += useful;
        wave = (wave * 2).min(WAVE_BLOCKS_MAX);
    }
    Ok(best.into_sorted_vec())
}

/// The first records of one block; ids are looked at for those only that can be among them.
fn first_of_block(
    block: &Arc<Block>,
    rows: &RowBitmap,
    order: Order,
    after: Option<Key>,
    count: usize,
) -> Result<Vec<Hit>, Failure> {
    let times = block.times()?;
    let mut timed: Vec<(u64, u32)> = rows.iter().map(|row| (order.time(times[row as usize]), row)).collect();
    if let Some(after) = after {
        timed.retain(|(time, _)| *time >= after.0);
        if timed.iter().any(|(time, _)| *time == after.0) {
            let ids = block.ids()?;
            timed.retain(|(_, row)| order.key(times[*row as usize], ids[*row as usize]) > after);
        }
    }
    if timed.len() > count {
        let (_, last, _) = timed.select_nth_unstable(count - 1);
        let last = last.0;
        timed.retain(|(time, _)| *time <= last);
    }
    if timed.is_empty() {
        return Ok(Vec::new());
    }
    let ids = block.ids()?;
    let hit = |row: u32| Hit {
        key: order.key(times[row as usize], ids[row as usize]),
        block: Arc::clone(block),
        row,
    };
    let mut hits: Vec<Hit> = timed.into_iter().map(|(_, row)| hit(row)).collect();
    hits.sort_unstable();
    hits.truncate(count);
    Ok(hits)
}

impl PartialEq for Hit {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Hit {}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Hit {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

//! A page of records.

use std::collections::BinaryHeap;
use std::sync::Arc;

use palisade_index::Block;
use palisade_record::RecordId;
use rayon::prelude::*;

use super::explain::Explanation;
use super::order::{Key, Order};
use super::walk::Walk;
use super::{Budget, Failure, Inner, Progress, Question, Scan, Scanned, cursor, render};
use crate::filter::RowBitmap;

/// A page of records as JSON.
pub(crate) struct Page {
    pub(crate) records: Vec<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) scanned: Scanned,
    pub(crate) explanation: Explanation,
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
    progress: Arc<Progress>,
) -> Result<Page, Failure> {
    let scan = Scan::watched(inner, budget, question, progress)?;
    // One more than wanted says whether there is a next page.
    let mut hits = first(&scan, order, after, limit + 1)?;
    let more = hits.len() > limit;
    hits.truncate(limit);
    let cursor = hits.last().filter(|_| more).map(|last| cursor::encode(order, last.key));
    scan.bring_records_near(&hits)?;
    let records = scan.answer(|| render::records(&hits, budget))?;
    Ok(Page { records, cursor, scanned: scan.scanned(), explanation: scan.explanation() })
}

/// The first `count` records of an order, in order.
pub(crate) fn first(
    scan: &Scan<'_>,
    order: Order,
    after: Option<Key>,
    count: usize,
) -> Result<Vec<Hit>, Failure> {
    let mut walk = Walk::new(scan, order);
    let mut best: BinaryHeap<Hit> = BinaryHeap::new();
    let mut wave = rayon::current_num_threads().max(1);
    loop {
        let last = best.peek().filter(|_| best.len() >= count).map(|hit| hit.key);
        let upcoming = walk.next(wave, last)?;
        if upcoming.is_empty() {
            break;
        }
        scan.bring_near(upcoming.iter(), true)?;
        let wanted = Wanted { order, after, last, count };
        let found: Vec<Result<Vec<Hit>, Failure>> = upcoming
            .par_iter()
            .map(|candidate| match scan.rows(candidate)? {
                Some(rows) => scan.answer(|| first_of_block(&candidate.block, &rows, wanted)),
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
        wave = (wave * 2).min(WAVE_BLOCKS_MAX);
    }
    Ok(best.into_sorted_vec())
}

/// Which records are wanted.
#[derive(Clone, Copy)]
struct Wanted {
    order: Order,
    /// Only those after this one.
    after: Option<Key>,
    /// Only those up to this one.
    last: Option<Key>,
    /// At most so many.
    count: usize,
}

/// The first records of one block; ids are looked at for those only that can be among them.
fn first_of_block(block: &Arc<Block>, rows: &RowBitmap, wanted: Wanted) -> Result<Vec<Hit>, Failure> {
    let Wanted { order, after, last, count } = wanted;
    let times = block.times()?;
    let mut timed: Vec<(u64, u32)> = rows.iter().map(|row| (order.time(times[row as usize]), row)).collect();
    if let Some(last) = last {
        timed.retain(|(time, _)| *time <= last.0);
    }
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
    let rows: Vec<u32> = timed.into_iter().map(|(_, row)| row).collect();
    let hit = |(row, id): (u32, RecordId)| Hit {
        key: order.key(times[row as usize], id),
        block: Arc::clone(block),
        row,
    };
    let ids = block.ids_of(&rows)?;
    let mut hits: Vec<Hit> = rows.into_iter().zip(ids).map(hit).collect();
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

//! All records of an order, one after the other, without holding them all.
//!
//! Blocks overlap in every order. A block is opened when the next record may be in it; of an open block only the keys of
//! its matches are held. Records are handed over in windows, so that a block is decoded once per window and not once
//! per record when several blocks take turns.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::order::{Key, Order};
use super::scan::Candidate;
use super::search::Hit;
use super::walk::Walk;
use super::{Failure, Scan};

/// Records handed over at once. The blocks of a slice take turns, and each of them is decoded for every window.
const WINDOW_RECORDS_MAX: usize = 65_536;
/// Bytes handed over at once, reckoned by the mean length of the records of each block.
const WINDOW_BYTES: u64 = 16 * 1024 * 1024;

/// The most far blocks opened at once: their rows' keys wait in memory, but the reads are waited for together.
const FAR_WAVE_BLOCKS_MAX: usize = 32;

struct Open {
    candidate: Candidate,
    keys: Vec<(Key, u32)>,
    next: usize,
    mean_bytes: u64,
}

/// Hands over all matches in order, or the first `limit` of them.
pub(crate) fn all(
    scan: &Scan<'_>,
    order: Order,
    limit: u64,
    mut take: impl FnMut(&[Hit]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let pool = &scan.inner.pool;
    let mut walk = pool.install(|| Walk::new(scan, order));
    let mut wave = pool.current_num_threads().max(1);
    let mut open: Vec<Option<Open>> = Vec::new();
    let mut heap: BinaryHeap<Reverse<(Key, usize)>> = BinaryHeap::new();
    let (mut window, mut window_bytes, mut left) = (Vec::new(), 0, limit);
    while left > 0 {
        loop {
            let until = heap.peek().map(|Reverse((key, _))| *key);
            // Blocks that are opened before they are wanted only take memory.
            let now = pool.install(|| {
                let now =
                    if walk.first_possible(until)?.is_some() { walk.next(wave, None)? } else { Vec::new() };
                scan.bring_near(now.iter(), true)?;
                Ok::<_, Failure>(now)
            })?;
            if now.is_empty() {
                break;
            }
            if now.iter().any(|candidate| candidate.block.is_far()) {
                wave = (wave * 2).min(FAR_WAVE_BLOCKS_MAX);
            }
            let opened: Vec<_> = pool.install(|| now.par_iter().map(|c| open_one(scan, order, c)).collect());
            for block in opened {
                if let Some(block) = block? {
                    scan.budget.charge(size_of_val(block.keys.as_slice()))?;
                    heap.push(Reverse((block.keys[0].0, open.len())));
                    open.push(Some(block));
                }
            }
        }
        let Some(Reverse((key, number))) = heap.pop() else { break };
        let Some(block) = open[number].as_mut() else { continue };
        let row = block.keys[block.next].1;
        window.push(Hit { key, block: block.candidate.block.clone(), row });
        window_bytes += block.mean_bytes;
        left -= 1;
        block.next += 1;
        match block.keys.get(block.next) {
            Some((next, _)) => heap.push(Reverse((*next, number))),
            None => {
                scan.budget.release(size_of_val(block.keys.as_slice()));
                open[number] = None;
            }
        }
        if window.len() >= WINDOW_RECORDS_MAX || window_bytes >= WINDOW_BYTES {
            scan.budget.check()?;
            take(&window)?;
            window.clear();
            window_bytes = 0;
        }
    }
    if window.is_empty() { Ok(()) } else { take(&window) }
}

fn open_one(scan: &Scan<'_>, order: Order, candidate: &Candidate) -> Result<Option<Open>, Failure> {
    let Some(rows) = scan.rows(candidate)? else { return Ok(None) };
    let keys = order.keys(&candidate.block, &rows)?;
    let info = candidate.block.info();
    let mean_bytes = info.raw_bytes / u64::from(info.rows.max(1)) + 1;
    Ok(Some(Open { candidate: candidate.clone(), keys, next: 0, mean_bytes }))
}

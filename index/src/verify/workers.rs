//! Splits, several at a time.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use palisade_storage::ObjectStorage;

use super::duties::{Duties, Duty};
use super::findings::Findings;
use super::{Depth, Options, Progress, split};

/// Most threads: each holds a data object in memory.
const THREADS_MAX: usize = 8;

/// What was added up.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) splits: u64,
    pub(super) bytes: u64,
    pub(super) blocks: u64,
    pub(super) records: u64,
    pub(super) indexes: u64,
    pub(super) locked: u64,
}

/// What came of looking at splits.
#[derive(Default)]
pub(super) struct Examined {
    pub(super) findings: Findings,
    /// What was not there, by split: that can have a reason of which the log tells by now.
    pub(super) missing: BTreeMap<String, Findings>,
    pub(super) sums: Sums,
}

impl Examined {
    /// Forgets what was missing where nothing needs to be there any more.
    pub(super) fn excuse(&mut self, duties: &Duties) {
        let ids = duties.ids();
        self.missing.retain(|id, _| ids.contains(id.as_str()));
    }
}

/// Looks at every split.
pub(super) fn examine(
    storage: &Arc<dyn ObjectStorage>,
    options: &Options<'_>,
    duties: &Duties,
    progress: &(dyn Fn(Progress) + Sync),
) -> Examined {
    let splits = &duties.splits;
    let depth_of = |position: usize| match options.part {
        Some((part, of)) if position as u64 % of.max(1) != part => Depth::Listed,
        _ => options.depth,
    };
    let (next, examined) = (AtomicUsize::new(0), Mutex::new(Examined::default()));
    let bytes_all = splits.iter().map(|duty| duty.claim.data.bytes).sum();
    let done = Mutex::new(Progress { splits_all: splits.len() as u64, bytes_all, ..Progress::default() });
    let work = || {
        while let Some((position, duty)) = take(&next, splits) {
            let seen = split::examine(storage, duty, depth_of(position));
            let mut examined = examined.lock().unwrap_or_else(PoisonError::into_inner);
            examined.findings.append(seen.findings);
            if !seen.missing.is_empty() {
                examined.missing.insert(duty.id.clone(), seen.missing);
            }
            add(&mut examined.sums, seen.sums);
            drop(examined);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.splits += 1;
            done.bytes += duty.claim.data.bytes;
            progress(*done);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    std::thread::scope(|scope| {
        for _ in 1..threads.min(splits.len()) {
            scope.spawn(work);
        }
        work();
    });
    examined.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn take<'a>(next: &AtomicUsize, splits: &'a [Duty]) -> Option<(usize, &'a Duty)> {
    let position = next.fetch_add(1, Ordering::Relaxed);
    Some((position, splits.get(position)?))
}

fn add(sums: &mut Sums, more: Sums) {
    sums.splits += more.splits;
    sums.bytes += more.bytes;
    sums.blocks += more.blocks;
    sums.records += more.records;
    sums.indexes += more.indexes;
    sums.locked += more.locked;
}

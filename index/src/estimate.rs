//! What a question will read from far away, told before it does: by summaries, copies, and the needle indexes that are near.

use std::collections::BTreeMap;
use std::time::Duration;

use palisade_record::{TimeRange, Timestamp};
use palisade_storage::cost::of_requests;
use palisade_storage::{Requests, StorageClass};
use serde::Serialize;

use crate::side_by_side::READS_AT_ONCE;
use crate::split::index_name;
use crate::{Copies, Probe, Snapshot, Split};

/// Bytes that come with the footer of a data object.
const END_BYTES: u64 = crate::split::footer::END_BYTES;

/// Bytes of a bucket of a needle index, about.
const BUCKET_BYTES: u64 = 8 << 10;

/// Of so many splits that do not have a word, a needle index names one.
const FALSE_ONE_OF: u64 = 256;

/// Parts of a block that one request brings, about: columns lie apart, and neighbours come together.
const DATA_BYTES_AT_ONCE: u64 = 1 << 20;

/// How long a far request takes, about.
const REQUEST_TIME: Duration = Duration::from_millis(30);

/// Bytes that come in a second, about.
const BYTES_PER_SECOND: u64 = 90_000_000;

/// What a question will read.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Estimate {
    /// The splits that can hold a match, by where they are read.
    pub splits: SplitsByTier,
    /// Splits that hold no match, as summaries and near needle indexes know.
    pub splits_left_out: u64,
    /// What is read from far away, by place and storage class.
    pub far: Vec<FarEstimate>,
    /// Requests to far storages.
    pub requests: u64,
    /// Bytes from far storages, if nothing lets the search stop early.
    pub bytes: u64,
    /// How long that takes.
    pub seconds: f64,
    /// What that costs, by the list prices of a large provider.
    pub dollars: f64,
}

/// How many splits are read where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct SplitsByTier {
    /// In the data directory.
    pub hot: u64,
    /// In the warm storage.
    pub warm: u64,
    /// In the cold storage.
    pub cold: u64,
    /// Those of the far ones that must be restored before they are read.
    pub archived: u64,
}

/// What is read of one storage class.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FarEstimate {
    /// `warm` or `cold`.
    pub tier: &'static str,
    /// As the store names it.
    pub storage_class: String,
    /// Splits that can hold a match.
    pub splits: u64,
    /// Requests.
    pub requests: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What is read of a storage class.
#[derive(Default)]
struct Load {
    class: StorageClass,
    splits: u64,
    requests: u64,
    bytes: u64,
}

/// By tier, and class as the store names it.
type Loads = BTreeMap<(&'static str, String), Load>;

fn load_of<'l>(loads: &'l mut Loads, tier: &'static str, class: StorageClass) -> &'l mut Load {
    let key = (tier, class.as_str().to_owned());
    loads.entry(key).or_insert(Load { class, ..Load::default() })
}

impl Snapshot {
    /// What a question for `probe` between two times will read of some splits, told by their numbers; all others hold no
    /// match. Reads near needle indexes and nothing else.
    pub fn estimate(&self, probe: &Probe, range: TimeRange, of: &[usize]) -> Estimate {
        let (named, lookups) = match self.asked(probe, of) {
            None => (of.to_vec(), 0),
            Some((needles, asked)) => {
                let can_match = needles.near_candidates(probe, &asked);
                let named = of.iter().zip(&can_match).filter(|(_, can_match)| **can_match);
                let asked: Vec<_> = asked
                    .iter()
                    .zip(&can_match)
                    .filter(|(_, left)| **left)
                    .map(|(asked, _)| *asked)
                    .collect();
                (named.map(|(number, _)| *number).collect(), needles.far_requests(probe, &asked))
            }
        };
        let mut estimate =
            Estimate { splits_left_out: (self.splits.len() - named.len()) as u64, ..Estimate::default() };
        let mut loads = Loads::new();
        for number in &named {
            let split = &*self.splits[*number];
            let (tier, class) = place(split);
            match tier {
                "warm" => estimate.splits.warm += 1,
                "cold" => estimate.splits.cold += 1,
                _ => estimate.splits.hot += 1,
            }
            if split.is_far() {
                estimate.splits.archived += u64::from(class.is_archive());
                let load = load_of(&mut loads, tier, class);
                load.splits += 1;
                let (requests, bytes) = of_split(split, probe, range);
                load.requests += requests;
                load.bytes += bytes;
            }
        }
        // Where needle indexes will be asked, most of the splits they speak for are not opened.
        if lookups > 0 {
            for load in loads.values_mut() {
                let likely = load.splits.div_ceil(FALSE_ONE_OF) + 1;
                let scaled = |sum: u64| sum / load.splits.max(1) * likely;
                (load.requests, load.bytes) =
                    (scaled(load.requests).min(load.requests), scaled(load.bytes).min(load.bytes));
            }
            // They lie in the cold storage, in the standard class, because they are small.
            let load = load_of(&mut loads, "cold", StorageClass::Standard);
            load.requests += lookups;
            load.bytes += lookups * BUCKET_BYTES;
        }
        estimate.sum(loads);
        estimate
    }
}

impl Estimate {
    fn sum(&mut self, loads: Loads) {
        let mut micro_dollars = 0;
        for ((tier, storage_class), Load { class, splits, requests, bytes }) in loads {
            self.requests += requests;
            self.bytes += bytes;
            micro_dollars +=
                of_requests(&Requests { gets: requests, bytes_read: bytes, ..Requests::default() }, &class);
            self.far.push(FarEstimate { tier, storage_class, splits, requests, bytes });
        }
        let waits = u32::try_from(self.requests.div_ceil(READS_AT_ONCE as u64)).unwrap_or(u32::MAX);
        let moved = Duration::from_millis(self.bytes.saturating_mul(1_000) / BYTES_PER_SECOND);
        self.seconds = REQUEST_TIME.saturating_mul(waits).saturating_add(moved).as_secs_f64();
        self.dollars = Duration::from_micros(micro_dollars).as_secs_f64();
    }
}

/// Where a split is read, and in which class it is there.
fn place(split: &Split) -> (&'static str, StorageClass) {
    let Copies { warm, cold, .. } = split.copies();
    match split.copies().tier() {
        _ if !split.is_far() => ("hot", StorageClass::Standard),
        "warm" => ("warm", warm.as_ref().map(|copy| copy.storage_class.clone()).unwrap_or_default()),
        _ => ("cold", cold.as_ref().map(|copy| copy.storage_class.clone()).unwrap_or_default()),
    }
}

/// Requests and bytes that one far split takes: its footer, its index if that is asked, and the part of its data that
/// lies in the time.
fn of_split(split: &Split, probe: &Probe, range: TimeRange) -> (u64, u64) {
    let summary = split.summary();
    let footer = END_BYTES.min(summary.data.bytes);
    let is_index_read = *probe != Probe::Any && split.is_index_away();
    let index = if is_index_read { summary.index.bytes } else { 0 };
    let data = share(summary.data.bytes, split.span(), range);
    let requests = 1 + u64::from(is_index_read) + data.div_ceil(DATA_BYTES_AT_ONCE);
    (requests, footer + index + data)
}

/// The part of some bytes, spread evenly over a span, that lies in a time.
fn share(bytes: u64, (oldest, newest): (Timestamp, Timestamp), range: TimeRange) -> u64 {
    let (oldest, newest) = (i128::from(oldest.as_nanos()), i128::from(newest.as_nanos()) + 1);
    let (from, to) = (i128::from(range.from.as_nanos()), i128::from(range.to.as_nanos()));
    let inside = newest.min(to).saturating_sub(oldest.max(from)).max(0);
    let whole = (newest - oldest).max(1);
    // Neither is negative nor longer than all of time, 2^64 nanoseconds, so the product fits.
    let (inside, whole) = (inside.min(whole).cast_unsigned(), whole.cast_unsigned());
    u64::try_from(u128::from(bytes) * inside / whole).unwrap_or(bytes)
}

impl Split {
    /// Whether its index object is not near.
    fn is_index_away(&self) -> bool {
        self.is_far() && self.storages().hot.length(&index_name(self.id())).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_counts_as_far_as_the_time_covers_it() {
        let at = Timestamp::from_nanos;
        let range = |from, to| TimeRange { from: at(from), to: at(to) };
        assert_eq!(share(1_000, (at(0), at(99)), TimeRange::ALL), 1_000);
        assert_eq!(share(1_000, (at(0), at(99)), range(50, 200)), 500);
        assert_eq!(share(1_000, (at(0), at(99)), range(100, 200)), 0);
        assert_eq!(share(1_000, (at(7), at(7)), range(0, 8)), 1_000);
        // All of time ends before its last nanosecond, in which a byte lies.
        assert_eq!(share(u64::MAX, (Timestamp::MIN, Timestamp::MAX), TimeRange::ALL), u64::MAX - 1);
    }
}

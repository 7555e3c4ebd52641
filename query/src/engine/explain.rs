//! How an answer came about: what was left out by what, how much was looked at, and where the time went.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::filter::Effort;

/// A part of the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// Fixing what is seen.
    Snapshot,
    /// Leaving out splits and blocks by their descriptions.
    Describe,
    /// Asking the indexes of splits.
    Index,
    /// Finding the rows that pass.
    Filter,
    /// Making the answer of these rows.
    Answer,
}

const STAGES: [(Stage, &str); 5] = [
    (Stage::Snapshot, "snapshot"),
    (Stage::Describe, "describe"),
    (Stage::Index, "index"),
    (Stage::Filter, "filter"),
    (Stage::Answer, "answer"),
];

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Counter {
    SplitsByTime,
    SplitsByStream,
    SplitsRead,
    SplitsByIndex,
    BlocksInTail,
    BlocksByTime,
    BlocksByDescription,
    BlocksByIndex,
    BlocksWhole,
    BlocksRead,
    RowsRead,
    RowsPassed,
    BytesRead,
    BytesPacked,
}

const COUNTERS: usize = Counter::BytesPacked as usize + 1;

/// Counts while a question is answered, from several threads.
#[derive(Default)]
pub(crate) struct Tally {
    counters: [AtomicU64; COUNTERS],
    nanos: [AtomicU64; STAGES.len()],
}

impl Tally {
    pub(crate) fn add(&self, counter: Counter, count: u64) {
        self.counters[counter as usize].fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self, counter: Counter) -> u64 {
        self.counters[counter as usize].load(Ordering::Relaxed)
    }

    /// Does some work and adds the time it took to a stage.
    pub(crate) fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos[stage as usize].fetch_add(nanos, Ordering::Relaxed);
        result
    }

    /// What was counted so far.
    pub(crate) fn explanation(&self, splits: u64, effort: Effort) -> Explanation {
        let of = |counter| self.get(counter);
        let stage = |(stage, name): (Stage, &'static str)| {
            let nanos = self.nanos[stage as usize].load(Ordering::Relaxed);
            StageTime { stage: name, ms: Duration::from_nanos(nanos).as_secs_f64() * 1_000.0 }
        };
        Explanation {
            splits: Splits {
                total: splits,
                left_out_by_time: of(Counter::SplitsByTime),
                left_out_by_stream: of(Counter::SplitsByStream),
                left_out_by_index: of(Counter::SplitsByIndex),
                opened: of(Counter::SplitsRead),
            },
            blocks: Blocks {
                in_tail: of(Counter::BlocksInTail),
                left_out_by_time: of(Counter::BlocksByTime),
                left_out_by_values: of(Counter::BlocksByDescription),
                left_out_by_index: of(Counter::BlocksByIndex),
                taken_whole: of(Counter::BlocksWhole),
                filtered: of(Counter::BlocksRead),
            },
            templates: Templates {
                all_pass: effort.templates_always,
                none_pass: effort.templates_never,
                undecided: effort.templates_maybe,
            },
            values_looked_at: effort.verified,
            dictionary_values_looked_at: effort.dictionary_values,
            rows: of(Counter::RowsRead),
            rows_passed: of(Counter::RowsPassed),
            raw_bytes: of(Counter::BytesRead),
            packed_bytes: of(Counter::BytesPacked),
            stages: STAGES.map(stage).into(),
        }
    }
}

/// How an answer came about.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) splits: Splits,
    pub(crate) blocks: Blocks,
    pub(crate) templates: Templates,
    /// Values, of single blocks, that were looked at one by one or searched through.
    pub(crate) values_looked_at: u64,
    /// The same of dictionaries that several blocks share.
    pub(crate) dictionary_values_looked_at: u64,
    /// Rows of the blocks that were filtered or taken whole.
    pub(crate) rows: u64,
    /// Those among them that passed.
    pub(crate) rows_passed: u64,
    /// Bytes of the records of these blocks as they came.
    pub(crate) raw_bytes: u64,
    /// Bytes of these blocks as they are stored; of these only the columns that were needed were read.
    pub(crate) packed_bytes: u64,
    /// Where the time went. Threads work side by side: `index`, `filter` and `answer` are sums over all of them.
    pub(crate) stages: Vec<StageTime>,
}

/// What became of the splits.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Splits {
    pub(crate) total: u64,
    pub(crate) left_out_by_time: u64,
    pub(crate) left_out_by_stream: u64,
    pub(crate) left_out_by_index: u64,
    pub(crate) opened: u64,
}

/// What became of the blocks of the splits that were opened, and of the tail.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Blocks {
    pub(crate) in_tail: u64,
    pub(crate) left_out_by_time: u64,
    pub(crate) left_out_by_values: u64,
    pub(crate) left_out_by_index: u64,
    pub(crate) taken_whole: u64,
    pub(crate) filtered: u64,
}

/// What was known of messages by their templates alone.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Templates {
    pub(crate) all_pass: u64,
    pub(crate) none_pass: u64,
    pub(crate) undecided: u64,
}

/// The time of one stage.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct StageTime {
    pub(crate) stage: &'static str,
    pub(crate) ms: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_and_counter_has_its_own_place() {
        for (place, (stage, _)) in STAGES.iter().enumerate() {
            assert_eq!(*stage as usize, place);
        }
        let tally = Tally::default();
        tally.add(Counter::BlocksByIndex, 3);
        tally.add(Counter::BytesPacked, 7);
        assert_eq!(tally.time(Stage::Filter, || 5), 5);
        let told = tally.explanation(4, Effort { templates_never: 2, ..Effort::default() });
        assert_eq!((told.splits.total, told.blocks.left_out_by_index, told.packed_bytes), (4, 3, 7));
        assert_eq!((told.templates.none_pass, told.templates.undecided), (2, 0));
        assert!(told.stages.iter().all(|stage| (stage.ms > 0.0) == (stage.stage == "filter")));
    }
}

//! How many records there are over time.

use std::collections::HashMap;

use palisade_index::Block;
use palisade_record::Timestamp;
use serde::Serialize;

use super::{Budget, Failure, Inner, Question, Scan};
use crate::filter::{ColumnView, RowBitmap, column_names, field_views};

/// Counts over time.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct Histogram {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) step_ms: u64,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) total: u64,
}

/// The records of one step.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct Bucket {
    pub(crate) time: Timestamp,
    pub(crate) count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Steps that people read easily, in seconds.
const STEPS_SECONDS: [u32; 22] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800, 2_592_000, 31_536_000,
];
/// Values that are shown apart; the rest is one more, called `other`.
const SPLIT_VALUES_MAX: usize = 8;
/// What records without the field are counted under.
const WITHOUT: &str = "(none)";
const OTHER: &str = "other";
/// Memory of one count of one value in one step, in a hash table.
const COUNT_BYTES: usize = 48;

/// Counts the matches in at most about `buckets` steps.
pub(crate) fn histogram(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    by: Option<&str>,
    buckets: u32,
) -> Result<Histogram, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let candidates = scan.candidates()?;
    let infos = || candidates.iter().map(|candidate| candidate.block.info());
    let range = question.range;
    let from = match range.from {
        Timestamp::MIN => infos().map(|info| info.oldest).min().unwrap_or_default(),
        from => from,
    };
    let to = match range.to {
        Timestamp::MAX => {
            let newest = infos().map(|info| info.newest).max().unwrap_or(from);
            Timestamp::from_nanos(newest.as_nanos().saturating_add(1))
        }
        to => to,
    };
    let to = to.max(from);
    let steps = Steps::new(from, to, buckets);
    let names = by.map(column_names);
    let mut counts = vec![0; steps.count];
    let mut split: HashMap<String, HashMap<usize, u64>> = HashMap::new();
    scan.each(
        &candidates,
        |block, rows| steps.count(block, rows, names.as_deref()),
        |part| {
            counts.iter_mut().zip(part.counts).for_each(|(count, more)| *count += more);
            for (value, of_value) in part.by {
                let bytes = value.len();
                let known = split.entry(value).or_insert_with(|| HashMap::with_capacity(0));
                let before = known.len();
                of_value.into_iter().for_each(|(at, more)| *known.entry(at).or_default() += more);
                let is_new = if before == 0 { bytes + COUNT_BYTES } else { 0 };
                budget.charge(is_new + (known.len() - before) * COUNT_BYTES)?;
            }
            Ok(())
        },
    )?;
    let mut by = by.map(|_| top_values(split, steps.count));
    let total = counts.iter().sum();
    let bucket = |(at, count)| Bucket {
        time: steps.start(at),
        count,
        by: by.as_mut().map(|by| std::mem::take(&mut by[at])),
    };
    let buckets = counts.into_iter().enumerate().map(bucket).collect();
    Ok(Histogram { from, to, step_ms: u64::from(steps.seconds) * 1_000, buckets, total })
}

/// The shortest step, easy to read, of which about `buckets` cover a time in nanoseconds.
pub(super) fn step_seconds(from: i64, to: i64, buckets: u32) -> u32 {
    let span = i128::from(to) - i128::from(from);
    let fits = |seconds: &u32| span <= i128::from(*seconds) * 1_000_000_000 * i128::from(buckets.max(1));
    let longest = STEPS_SECONDS[STEPS_SECONDS.len() - 1];
    STEPS_SECONDS.into_iter().find(fits).unwrap_or(longest)
}

/// Equal steps over a time.
struct Steps {
    base: i64,
    seconds: u32,
    count: usize,
}

struct Part {
    counts: Vec<u64>,
    by: HashMap<String, HashMap<usize, u64>>,
}

impl Steps {
    fn new(from: Timestamp, to: Timestamp, buckets: u32) -> Self {
        let seconds = step_seconds(from.as_nanos(), to.as_nanos(), buckets);
        let nanos = i64::from(seconds) * 1_000_000_000;
        let base = (from.as_nanos().div_euclid(nanos)).saturating_mul(nanos);
        let last = i128::from(to.as_nanos().saturating_sub(1).max(from.as_nanos()));
        let count = usize::try_from((last - i128::from(base)) / i128::from(nanos) + 1).unwrap_or(1);
        Self { base, seconds, count }
    }

    fn of(&self, time: i64) -> usize {
        let since = i128::from(time) - i128::from(self.base);
        let step = since / (i128::from(self.seconds) * 1_000_000_000);
        usize::try_from(step).unwrap_or(0).min(self.count - 1)
    }

    fn start(&self, at: usize) -> Timestamp {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let since = at.saturating_mul(i64::from(self.seconds)).saturating_mul(1_000_000_000);
        Timestamp::from_nanos(self.base.saturating_add(since))
    }

    fn count(&self, block: &Block, rows: &RowBitmap, names: Option<&[String]>) -> Result<Part, Failure> {
        let mut part = Part { counts: vec![0; self.count], by: HashMap::new() };
        let info = block.info();
        let (first, last) = (self.of(info.oldest.as_nanos()), self.of(info.newest.as_nanos()));
        let steps: Vec<usize> = if first == last && names.is_none() {
            part.counts[first] = u64::from(rows.count());
            return Ok(part);
        } else {
            block.times()?.iter().map(|time| self.of(*time)).collect()
        };
        rows.iter().for_each(|row| part.counts[steps[row as usize]] += 1);
        let Some(names) = names else { return Ok(part) };
        let mut without = rows.clone();
        for view in field_views(block, names)? {
            let mut counts: HashMap<u32, HashMap<usize, u64>> = HashMap::new();
            for (row, position) in view.entries().filter(|(row, _)| rows.contains(*row)) {
                *counts.entry(position).or_default().entry(steps[row as usize]).or_default() += 1;
                without.remove_row(row);
            }
            for (position, of_value) in counts {
                let value = view.value(position as usize).as_text().into_owned();
                let known = part.by.entry(value).or_default();
                of_value.into_iter().for_each(|(at, count)| *known.entry(at).or_default() += count);
            }
        }
        for row in without.iter() {
            *part.by.entry(WITHOUT.to_owned()).or_default().entry(steps[row as usize]).or_default() += 1;
        }
        Ok(part)
    }
}

fn top_values(
    split: HashMap<String, HashMap<usize, u64>>,
    steps: usize,
) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let mut values: Vec<_> =
        split.into_iter().map(|(value, counts)| (counts.values().sum::<u64>(), value, counts)).collect();
    values.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    let mut buckets = vec![serde_json::Map::new(); steps];
    for (rank, (_, value, counts)) in values.into_iter().enumerate() {
        let name = if rank < SPLIT_VALUES_MAX { value } else { OTHER.to_owned() };
        for (at, count) in counts {
            let known = buckets[at].entry(name.clone()).or_insert_with(|| 0.into());
            *known = (known.as_u64().unwrap_or(0) + count).into();
        }
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_whole_and_cover_the_time() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let check = |from: &str, to: &str, seconds: u32, count: usize, start: &str| {
            let steps = Steps::new(at(from), at(to), 60);
            assert_eq!((steps.seconds, steps.count), (seconds, count), "{from} {to}");
            assert_eq!(steps.start(0), at(start));
            assert_eq!(steps.of(at(from).as_nanos()), 0);
        };
        check("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 1, 1, "2026-01-01T00:00:00Z");
        check("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", 60, 60, "2026-01-01T00:00:00Z");
        check("2026-01-01T00:00:30Z", "2026-01-01T01:00:30Z", 60, 61, "2026-01-01T00:00:00Z");
        check("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", 1_800, 48, "2026-01-01T00:00:00Z");
        check("2019-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 31_536_000, 8, "2018-12-20T00:00:00Z");
        assert!(Steps::new(Timestamp::MIN, Timestamp::MAX, 1).count < 1_000);
    }
}

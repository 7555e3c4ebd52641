//! Compares an answer with the right one.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// A right answer.
pub(super) enum Expected {
    /// These records: their offsets in the corpus and their bytes.
    Newest(Vec<(u64, String)>),
    /// So many records.
    Total(u64),
    /// These values, and so many records in all.
    Values(Vec<(String, u64)>, u64),
    /// So many records of each level.
    Levels(BTreeMap<String, u64>),
}

#[derive(Deserialize)]
struct Page {
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    raw: String,
}

#[derive(Deserialize)]
struct Histogram {
    total: u64,
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    count: u64,
    #[serde(default)]
    by: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Values {
    values: Vec<Count>,
    others: u64,
}

#[derive(Deserialize)]
struct Count {
    value: String,
    count: u64,
}

impl Expected {
    /// How many records it is about.
    pub(super) fn hits(&self) -> u64 {
        match self {
            Self::Newest(lines) => lines.len() as u64,
            Self::Total(total) | Self::Values(_, total) => *total,
            Self::Levels(levels) => levels.values().sum(),
        }
    }

    /// An error that tells the difference, if there is one.
    pub(super) fn check(&self, answer: &str) -> anyhow::Result<()> {
        match self {
            Self::Newest(lines) => check_page(lines, &parse::<Page>(answer)?.records),
            Self::Total(total) => check_histogram(*total, &parse(answer)?),
            Self::Values(values, total) => {
                let found: Values = parse(answer)?;
                let sum = found.values.iter().map(|value| value.count).sum::<u64>() + found.others;
                let found: Vec<_> =
                    found.values.into_iter().map(|found| (found.value, found.count)).collect();
                ensure!(found == *values, "found {found:?}, expected {values:?}");
                ensure!(sum == *total, "found {sum} values in all, expected {total}");
                Ok(())
            }
            Self::Levels(levels) => {
                let found: Histogram = parse(answer)?;
                check_histogram(levels.values().sum(), &found)?;
                let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
                for (level, count) in found.buckets.iter().flat_map(|bucket| &bucket.by) {
                    *sums.entry(level).or_default() += count;
                }
                let expected: BTreeMap<&str, u64> =
                    levels.iter().map(|(level, n)| (&level[..], *n)).collect();
                ensure!(sums == expected, "found {sums:?}, expected {expected:?}");
                Ok(())
            }
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(answer: &'a str) -> anyhow::Result<T> {
    serde_json::from_str(answer).with_context(|| format!("the answer has another shape: {answer:.500}"))
}

fn check_page(lines: &[(u64, String)], records: &[Record]) -> anyhow::Result<()> {
    ensure!(records.len() == lines.len(), "found {} records, expected {}", records.len(), lines.len());
    for (position, (record, (offset, line))) in records.iter().zip(lines).enumerate() {
        // The second half of an id is the offset in the file.
        let found = record.id.get(16..).and_then(|half| u64::from_str_radix(half, 16).ok());
        if found != Some(*offset) {
            bail!("record {position} is {} and not the one at byte {offset} of the corpus", record.id);
        }
        ensure!(record.raw == *line, "record {position} came back as {}, it was {line}", record.raw);
    }
    Ok(())
}

fn check_histogram(total: u64, found: &Histogram) -> anyhow::Result<()> {
    ensure!(found.total == total, "found {} records, expected {total}", found.total);
    let sum: u64 = found.buckets.iter().map(|bucket| bucket.count).sum();
    ensure!(sum == total, "the steps hold {sum} records, expected {total}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_answers_are_told() {
        let newest = Expected::Newest(vec![(16, "line".into())]);
        let page = |id: &str, raw: &str| format!(r#"{{"records":[{{"id":"{id}","raw":"{raw}"}}]}}"#);
        let (right, wrong) = ("00000000000000aa0000000000000010", "00000000000000aa0000000000000011");
        assert!(newest.check(&page(right, "line")).is_ok());
        assert!(newest.check(&page(wrong, "line")).is_err());
        assert!(newest.check(&page(right, "lime")).is_err());
        assert!(newest.check(r#"{"records":[]}"#).is_err());

        let total = Expected::Total(2);
        assert!(total.check(r#"{"total":2,"buckets":[{"count":2}]}"#).is_ok());
        assert!(total.check(r#"{"total":2,"buckets":[{"count":1}]}"#).is_err());
        assert!(total.check(r#"{"total":3,"buckets":[{"count":3}]}"#).is_err());

        let values = Expected::Values(vec![("a".into(), 2)], 3);
        assert!(values.check(r#"{"values":[{"value":"a","count":2}],"others":1}"#).is_ok());
        assert!(values.check(r#"{"values":[{"value":"b","count":2}],"others":1}"#).is_err());
        assert!(values.check(r#"{"values":[{"value":"a","count":2}],"others":0}"#).is_err());

        let levels = Expected::Levels(BTreeMap::from([("INFO".into(), 2)]));
        assert!(levels.check(r#"{"total":2,"buckets":[{"count":2,"by":{"INFO":2}}]}"#).is_ok());
        assert!(levels.check(r#"{"total":2,"buckets":[{"count":2,"by":{"INFO":1,"WARN":1}}]}"#).is_err());
    }
}

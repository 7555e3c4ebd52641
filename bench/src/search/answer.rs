//! Compares an answer with the right one.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

/// How far an approximate answer, which says that it is one, may be from the exact one.
const APPROXIMATE_SHARE: f64 = 0.03;

/// A right answer.
pub(super) enum Expected {
    /// These records: their offsets in the corpus and their bytes.
    Newest(Vec<(u64, String)>),
    /// A table with these rows, and how many records it is about.
    Rows(Vec<Row>, u64),
    /// The same where the order of the rows is not asked for.
    RowsInAnyOrder(Vec<Row>, u64),
    /// A histogram of so many records.
    Bars(u64),
    /// A histogram with so many records of each level.
    Levels(BTreeMap<String, u64>),
}

/// A row of a table: a group, unless there is only one, and a figure.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    pub(super) group: Option<String>,
    pub(super) cell: Cell,
}

/// A figure: none, or one from `low` to `high`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Cell(Option<(f64, f64)>);

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
struct Table {
    rows: Vec<Vec<Value>>,
    #[serde(default)]
    approximate: Vec<Value>,
}

impl Row {
    pub(super) fn new(group: Option<String>, cell: Cell) -> Self {
        Self { group, cell }
    }
}

impl Cell {
    /// This number.
    pub(super) fn exactly(number: u64) -> Self {
        Self::about(number)
    }

    /// This number; when the answer says that it is approximate, one near it.
    #[expect(clippy::cast_precision_loss, reason = "no corpus has 2^53 records")]
    pub(super) fn about(number: u64) -> Self {
        Self(Some((number as f64, number as f64)))
    }

    /// The smallest number that so many percent of the numbers are not above.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is not negative and no corpus has 2^53 records"
    )]
    pub(super) fn percentile(mut numbers: Vec<f64>, percent: f64) -> Self {
        numbers.sort_by(f64::total_cmp);
        let rank = (numbers.len() as f64 * percent / 100.0).ceil() as usize;
        Self(numbers.get(rank.max(1) - 1).map(|number| (*number, *number)))
    }

    fn check(&self, found: &Value, is_approximate: bool) -> anyhow::Result<()> {
        let share = if is_approximate { APPROXIMATE_SHARE } else { 0.0 };
        let fits = match self.0 {
            None => found.is_null(),
            Some((low, high)) => found
                .as_f64()
                .is_some_and(|found| low - low.abs() * share <= found && found <= high + high.abs() * share),
        };
        ensure!(fits, "found {found}, expected {self:?}");
        Ok(())
    }
}

impl Expected {
    /// How many records it is about.
    pub(super) fn hits(&self) -> u64 {
        match self {
            Self::Newest(lines) => lines.len() as u64,
            Self::Rows(_, hits) | Self::RowsInAnyOrder(_, hits) | Self::Bars(hits) => *hits,
            Self::Levels(levels) => levels.values().sum(),
        }
    }

    /// An error that tells the difference, if there is one.
    pub(super) fn check(&self, answer: &str) -> anyhow::Result<()> {
        match self {
            Self::Newest(lines) => check_page(lines, &parse::<Page>(answer)?.records),
            Self::Rows(rows, _) => check_table(rows, &parse(answer)?),
            Self::RowsInAnyOrder(rows, _) => {
                let mut found: Table = parse(answer)?;
                found.rows.sort_by(|left, right| group_of(left).cmp(&group_of(right)));
                check_table(rows, &found)
            }
            Self::Bars(total) => check_histogram(*total, &parse(answer)?),
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

/// The group of a row with a figure behind it.
fn group_of(row: &[Value]) -> Option<&str> {
    row.len().checked_sub(2).and_then(|_| row[0].as_str())
}

fn check_table(rows: &[Row], found: &Table) -> anyhow::Result<()> {
    ensure!(found.rows.len() == rows.len(), "found {} rows, expected {}", found.rows.len(), rows.len());
    for (position, (found_row, row)) in found.rows.iter().zip(rows).enumerate() {
        let group = group_of(found_row);
        ensure!(group == row.group.as_deref(), "row {position} is {found_row:?}, expected {row:?}");
        let figure = found_row.get(usize::from(found_row.len() > 1)).unwrap_or(&Value::Null);
        row.cell
            .check(figure, !found.approximate.is_empty())
            .with_context(|| format!("row {position}, {group:?}"))?;
    }
    Ok(())
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
    fn wrong_pages_are_told() {
        let newest = Expected::Newest(vec![(16, "line".into())]);
        let page = |id: &str, raw: &str| format!(r#"{{"records":[{{"id":"{id}","raw":"{raw}"}}]}}"#);
        let (right, wrong) = ("00000000000000aa0000000000000010", "00000000000000aa0000000000000011");
        assert!(newest.check(&page(right, "line")).is_ok());
        assert!(newest.check(&page(wrong, "line")).is_err());
        assert!(newest.check(&page(right, "lime")).is_err());
        assert!(newest.check(r#"{"records":[]}"#).is_err());
    }

    #[test]
    fn wrong_histograms_are_told() {
        let bars = Expected::Bars(2);
        assert!(bars.check(r#"{"total":2,"buckets":[{"count":2}]}"#).is_ok());
        assert!(bars.check(r#"{"total":2,"buckets":[{"count":1}]}"#).is_err());
        assert!(bars.check(r#"{"total":3,"buckets":[{"count":3}]}"#).is_err());

        let levels = Expected::Levels(BTreeMap::from([("INFO".into(), 2)]));
        assert!(levels.check(r#"{"total":2,"buckets":[{"count":2,"by":{"INFO":2}}]}"#).is_ok());
        assert!(levels.check(r#"{"total":2,"buckets":[{"count":2,"by":{"INFO":1,"WARN":1}}]}"#).is_err());
    }

    #[test]
    fn wrong_tables_are_told() {
        let top = Expected::Rows(vec![Row::new(Some("a".into()), Cell::exactly(2))], 2);
        assert!(top.check(r#"{"rows":[["a",2]]}"#).is_ok());
        for wrong in [r#"[["b",2]]"#, r#"[["a",3]]"#, r#"[["a",2],["b",1]]"#, r#"[["a",null]]"#] {
            assert!(top.check(&format!(r#"{{"rows":{wrong}}}"#)).is_err(), "{wrong}");
        }
        let distinct = Expected::Rows(vec![Row::new(None, Cell::about(1_000))], 1_000);
        assert!(distinct.check(r#"{"rows":[[1010]]}"#).is_err());
        assert!(distinct.check(r#"{"rows":[[1010]],"approximate":["distinct(x)"]}"#).is_ok());

        let numbers = (1..=200).map(f64::from).collect();
        let rows =
            vec![Row::new(None, Cell(None)), Row::new(Some("a".into()), Cell::percentile(numbers, 99.0))];
        let percentile = Expected::RowsInAnyOrder(rows, 200);
        assert!(percentile.check(r#"{"rows":[["a",198.0],[null,null]]}"#).is_ok());
        assert!(percentile.check(r#"{"rows":[[null,null],["a",198]]}"#).is_ok());
        assert!(percentile.check(r#"{"rows":[[null,null],["a",200]]}"#).is_err());
        assert!(percentile.check(r#"{"rows":[[null,0],["a",198]]}"#).is_err());
    }
}

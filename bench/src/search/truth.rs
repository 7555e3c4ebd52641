//! What the right answers are: one reading of the corpus, in which every question looks at every line.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use palisade_record::Timestamp;

use super::answer::{Cell, Expected, Row};
use super::corpus::{each_line, lines_at};
use super::line::{Line, Seen};
use super::questions::PAGE;

/// What records without a level are counted under.
const WITHOUT_LEVEL: &str = "(none)";

/// A field of a line; nothing when the line does not have it.
pub(super) type Field = fn(&Line<'_>) -> Option<String>;
/// A number of a line.
pub(super) type Number = fn(&Line<'_>) -> Option<f64>;

/// What is gathered from the lines that a question finds.
pub(super) enum Gathered {
    /// The newest ones.
    Newest(Newest),
    /// How many there are: counted by a pipe, or by the sum of a histogram's steps.
    Count(u64),
    Bars(u64),
    /// How many there are of each level.
    Levels(HashMap<String, u64>),
    /// The most frequent values of a field.
    Top(Field, usize, HashMap<String, u64>),
    /// How many values a field has.
    Distinct(Field, HashSet<String>),
    /// A percentile of a number by the values of a field.
    Percentile(Field, Number, f64, HashMap<Option<String>, Vec<f64>>),
}

/// A question's condition, and what it gathered.
pub(super) struct Gatherer {
    pub(super) condition: Box<dyn Fn(&Seen<'_>) -> bool>,
    pub(super) gathered: Gathered,
}

/// Lets every gatherer look at every line; gives what is expected of each, in their order.
pub(super) fn read(corpus: &Path, mut gatherers: Vec<Gatherer>) -> anyhow::Result<Vec<Expected>> {
    each_line(corpus, |seen| {
        for gatherer in &mut gatherers {
            if (gatherer.condition)(seen) {
                gatherer.gathered.take(seen);
            }
        }
    })?;
    gatherers.into_iter().map(|gatherer| gatherer.gathered.expected(corpus)).collect()
}

impl Gathered {
    fn take(&mut self, seen: &Seen<'_>) {
        let line = &seen.line;
        match self {
            Self::Newest(newest) => newest.push((line.timestamp, seen.offset)),
            Self::Count(count) | Self::Bars(count) => *count += 1,
            Self::Levels(counts) => {
                let level = if line.level.is_empty() { WITHOUT_LEVEL } else { line.level.as_ref() };
                *counts.entry(level.to_owned()).or_default() += 1;
            }
            Self::Top(field, _, counts) => {
                if let Some(value) = field(line) {
                    *counts.entry(value).or_default() += 1;
                }
            }
            Self::Distinct(field, values) => values.extend(field(line)),
            Self::Percentile(field, number, _, numbers) => {
                numbers.entry(field(line)).or_default().extend(number(line));
            }
        }
    }

    fn expected(self, corpus: &Path) -> anyhow::Result<Expected> {
        Ok(match self {
            Self::Newest(newest) => {
                Expected::Newest(lines_at(corpus, newest.0.iter().rev().map(|(_, offset)| *offset))?)
            }
            Self::Count(count) => Expected::Rows(vec![Row::new(None, Cell::exactly(count))], count),
            Self::Bars(count) => Expected::Bars(count),
            Self::Levels(counts) => Expected::Levels(counts.into_iter().collect()),
            Self::Top(_, limit, counts) => {
                let hits = counts.values().sum();
                let mut counts: Vec<_> = counts.into_iter().collect();
                counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
                counts.truncate(limit);
                let row = |(value, count)| Row::new(Some(value), Cell::exactly(count));
                Expected::Rows(counts.into_iter().map(row).collect(), hits)
            }
            Self::Distinct(_, values) => {
                let count = values.len() as u64;
                Expected::Rows(vec![Row::new(None, Cell::about(count))], count)
            }
            Self::Percentile(_, _, percent, numbers) => {
                let hits = numbers.values().map(|numbers| numbers.len() as u64).sum();
                let row = |(group, numbers)| Row::new(group, Cell::percentile(numbers, percent));
                let mut rows: Vec<Row> = numbers.into_iter().map(row).collect();
                rows.sort_by(|left, right| left.group.cmp(&right.group));
                Expected::RowsInAnyOrder(rows, hits)
            }
        })
    }
}

/// The newest records of a kind.
#[derive(Default)]
pub(super) struct Newest(BTreeSet<(Timestamp, u64)>);

impl Newest {
    fn push(&mut self, place: (Timestamp, u64)) {
        self.0.insert(place);
        if self.0.len() > PAGE {
            self.0.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_records_stay() {
        let mut newest = Newest::default();
        for offset in 0..500 {
            newest.push((Timestamp::from_nanos(i64::try_from(offset / 2).unwrap()), offset));
        }
        assert_eq!(newest.0.len(), PAGE);
        assert_eq!(newest.0.first().unwrap().1, 400);
    }
}

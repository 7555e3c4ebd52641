//! Which values a field has, and how often.

use std::collections::HashMap;

use palisade_index::Block;
use serde::Serialize;

use super::{Budget, Failure, Inner, Question, Scan};
use crate::filter::{ColumnView, RowBitmap, column_names, field_views};

/// The most frequent values of a field.
#[derive(Serialize, Debug)]
pub(crate) struct Values {
    pub(crate) field: String,
    pub(crate) values: Vec<Count>,
    /// How many values there are.
    pub(crate) distinct: u64,
    /// How often the values that are not shown stand in records.
    pub(crate) others: u64,
    /// Records without the field.
    pub(crate) missing: u64,
}

/// A value and how often it stands in records.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct Count {
    pub(crate) value: String,
    pub(crate) count: u64,
}

/// Values are counted exactly up to here; past it the answer would be a guess, and says so instead.
const DISTINCT_MAX: usize = 1_000_000;
/// Memory of one value beside its text: its place in the table and its allocation.
const VALUE_BYTES: usize = 64;

struct Part {
    counts: Vec<(String, u64)>,
    missing: u64,
}

/// Counts the values of a field among the matches.
pub(crate) fn values(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    field: String,
    limit: usize,
) -> Result<Values, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let names = column_names(&field);
    let mut counts: HashMap<String, u64> = HashMap::new();
    let mut missing = 0;
    scan.each(
        &scan.candidates()?,
        |block, rows| of_block(block, rows, &names),
        |part| {
            missing += part.missing;
            for (value, count) in part.counts {
                if let Some(known) = counts.get_mut(&value) {
                    *known += count;
                    continue;
                }
                if counts.len() >= DISTINCT_MAX {
                    let message = format!("`{field}` has more than {DISTINCT_MAX} different values");
                    let hint = "ask about a shorter time, or narrow the query";
                    return Err(Failure::TooMuch(message, hint.into()));
                }
                budget.charge(value.len() + VALUE_BYTES)?;
                counts.insert(value, count);
            }
            Ok(())
        },
    )?;
    let distinct = counts.len() as u64;
    let total: u64 = counts.values().sum();
    let mut values: Vec<Count> = counts.into_iter().map(|(value, count)| Count { value, count }).collect();
    let order =
        |left: &Count, right: &Count| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value));
    if values.len() > limit {
        values.select_nth_unstable_by(limit, order);
        values.truncate(limit);
    }
    values.sort_unstable_by(order);
    let shown: u64 = values.iter().map(|value| value.count).sum();
    Ok(Values { field, values, distinct, others: total - shown, missing })
}

fn of_block(block: &Block, rows: &RowBitmap, names: &[String]) -> Result<Part, Failure> {
    let mut part = Part { counts: Vec::new(), missing: 0 };
    let mut without = rows.clone();
    for view in field_views(block, names)? {
        let mut counts = vec![0; view.value_count()];
        for (row, position) in view.entries().filter(|(row, _)| rows.contains(*row)) {
            counts[position as usize] += 1;
            without.remove_row(row);
        }
        let counted = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
        part.counts
            .extend(counted.map(|(position, count)| (view.value(position).as_text().into_owned(), count)));
    }
    part.missing = u64::from(without.count());
    Ok(part)
}

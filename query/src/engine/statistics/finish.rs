//! A table of groups.

use super::aggregation::{Aggregation, GroupKey};
use super::cell::Cell;
use super::groups::Groups;
use super::plan::TableStep;
use super::spans::Span;
use super::state::count_cell;
use super::steps::order_of;
use super::table::{Approximate, Table};
use crate::engine::{Budget, Failure};
use crate::language::Function;

/// Rows that filling the gaps of a chart may make.
const FILLED_ROWS_MAX: usize = 100_000;

/// The groups as rows, sorted by their keys. `next` are the steps that follow: when they keep only the first rows of an
/// order, the others need not be made.
pub(super) fn table<F>(
    groups: &Groups,
    aggregation: &Aggregation<F>,
    span: Span,
    next: &[TableStep],
    budget: &Budget,
) -> Result<Table, Failure> {
    let seconds = span.seconds(aggregation);
    let limit = last_of_the_first(groups, aggregation, seconds, next);
    let limit = limit.as_ref().map(|(output, cell, descending)| (*output, cell, *descending));
    let mut rows = groups.rows(aggregation, seconds, limit);
    let key_count = aggregation.keys.len();
    if rows.is_empty() && key_count == 0 {
        rows.push(empty_row(aggregation, Vec::new()));
    }
    if aggregation.fills {
        fill(&mut rows, aggregation, span)?;
    }
    let by_keys: Vec<(usize, bool)> = (0..key_count).map(|place| (place, false)).collect();
    rows.sort_by(|left, right| order_of(left, right, &by_keys));
    let table =
        Table { columns: aggregation.columns.clone(), rows, approximate: approximate(groups, aggregation) };
    table.charge(budget)?;
    Ok(table)
}

/// When only the first rows by a computed column are kept: the value of the last one of them.
fn last_of_the_first<F>(
    groups: &Groups,
    aggregation: &Aggregation<F>,
    seconds: f64,
    next: &[TableStep],
) -> Option<(usize, Cell, bool)> {
    let [TableStep::Sort(keys), TableStep::Head(count), ..] = next else { return None };
    let (column, descending) = *keys.first()?;
    let output = column.checked_sub(aggregation.keys.len())?;
    let count = usize::try_from(*count).ok().filter(|count| *count < groups.len())?;
    let mut cells = groups.outputs(aggregation, output, seconds);
    let (_, last, _) = cells.select_nth_unstable_by(count - 1, |left, right| left.order(right, descending));
    Some((output, last.clone(), descending))
}

fn empty_row<F>(aggregation: &Aggregation<F>, mut row: Vec<Cell>) -> Vec<Cell> {
    let nothing = |function| match function {
        Function::Count | Function::Distinct => count_cell(0),
        Function::Rate => Cell::Float(0.0),
        _ => Cell::Null,
    };
    row.extend(aggregation.outputs.iter().map(|output| nothing(output.function)));
    row
}

/// Adds rows for the steps of time without records. The time is the first key.
fn fill<F>(rows: &mut Vec<Vec<Cell>>, aggregation: &Aggregation<F>, span: Span) -> Result<(), Failure> {
    let Some(GroupKey::Bin(Some(nanos), _)) = aggregation.keys.first() else { return Ok(()) };
    let refuse = || {
        let message = format!("the chart would have more than {FILLED_ROWS_MAX} points");
        Failure::TooMuch(
            message,
            "make its span longer, ask about a shorter time, or leave the `by` away".into(),
        )
    };
    let steps = span.steps(*nanos, FILLED_ROWS_MAX).ok_or_else(refuse)?;
    let keys = 1..aggregation.keys.len();
    let by_group: Vec<(usize, bool)> = keys.clone().chain([0]).map(|place| (place, false)).collect();
    rows.sort_by(|left, right| order_of(left, right, &by_group));
    let same = |left: &Vec<Cell>, right: &Vec<Cell>| left[keys.clone()] == right[keys.clone()];
    let mut gaps = Vec::new();
    let mut series: Vec<&[Vec<Cell>]> = rows.chunk_by(same).collect();
    if series.is_empty() && keys.is_empty() {
        series.push(&[]);
    }
    if series.len().saturating_mul(steps.len()) > FILLED_ROWS_MAX {
        return Err(refuse());
    }
    for series in series {
        let mut known = series.iter().map(|row| &row[0]).peekable();
        for step in &steps {
            let cell = Cell::Time(*step);
            if known.next_if(|known| **known == cell).is_some() {
                continue;
            }
            let mut row = vec![cell];
            row.extend(series.first().into_iter().flat_map(|first| first[keys.clone()].iter().cloned()));
            gaps.push(empty_row(aggregation, row));
        }
    }
    rows.append(&mut gaps);
    Ok(())
}

fn approximate<F>(groups: &Groups, aggregation: &Aggregation<F>) -> Vec<Approximate> {
    let names = &aggregation.columns[aggregation.keys.len()..];
    let column = |(output, name): (&super::aggregation::Output, &String)| {
        let told = |method, error: String| Some(Approximate { column: name.clone(), method, error });
        match (output.function, output.state) {
            (Function::Distinct, Some(state)) if !groups.is_exact(state) => {
                told("HyperLogLog with 16,384 registers", "a standard error of 0.8 %".into())
            }
            (Function::Percentile(_), Some(state)) if !groups.is_exact(state) => {
                told("buckets of 8 bits of the fraction", "at most 0.2 % of the value".into())
            }
            (Function::Count, None) if groups.error > 0 => {
                told("frequent items of Misra and Gries", format!("up to {} too low", groups.error))
            }
            _ => None,
        }
    };
    aggregation.outputs.iter().zip(names).filter_map(column).collect()
}

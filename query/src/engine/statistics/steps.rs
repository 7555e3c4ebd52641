//! The steps from table to table.

use std::cmp::Ordering;

use palisade_record::TimeRange;

use super::aggregation::{Aggregation, GroupKey, TIME};
use super::cell::{Cell, Scalar};
use super::grouped::step_of;
use super::groups::{GROUPS_MAX, Groups};
use super::key_table::KeyTable;
use super::plan::TableStep;
use super::row_filter::RowFilter;
use super::spans::Span;
use super::table::Table;
use super::{finish, key};
use crate::engine::{Budget, Failure};

/// Does the steps, one after the other. `range` is the time that was asked about.
pub(super) fn run(
    mut table: Table,
    steps: &[TableStep],
    range: TimeRange,
    budget: &Budget,
) -> Result<Table, Failure> {
    for step in steps {
        budget.check()?;
        match step {
            TableStep::Group(aggregation) => {
                let mut aggregation = aggregation.clone();
                let span = Span::new(range, times_of(&table));
                span.choose_step(&mut aggregation);
                let groups = groups_of(&aggregation, &table, budget)?;
                let approximate = std::mem::take(&mut table.approximate);
                table = finish::table(&groups, &aggregation, span, &[], budget)?;
                // What is made of estimates is no better than they are.
                table.approximate.splice(0..0, approximate);
            }
            TableStep::Where(node) => {
                let mut filter = RowFilter::new(node, &table.columns);
                table.rows.retain(|row| filter.passes(row));
            }
            TableStep::Sort(keys) => table.rows.sort_by(|left, right| order_of(left, right, keys)),
            TableStep::Head(count) => table.rows.truncate(usize::try_from(*count).unwrap_or(usize::MAX)),
            TableStep::Keep(places) => {
                table.columns = places.iter().map(|place| table.columns[*place].clone()).collect();
                for row in &mut table.rows {
                    *row = places.iter().map(|place| row[*place].clone()).collect();
                }
            }
            TableStep::Dedup(places) => {
                let (mut known, mut bytes) = (KeyTable::default(), Vec::new());
                table.rows.retain(|row| {
                    bytes.clear();
                    places.iter().for_each(|place| push_cell(&row[*place], &mut bytes));
                    known.find_or_insert(key::hash(&bytes), &bytes).1
                });
            }
        }
    }
    Ok(table)
}

/// How two rows stand to each other.
pub(super) fn order_of(left: &[Cell], right: &[Cell], keys: &[(usize, bool)]) -> Ordering {
    let orders = keys.iter().map(|(place, descending)| left[*place].order(&right[*place], *descending));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// A cell as part of a key: a list is one value here.
fn push_cell(cell: &Cell, bytes: &mut Vec<u8>) {
    if let Cell::List(cells) = cell {
        bytes.push(3);
        cells.iter().for_each(|cell| push_cell(cell, bytes));
        bytes.push(4);
    } else {
        key::push(cell.scalar(), bytes);
    }
}

fn time_column(table: &Table) -> Option<usize> {
    table.columns.iter().position(|column| column == TIME)
}

fn times_of(table: &Table) -> impl Iterator<Item = i64> + Clone {
    let cells =
        time_column(table).into_iter().flat_map(|place| table.rows.iter().map(move |row| &row[place]));
    cells.filter_map(|cell| match cell {
        Cell::Time(nanos) => Some(*nanos),
        _ => None,
    })
}

fn groups_of(aggregation: &Aggregation<usize>, table: &Table, budget: &Budget) -> Result<Groups, Failure> {
    let mut groups = Groups::new(aggregation);
    let time_column = time_column(table);
    for (number, row) in (0i64..).zip(&table.rows) {
        let time = match time_column.map(|place| &row[place]) {
            Some(Cell::Time(nanos)) => *nanos,
            // Without times the order of the rows is what there is.
            _ => number,
        };
        for (bytes, kinds) in keys_of(aggregation, row) {
            groups.add(&bytes, &kinds, budget, |states| {
                for (state, (_, column)) in states.iter_mut().zip(&aggregation.states) {
                    row[*column].scalars().for_each(|value| state.insert(value, time));
                }
            })?;
        }
        if groups.len() > GROUPS_MAX {
            return Err(super::too_many_groups(&aggregation.columns[..aggregation.keys.len()]));
        }
    }
    Ok(groups)
}

/// The groups a row belongs to: one, or one for each value of its lists.
fn keys_of(aggregation: &Aggregation<usize>, row: &[Cell]) -> Vec<(Vec<u8>, Vec<key::Kinds>)> {
    let mut keys: Vec<(Vec<u8>, Vec<key::Kinds>)> = vec![(Vec::new(), Vec::new())];
    for group_key in &aggregation.keys {
        let mut values: Vec<Option<Scalar<'_>>> = match group_key {
            GroupKey::Field(column) => row[*column].scalars().map(Some).collect(),
            GroupKey::Bin(nanos, column) => match row[*column] {
                Cell::Time(time) => vec![Some(Scalar::Time(step_of(time, nanos.unwrap_or(i64::MAX))))],
                _ => Vec::new(),
            },
        };
        if values.is_empty() && aggregation.keeps_missing {
            values.push(None);
        }
        let longer = keys.iter().flat_map(|(bytes, kinds)| {
            values.iter().map(|value| {
                let (mut bytes, mut kinds) = (bytes.clone(), kinds.clone());
                kinds.push(key::push(*value, &mut bytes));
                (bytes, kinds)
            })
        });
        keys = longer.collect();
    }
    // A list may have a value twice; the row is one nevertheless.
    keys.sort_unstable();
    keys.dedup_by(|left, right| left.0 == right.0);
    keys
}

//! A table of records: the newest, the first of an order, or one of each kind.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::aggregation::Aggregation;
use super::cell::Cell;
use super::grouped::Grouped;
use super::plan::Selection;
use super::table::Table;
use super::values_of_block::{Field, Members, NONE, Values};
use crate::engine::search::{Hit, first};
use crate::engine::{Budget, Failure, Order, Scan, render};
use crate::filter::{BlockView, RowBitmap};
use crate::language::HEAD_MAX;

/// The records of a selection as a table, in order; `wanted` is how many are told when the query does not say it, and
/// `None` when all are needed for what follows.
pub(super) fn table(
    scan: &Scan<'_>,
    selection: &Selection,
    order: Order,
    wanted: Option<u64>,
) -> Result<Table, Failure> {
    let asked = selection.head.or(wanted);
    let most = usize::try_from(asked.unwrap_or(HEAD_MAX + 1)).unwrap_or(usize::MAX);
    let hits = if !selection.sort.is_empty() {
        sorted(scan, selection, order, most)?
    } else if !selection.dedup.is_empty() {
        one_of_each(scan, selection, order, most)?
    } else {
        first(scan, order, None, most)?
    };
    if asked.is_none() && hits.len() as u64 > HEAD_MAX {
        let message = format!("the pipes behind this one would need more than {HEAD_MAX} records in memory");
        let hint = "put `head` before them, narrow the query, or use `stats`, which has no such bound";
        return Err(Failure::TooMuch(message, hint.into()));
    }
    let table = Table {
        columns: selection.columns.clone(),
        rows: rows_of(&hits, &selection.columns, scan.budget)?,
        approximate: Vec::new(),
    };
    table.charge(scan.budget)?;
    Ok(table)
}

/// The fields of records, as cells.
pub(crate) fn rows_of(hits: &[Hit], columns: &[String], budget: &Budget) -> Result<Vec<Vec<Cell>>, Failure> {
    let fields: Vec<Field> = columns.iter().map(|column| Field::named(column)).collect();
    let groups = render::by_block(hits);
    let of_blocks: Vec<Result<Vec<Vec<Cell>>, Failure>> = groups
        .par_iter()
        .map(|places| {
            budget.check()?;
            let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
            cells(&*hits[places[0]].block, &rows, &fields)
        })
        .collect();
    let mut rows = vec![Vec::new(); hits.len()];
    for (places, of_block) in groups.iter().zip(of_blocks) {
        for (place, row) in places.iter().zip(of_block?) {
            rows[*place] = row;
        }
    }
    Ok(rows)
}

/// Some rows of a block, growing, as cells.
pub(super) fn cells<B: BlockView>(
    block: &B,
    rows: &[u32],
    fields: &[Field],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut groups = vec![NONE; block.rows() as usize];
    (0u32..).zip(rows).for_each(|(group, row)| groups[*row as usize] = group);
    let members = Members::Each(groups);
    let mut cells = vec![Vec::with_capacity(fields.len()); rows.len()];
    for field in fields {
        let values = Values::read(block, field)?;
        let mut found: Vec<Vec<Cell>> = vec![Vec::new(); rows.len()];
        for view in 0..values.view_count() {
            values.for_each(view, &members, |group, _, position| {
                found[group as usize].extend(values.value(view, position).map(|value| value.to_cell()));
            });
        }
        cells.iter_mut().zip(found).for_each(|(row, found)| row.push(Cell::of_values(found)));
    }
    Ok(cells)
}

/// A record with what it is sorted by.
struct Placed {
    keys: Vec<Cell>,
    hit: Hit,
}

impl Placed {
    fn order(&self, other: &Self, sort: &[(Field, bool)]) -> std::cmp::Ordering {
        let keys = self.keys.iter().zip(&other.keys).zip(sort);
        let orders = keys.map(|((left, right), (_, descending))| left.order(right, *descending));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| self.hit.key.cmp(&other.hit.key))
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.keys.iter().map(|cell| size_of::<Cell>() + cell.heap_bytes()).sum::<usize>()
    }
}

/// The first records by some fields.
fn sorted(scan: &Scan<'_>, selection: &Selection, order: Order, most: usize) -> Result<Vec<Hit>, Failure> {
    let fields: Vec<Field> = selection.sort.iter().map(|(field, _)| field.clone()).collect();
    let by = |left: &Placed, right: &Placed| left.order(right, &selection.sort);
    let shorten = |placed: &mut Vec<Placed>| {
        if placed.len() > most {
            placed.select_nth_unstable_by(most - 1, by);
            placed.drain(most..).map(|placed| placed.bytes()).sum()
        } else {
            0
        }
    };
    let mut best: Vec<Placed> = Vec::new();
    let candidates = scan.candidates()?;
    scan.each_shared(
        &candidates,
        |block, rows| {
            let rows: Vec<u32> = rows.iter().collect();
            let (times, ids) = (block.times()?, block.ids()?);
            let placed = cells(&**block, &rows, &fields)?.into_iter().zip(&rows).map(|(keys, row)| {
                let key = order.key(times[*row as usize], ids[*row as usize]);
                Placed { keys, hit: Hit { key, block: Arc::clone(block), row: *row } }
            });
            let mut placed: Vec<Placed> = placed.collect();
            shorten(&mut placed);
            Ok(placed)
        },
        |placed| {
            scan.budget.charge(placed.iter().map(Placed::bytes).sum())?;
            best.extend(placed);
            scan.budget.release(shorten(&mut best));
            Ok(())
        },
    )?;
    best.sort_unstable_by(by);
    Ok(best.into_iter().map(|placed| placed.hit).collect())
}

/// The first record of each combination of values; of those the first `most`.
fn one_of_each(
    scan: &Scan<'_>,
    selection: &Selection,
    order: Order,
    most: usize,
) -> Result<Vec<Hit>, Failure> {
    // More are held than are wanted, so that not every block makes all of them be sorted.
    let most_held = most.saturating_mul(2).max(1_024);
    let mut best: HashMap<Vec<u8>, Hit, FixedState> = HashMap::default();
    let candidates = scan.candidates()?;
    let aggregation = Aggregation::of_keys(selection.dedup.clone());
    scan.each_shared(
        &candidates,
        |block, rows| {
            let (times, ids) = (block.times()?, block.ids()?);
            let key_of = |row: u32| order.key(times[row as usize], ids[row as usize]);
            Ok(first_rows(&**block, rows, &aggregation, key_of)?
                .into_iter()
                .map(|(bytes, row)| (bytes, Hit { key: key_of(row), block: Arc::clone(block), row }))
                .collect::<Vec<_>>())
        },
        |found| {
            for (bytes, hit) in found {
                match best.get_mut(&bytes) {
                    Some(known) if known.key <= hit.key => {}
                    Some(known) => *known = hit,
                    None => {
                        scan.budget.charge(bytes.len() + size_of::<(Vec<u8>, Hit)>())?;
                        best.insert(bytes, hit);
                    }
                }
            }
            if best.len() > most_held {
                let mut keys: Vec<_> = best.values().map(|hit| hit.key).collect();
                let last = *keys.select_nth_unstable(most - 1).1;
                best.retain(|bytes, hit| {
                    let stays = hit.key <= last;
                    if !stays {
                        scan.budget.release(bytes.len() + size_of::<(Vec<u8>, Hit)>());
                    }
                    stays
                });
            }
            Ok(())
        },
    )?;
    let mut hits: Vec<Hit> = best.into_values().collect();
    hits.sort_unstable();
    hits.truncate(most);
    Ok(hits)
}

/// The keys of a block, each with its first row in an order.
fn first_rows<B: BlockView, K: Ord>(
    block: &B,
    rows: &RowBitmap,
    aggregation: &Aggregation<Field>,
    key_of: impl Fn(u32) -> K,
) -> Result<Vec<(Vec<u8>, u32)>, Failure> {
    let grouped = Grouped::new(aggregation, block, rows)?;
    let mut firsts: Vec<Option<(K, u32)>> = (0..grouped.count).map(|_| None).collect();
    grouped.each_row(|group, row| {
        let here = (key_of(row), row);
        match &mut firsts[group as usize] {
            Some(known) if *known <= here => {}
            known => *known = Some(here),
        }
    });
    let keys = grouped.keys();
    let first =
        |(group, first): (usize, Option<(K, u32)>)| first.map(|(_, row)| (keys.key(group).to_vec(), row));
    Ok(firsts.into_iter().enumerate().filter_map(first).collect())
}

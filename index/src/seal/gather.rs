//! The parts of a block, gathered from the chunks its rows came with.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::layout::{BlockPlan, Part};
use crate::column::FieldValues;
use crate::placement::{Arrival, Placement};

/// The values of a field; `None` when no row has it.
pub(super) fn field<'a>(plan: &BlockPlan<'a>, name: &str) -> Option<FieldValues<'a>> {
    let row_count = plan.row_count() as usize;
    let mut values = Vec::with_capacity(row_count);
    let mut rows: Option<Vec<i64>> = None;
    let mut before = 0;
    for part in plan.parts() {
        let (chunk, range) = (part.chunk, part.rows.clone());
        let count = range.len();
        let Some(column) = chunk.rows.column_named(name) else {
            // From here on rows without a value are between those with one.
            rows.get_or_insert_with(|| numbers(values.len()));
            before += count;
            continue;
        };
        let bounds = |row: usize| u32::try_from(row).expect("rows are counted with 32 bits");
        let entries = column.entries_of(bounds(range.start)..bounds(range.end));
        let is_dense = column.rows().is_none() && entries.len() == count;
        if !is_dense || rows.is_some() {
            let of_entry = |entry: usize| {
                let row = column.row(entry) as usize - range.start + before;
                i64::try_from(row).expect("a block has 8,192 rows at most")
            };
            rows.get_or_insert_with(|| numbers(values.len())).extend(entries.clone().map(of_entry));
        }
        values.extend(column.cells()[entries].iter().map(|cell| part.reader.value(*cell)));
        before += count;
    }
    let is_dense = rows
        .as_ref()
        .is_none_or(|rows| rows.len() == row_count && rows.iter().zip(0..).all(|(row, at)| *row == at));
    (!values.is_empty()).then_some(FieldValues { rows: if is_dense { None } else { rows }, values })
}

fn numbers(count: usize) -> Vec<i64> {
    (0..i64::try_from(count).expect("a block has 8,192 rows at most")).collect()
}

/// The event time of each row, and when it was received.
pub(super) fn times(plan: &BlockPlan<'_>) -> Vec<(i64, i64)> {
    let of_part = |part: &Part<'_>| {
        let arrivals = &part.chunk.arrivals;
        let heads = part.chunk.rows.heads()[part.rows.clone()].iter();
        let received = |batch: u32| arrivals[batch as usize].received_at.as_nanos();
        heads.map(|head| (head.time.as_nanos(), received(head.batch))).collect::<Vec<_>>()
    };
    plan.parts().iter().flat_map(of_part).collect()
}

/// Where the rows came from, and the batches that they came with.
pub(super) fn places(plan: &BlockPlan<'_>) -> (Placement, Arc<[Arrival]>) {
    let (mut places, mut arrivals) = (Placement::default(), Vec::new());
    let mut known: HashMap<u64, u32, FixedState> = HashMap::default();
    for Part { chunk, rows, .. } in plan.parts() {
        for head in &chunk.rows.heads()[rows.clone()] {
            let arrival = &chunk.arrivals[head.batch as usize];
            let next = u32::try_from(arrivals.len()).expect("a block has 8,192 rows at most");
            let batch = *known.entry(arrival.sequence).or_insert_with(|| {
                arrivals.push(arrival.clone());
                next
            });
            places.push(batch, head.offset, head.flags);
        }
    }
    (places, arrivals.into())
}

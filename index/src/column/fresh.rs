//! A column of rows that wait to be sealed.

use super::placed::Placed;
use super::{Codes, Column, Values};
use crate::Rows;

/// Distinct values that are looked for: services and levels have a few, and a query asks each value once.
const DISTINCT_MAX: usize = 16;

/// The column of a field; `None` when no row has it.
pub(crate) fn of_rows(rows: &Rows, name: &str) -> Option<Column> {
    let source = rows.column_named(name)?;
    let cells = source.cells();
    if cells.is_empty() {
        return None;
    }
    let is_dense = source.rows().is_none() && cells.len() == rows.len();
    let of_entries = || (0..cells.len()).map(|entry| source.row(entry)).collect();
    let (mut values, mut text, mut codes) = (Vec::new(), String::new(), Vec::with_capacity(cells.len()));
    let mut known: Vec<palisade_record::Value<'_>> = Vec::new();
    for cell in cells {
        let value = rows.value(*cell);
        let code = match known.iter().position(|known| *known == value) {
            Some(code) => code,
            None if known.len() == DISTINCT_MAX => break,
            None => {
                known.push(value);
                values.push(Placed::keep(value, &mut text));
                known.len() - 1
            }
        };
        codes.push(u32::try_from(code).unwrap_or(u32::MAX));
    }
    let codes = match (codes.len() == cells.len(), known.len()) {
        (true, 1) => Codes::One,
        (true, _) => Codes::Of(codes),
        (false, _) => {
            (values, text) = (Vec::with_capacity(cells.len()), String::new());
            values.extend(cells.iter().map(|cell| Placed::keep(rows.value(*cell), &mut text)));
            Codes::Own
        }
    };
    Some(Column {
        values: Values::Placed { values, text },
        codes,
        rows: (!is_dense).then(of_entries),
        entries: u32::try_from(cells.len()).ok()?,
    })
}

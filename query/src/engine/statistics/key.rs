//! The values that make a group, as bytes.
//!
//! ```text
//! key   = part*
//! part  = 0                              no value
//!       | 1 length:u32 text              a value, by its text
//!       | 2 nanoseconds:i64              a time
//! ```

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::cell::{Cell, Scalar};

/// What kinds of values had a text: what is a number everywhere is shown as one.
pub(super) type Kinds = u8;
const TEXT: Kinds = 1;
const NUMBER: Kinds = 2;
const BOOLEAN: Kinds = 4;

/// Appends a value to a key; tells its kind.
pub(super) fn push(value: Option<Scalar<'_>>, key: &mut Vec<u8>) -> Kinds {
    let Some(value) = value else {
        key.push(0);
        return 0;
    };
    if let Scalar::Time(nanos) = value {
        key.push(2);
        key.extend_from_slice(&nanos.to_le_bytes());
        return 0;
    }
    let text = value.as_text();
    key.push(1);
    // Records are far shorter than four gigabytes.
    key.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    key.extend_from_slice(text.as_bytes());
    match value {
        Scalar::Text(_) | Scalar::Time(_) => TEXT,
        Scalar::Boolean(_) => BOOLEAN,
        Scalar::Integer(_) | Scalar::Float(_) | Scalar::Decimal(_) => NUMBER,
    }
}

pub(super) fn hash(key: &[u8]) -> u64 {
    FixedState::default().hash_one(key)
}

/// The cells of a key.
pub(super) fn cells(mut key: &[u8], kinds: &[Kinds]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(kinds.len());
    let mut kinds = kinds.iter();
    while let (Some((tag, rest)), Some(kind)) = (key.split_first(), kinds.next()) {
        let (cell, rest) = match tag {
            0 => (Cell::Null, rest),
            1 => {
                let (length, rest) = rest.split_first_chunk().expect("keys are written by `push`");
                let (text, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
                (cell_of(&String::from_utf8_lossy(text), *kind), rest)
            }
            _ => {
                let (nanos, rest) = rest.split_first_chunk().expect("keys are written by `push`");
                (Cell::Time(i64::from_le_bytes(*nanos)), rest)
            }
        };
        cells.push(cell);
        key = rest;
    }
    cells
}

fn cell_of(text: &str, kinds: Kinds) -> Cell {
    match kinds {
        NUMBER => text.parse().map_or_else(|_| Cell::Decimal(text.into()), Cell::Integer),
        BOOLEAN => Cell::Boolean(text == "true"),
        _ => Cell::Text(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_the_cells_they_were_made_of() {
        let values = [
            Some(Scalar::Text("500")),
            None,
            Some(Scalar::Integer(-7)),
            Some(Scalar::Decimal("1.50")),
            Some(Scalar::Boolean(true)),
            Some(Scalar::Time(5)),
        ];
        let mut bytes = Vec::new();
        let kinds: Vec<Kinds> = values.iter().map(|value| push(*value, &mut bytes)).collect();
        let expected: Vec<Cell> =
            values.iter().map(|value| value.map_or(Cell::Null, Scalar::to_cell)).collect();
        assert_eq!(cells(&bytes, &kinds), expected);
    }
}

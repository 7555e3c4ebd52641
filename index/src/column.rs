//! The values of one field in one block.
//!
//! ```text
//! column     = presence values
//! presence   = 0                                   every row has exactly one value
//!            | 1 count:varint row_delta:varint*    these rows have values, by growing row; a list repeats its row
//! values     = 0 dictionary code*                  distinct values; codes take one byte up to 256 values, else two
//!            | 1 count:varint value*               a value for every entry
//! dictionary = count:varint value*
//! value      = 0 text:bytes | 1 integer:signed | 2 decimal:bytes | 3 (false) | 4 (true)
//! ```
//! A dictionary with one value has no codes. The whole is packed.

use std::collections::HashMap;

use palisade_record::Value;
use palisade_record::wire::{Malformed, Reader, Writer};

use crate::rows::{Cell, RowColumn};

/// A dictionary pays while values repeat; past this many distinct ones they hardly do, and codes would need four bytes.
const DICTIONARY_VALUES_MAX: usize = 65_536;

/// Longest text of one value; records are bounded far below.
const TEXT_BYTES_MAX: usize = 64 << 20;

/// The values of one field in one block, decoded.
///
/// A predicate is asked once per value (`0..value_count()`), not once per row: frequent values are stored once.
#[derive(Clone, Debug)]
pub struct Column {
    values: Values,
    /// The value of each entry; entry `n` has value `n` when there are no codes.
    codes: Option<Vec<u32>>,
    /// The row of each entry; entry `n` is row `n` when there are none.
    rows: Option<Vec<u32>>,
    entries: u32,
}

#[derive(Clone, Debug, Default)]
struct Values {
    cells: Vec<Cell>,
    text: String,
}

impl Column {
    /// How many values are stored: the distinct ones when the column has a dictionary.
    pub fn value_count(&self) -> usize {
        self.values.cells.len()
    }

    /// The value at a position.
    pub fn value(&self, position: usize) -> Value<'_> {
        let text = |start: u32, end: u32| &self.values.text[start as usize..end as usize];
        match self.values.cells[position] {
            Cell::Text(start, end) => Value::Text(text(start, end)),
            Cell::Decimal(start, end) => Value::Decimal(text(start, end)),
            Cell::Integer(number) => Value::Integer(number),
            Cell::Boolean(truth) => Value::Boolean(truth),
        }
    }

    /// Every row that has the field, by growing row, with the position of its value. A row with a list comes several
    /// times; a row without the field does not come.
    pub fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.entries).map(|entry| {
            let row = self.rows.as_ref().map_or(entry, |rows| rows[entry as usize]);
            let value = match &self.codes {
                Some(codes) => codes.get(entry as usize).copied().unwrap_or(0),
                None => entry,
            };
            (row, value)
        })
    }

    /// The positions of one row's values.
    pub fn values_of(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let range = match &self.rows {
            None if row < self.entries => row as usize..row as usize + 1,
            None => 0..0,
            Some(rows) => {
                rows.partition_point(|other| *other < row)..rows.partition_point(|other| *other <= row)
            }
        };
        range.map(|entry| match &self.codes {
            Some(codes) => codes.get(entry).copied().unwrap_or(0),
            None => u32::try_from(entry).unwrap_or(u32::MAX),
        })
    }

    /// Reads a column of a block of `row_count` rows.
    pub(crate) fn decode(bytes: &[u8], row_count: u32) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let rows = match reader.u8()? {
            0 => None,
            1 => Some(decode_rows(&mut reader, row_count)?),
            _ => return Err(reader.malformed("unknown presence")),
        };
        let entries = match &rows {
            None => row_count,
            Some(rows) => u32::try_from(rows.len()).map_err(|_| reader.malformed("too many entries"))?,
        };
        let is_dictionary = match reader.u8()? {
            0 => true,
            1 => false,
            _ => return Err(reader.malformed("unknown kind of values")),
        };
        let values = decode_values(&mut reader)?;
        let codes =
            if is_dictionary { Some(decode_codes(&mut reader, values.cells.len(), entries)?) } else { None };
        if codes.is_none() && values.cells.len() != entries as usize {
            return Err(reader.malformed("values and entries differ in number"));
        }
        Ok(Self { values, codes, rows, entries })
    }
}

fn decode_rows(reader: &mut Reader<'_>, row_count: u32) -> Result<Vec<u32>, Malformed> {
    let count = reader.count(reader.remaining())?;
    let (mut rows, mut row) = (Vec::with_capacity(count), 0u32);
    for _ in 0..count {
        let delta = reader.count(row_count as usize)?;
        row = u32::try_from(delta)
            .ok()
            .and_then(|delta| row.checked_add(delta))
            .filter(|row| *row < row_count)
            .ok_or_else(|| reader.malformed("row outside of its block"))?;
        rows.push(row);
    }
    Ok(rows)
}

fn decode_values(reader: &mut Reader<'_>) -> Result<Values, Malformed> {
    let count = reader.count(reader.remaining())?;
    let mut values =
        Values { cells: Vec::with_capacity(count), text: String::with_capacity(reader.remaining()) };
    for _ in 0..count {
        let cell = match reader.u8()? {
            0 => values.take_text(reader).map(|(start, end)| Cell::Text(start, end))?,
            1 => Cell::Integer(reader.signed()?),
            2 => values.take_text(reader).map(|(start, end)| Cell::Decimal(start, end))?,
            3 => Cell::Boolean(false),
            4 => Cell::Boolean(true),
            _ => return Err(reader.malformed("unknown kind of value")),
        };
        values.cells.push(cell);
    }
    Ok(values)
}

impl Values {
    fn take_text(&mut self, reader: &mut Reader<'_>) -> Result<(u32, u32), Malformed> {
        let text = reader.text(TEXT_BYTES_MAX)?;
        let start = u32::try_from(self.text.len()).map_err(|_| reader.malformed("too much text"))?;
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).map_err(|_| reader.malformed("too much text"))?;
        Ok((start, end))
    }
}

fn decode_codes(reader: &mut Reader<'_>, values: usize, entries: u32) -> Result<Vec<u32>, Malformed> {
    let codes: Vec<u32> = match values {
        0 if entries == 0 => Vec::new(),
        0 => return Err(reader.malformed("entries without values")),
        // A constant column: `entries` asks for code 0 wherever there is none, so that no memory is taken.
        1 => return Ok(Vec::new()),
        2..=256 => reader.raw(entries as usize)?.iter().map(|code| u32::from(*code)).collect(),
        _ => {
            let bytes = reader.raw(entries as usize * 2)?;
            bytes.chunks_exact(2).map(|code| u32::from(u16::from_le_bytes([code[0], code[1]]))).collect()
        }
    };
    if codes.iter().any(|code| *code as usize >= values) {
        return Err(reader.malformed("code without a value"));
    }
    Ok(codes)
}

/// The column as bytes.
pub(crate) fn encode(column: &RowColumn, row_count: u32) -> Vec<u8> {
    let mut writer = Writer::new();
    let is_dense =
        column.rows.len() == row_count as usize && column.rows.iter().zip(0..).all(|(row, n)| *row == n);
    if is_dense {
        writer.u8(0);
    } else {
        writer.u8(1);
        writer.varint(column.rows.len() as u64);
        let mut last = 0;
        for row in &column.rows {
            writer.varint(u64::from(row - last));
            last = *row;
        }
    }
    match distinct(column) {
        Some((values, codes)) => {
            writer.u8(0);
            encode_values(&mut writer, values.iter().copied(), values.len());
            match values.len() {
                0 | 1 => {}
                2..=256 => codes.iter().for_each(|code| writer.u8(code.to_le_bytes()[0])),
                _ => codes.iter().for_each(|code| writer.raw(&code.to_le_bytes()[..2])),
            }
        }
        None => {
            writer.u8(1);
            encode_values(&mut writer, column.values(), column.cells.len());
        }
    }
    writer.finish()
}

fn encode_values<'a>(writer: &mut Writer, values: impl Iterator<Item = Value<'a>>, count: usize) {
    writer.varint(count as u64);
    for value in values {
        match value {
            Value::Text(text) => {
                writer.u8(0);
                writer.text(text);
            }
            Value::Integer(number) => {
                writer.u8(1);
                writer.signed(number);
            }
            Value::Decimal(text) => {
                writer.u8(2);
                writer.text(text);
            }
            Value::Boolean(truth) => writer.u8(3 + u8::from(truth)),
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Decimal(&'a str),
    Integer(i64),
    Boolean(bool),
}

/// The distinct values and the code of every entry, when values repeat enough for a dictionary to pay.
fn distinct(column: &RowColumn) -> Option<(Vec<Value<'_>>, Vec<u32>)> {
    let values_max = (column.cells.len() / 2).clamp(1, DICTIONARY_VALUES_MAX);
    let mut known = HashMap::new();
    let (mut values, mut codes) = (Vec::new(), Vec::with_capacity(column.cells.len()));
    for value in column.values() {
        let key = match value {
            Value::Text(text) => Key::Text(text),
            Value::Decimal(text) => Key::Decimal(text),
            Value::Integer(number) => Key::Integer(number),
            Value::Boolean(truth) => Key::Boolean(truth),
        };
        let next = u32::try_from(values.len()).ok()?;
        let code = *known.entry(key).or_insert_with(|| {
            values.push(value);
            next
        });
        if values.len() > values_max {
            return None;
        }
        codes.push(code);
    }
    Some((values, codes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Owned {
        Text(String),
        Integer(i64),
        Decimal(String),
        Boolean(bool),
    }

    fn owned() -> impl Strategy<Value = Owned> {
        prop_oneof![
            "[a-c]{0,2}".prop_map(Owned::Text),
            any::<i64>().prop_map(Owned::Integer),
            "[0-9]\\.[0-9]".prop_map(Owned::Decimal),
            any::<bool>().prop_map(Owned::Boolean),
        ]
    }

    fn borrowed(value: &Owned) -> Value<'_> {
        match value {
            Owned::Text(text) => Value::Text(text),
            Owned::Integer(number) => Value::Integer(*number),
            Owned::Decimal(text) => Value::Decimal(text),
            Owned::Boolean(truth) => Value::Boolean(*truth),
        }
    }

    proptest! {
        #[test]
        fn values_come_back_in_their_rows(entries in proptest::collection::vec((0u32..3, owned()), 0..50), one in any::<bool>()) {
            let mut column = RowColumn::default();
            let (mut row, mut expected) = (0, Vec::new());
            for (step, value) in &entries {
                let value = if one { &entries[0].1 } else { value };
                row += step;
                column.push(row, borrowed(value));
                expected.push((row, borrowed(value)));
            }
            let bytes = encode(&column, row + 1);
            let decoded = Column::decode(&bytes, row + 1).unwrap();
            let found: Vec<_> = decoded.entries().map(|(row, value)| (row, decoded.value(value as usize))).collect();
            prop_assert_eq!(&found, &expected);
            let of_last: Vec<_> = decoded.values_of(row).map(|value| decoded.value(value as usize)).collect();
            let expected_last: Vec<_> = expected.iter().filter(|(other, _)| *other == row).map(|(_, value)| *value).collect();
            prop_assert_eq!(of_last, expected_last);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), rows in 0u32..20) {
            if let Ok(column) = Column::decode(&bytes, rows) {
                for (row, value) in column.entries() {
                    assert!(row < rows);
                    _ = column.value(value as usize);
                }
            }
        }
    }
}

//! Records from their parts: a shape, the values that go into it, the time. What has no shape was kept as it came.
//!
//! ```text
//! shapes = code:integers kept:texts       for each row 0 when its record was kept, else one more than its shape's number
//! ```

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::fast::FixedState;
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Timestamp, Value};

use crate::encoding::{Integers, integers, texts};
use crate::error::Result;
use crate::shape::{Form, Shape};
use crate::split::Vocabulary;
use crate::{Block, Column, Texts};

/// The shape of each row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shapes {
    /// 0 for rows whose records were kept, else one more than the shape's number.
    codes: Vec<u32>,
    kept: Texts,
}

impl Shapes {
    /// A row with this shape; without one, its record is kept.
    pub(crate) fn push_row(&mut self, shape: Option<u32>, record: &[u8]) {
        match shape {
            Some(shape) => self.codes.push(shape + 1),
            None => self.push_kept(record),
        }
    }

    pub(crate) fn push_kept(&mut self, record: &[u8]) {
        self.codes.push(0);
        self.kept.push(record);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let codes: Vec<i64> = self.codes.iter().map(|code| i64::from(*code)).collect();
        integers::encode(&codes, &mut writer);
        texts::encode(self.kept.iter(), &mut writer);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8], rows: u32) -> std::result::Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let codes = Integers::decode(&mut reader, rows as usize)?.to_vec();
        let codes: Option<Vec<u32>> = codes.into_iter().map(|code| u32::try_from(code).ok()).collect();
        let codes = codes.ok_or_else(|| reader.malformed("shape without a number"))?;
        let kept = codes.iter().filter(|code| **code == 0).count();
        let kept = texts::decode(&mut reader, kept)?;
        Ok(Self { codes, kept })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.codes.len() * size_of::<u32>() + self.kept.as_bytes().len() + self.kept.len() * size_of::<u32>()
    }
}

/// Columns that were read for the holes of a shape; nothing for the time.
type Filling = Vec<Option<Arc<Column>>>;

/// The records of some rows, which grow; `None` when a value is missing for one of them, which is damage.
pub(crate) fn records(
    block: &Block,
    shapes: &Shapes,
    vocabulary: &Vocabulary,
    rows: &[u32],
) -> Result<Option<Texts>> {
    let needs_times = rows.iter().any(|row| shapes.codes[*row as usize] != 0);
    let times = if needs_times { block.times()? } else { Arc::default() };
    let mut fillings: HashMap<u32, Filling, FixedState> = HashMap::default();
    let (mut texts, mut record, mut buffer) = (Texts::new(), Vec::new(), String::new());
    let (mut kept, mut counted) = (0, 0);
    for row in rows {
        let at = *row as usize;
        kept += shapes.codes[counted..at].iter().filter(|code| **code == 0).count();
        counted = at;
        let Some(id) = shapes.codes[at].checked_sub(1) else {
            texts.push(shapes.kept.get(kept));
            continue;
        };
        let Some(shape) = vocabulary.shapes.get(id) else { return Ok(None) };
        let filling = match fillings.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(filling(block, shape)?),
        };
        record.clear();
        let time = Timestamp::from_nanos(times[at]);
        if !render(shape, filling, *row, time, &mut buffer, &mut record) {
            return Ok(None);
        }
        texts.push(&record);
    }
    Ok(Some(texts))
}

fn filling(block: &Block, shape: &Shape) -> Result<Filling> {
    let column = |hole: &crate::shape::Hole| match hole.form {
        Form::Time(_) => Ok(None),
        _ => block.column(&hole.field),
    };
    shape.holes().iter().map(column).collect()
}

fn render(
    shape: &Shape,
    filling: &Filling,
    row: u32,
    time: Timestamp,
    buffer: &mut String,
    record: &mut Vec<u8>,
) -> bool {
    // Texts that are stored by templates are made whole one after the other in `buffer`, before they are borrowed.
    buffer.clear();
    let mut values: Vec<Option<Rendered<'_>>> = Vec::with_capacity(filling.len());
    for (column, hole) in filling.iter().zip(shape.holes()) {
        values.push(column.as_ref().and_then(|column| {
            let entries = column.entries_of(row);
            let entry = entries.start.checked_add(hole.nth).filter(|entry| *entry < entries.end)?;
            let start = buffer.len();
            Some(match column.render(entry, buffer) {
                Some(value) => Rendered::Value(value),
                None => Rendered::Buffered { start, end: buffer.len(), is_decimal: column.are_decimals() },
            })
        }));
    }
    let value_of = |position: usize, _: &crate::shape::Hole| match values[position] {
        Some(Rendered::Value(value)) => Some(value),
        Some(Rendered::Buffered { start, end, is_decimal: false }) => Some(Value::Text(&buffer[start..end])),
        Some(Rendered::Buffered { start, end, is_decimal: true }) => {
            Some(Value::Decimal(&buffer[start..end]))
        }
        None => None,
    };
    shape.render(time, value_of, record)
}

#[derive(Clone, Copy)]
enum Rendered<'a> {
    Value(Value<'a>),
    Buffered { start: usize, end: usize, is_decimal: bool },
}

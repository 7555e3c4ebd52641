//! Shapes: what is left of a record when its values are cut out. A record is its shape, its values and its time, so that
//! its bytes need not be stored beside its columns.
//!
//! ```text
//! shape = holes:varint (literal:bytes hole)* literal:bytes
//! hole  = form field:text nth:varint        field and nth are missing when the form is a time
//! form  = 0                                  the value as people see it
//!       | 1 escapes:u8                       as JSON between quotes
//!       | 2 time                             the event time
//! time  = zone:u8 separator:u8 mark:u8 fraction_digits:u8 offset_minutes:signed
//!       | 4 unit_digits:u8 fraction_digits:u8
//! ```

mod clock; // how times are written
mod dictionary; // many shapes, by number
mod escape; // how texts are escaped
mod form; // how a value stands in its hole
mod sketch; // the shape of the record that is being read

#[cfg(test)]
mod tests;

use palisade_record::limits::{FIELD_NAME_BYTES_MAX, RECORD_FIELDS_MAX};
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Timestamp, Value};

pub(crate) use clock::ClockForm;
pub(crate) use dictionary::ShapeDictionary;
pub(crate) use escape::Escapes;
pub(crate) use form::{Form, write_bare};
pub(crate) use sketch::{Mark, Sketch, TIME_COLUMN};

/// The shape of records of which the bytes themselves must be kept.
pub(crate) const RAW: u32 = u32::MAX;

/// Bytes of a record outside of its values. More is no shape but content, which compresses better among its likes.
pub(crate) const LITERAL_BYTES_MAX: usize = 16 << 10;

/// Holes of a shape: every field, and the time.
const HOLES_MAX: usize = RECORD_FIELDS_MAX + 1;

/// Where a value goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hole {
    /// The field; empty for the event time.
    pub(crate) field: Box<str>,
    /// Which of the row's values of this field: a list has several.
    pub(crate) nth: u32,
    pub(crate) form: Form,
}

/// A record without its values: a literal before each hole, and one after the last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    literals: Vec<u8>,
    /// Where each literal ends; one more than there are holes.
    ends: Vec<u32>,
    holes: Vec<Hole>,
}

impl Shape {
    pub(crate) fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// The bytes before a hole, or after the last one.
    pub(crate) fn literal(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.literals[start..self.ends[position] as usize]
    }

    /// Bytes outside of holes.
    pub(crate) fn literal_bytes(&self) -> usize {
        self.literals.len()
    }

    /// Appends the record. `value_of` gives the value for the hole at a position; it is not asked for the time. Says
    /// whether there was a value for every hole; if not, nothing is appended.
    pub(crate) fn render<'v>(
        &self,
        time: Timestamp,
        mut value_of: impl FnMut(usize, &Hole) -> Option<Value<'v>>,
        target: &mut Vec<u8>,
    ) -> bool {
        let before = target.len();
        for (position, hole) in self.holes.iter().enumerate() {
            target.extend_from_slice(self.literal(position));
            let value = if matches!(hole.form, Form::Time(_)) { None } else { value_of(position, hole) };
            if !form::write(hole.form, value, time, target) {
                target.truncate(before);
                return false;
            }
        }
        target.extend_from_slice(self.literal(self.holes.len()));
        true
    }

    pub(crate) fn encode(&self, target: &mut Writer) {
        target.varint(self.holes.len() as u64);
        for (position, hole) in self.holes.iter().enumerate() {
            target.bytes(self.literal(position));
            hole.form.encode(target);
            if !matches!(hole.form, Form::Time(_)) {
                target.text(&hole.field);
                target.varint(hole.nth.into());
            }
        }
        target.bytes(self.literal(self.holes.len()));
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = reader.count(HOLES_MAX.min(reader.remaining()))?;
        let mut shape = Self::with_holes(count);
        for _ in 0..count {
            shape.decode_literal(reader)?;
            let form = Form::decode(reader)?;
            let (field, nth) = match form {
                Form::Time(_) => ("", 0),
                _ => (reader.text(FIELD_NAME_BYTES_MAX)?, reader.count(RECORD_FIELDS_MAX)?),
            };
            let nth = u32::try_from(nth).map_err(|_| reader.malformed("count larger than allowed"))?;
            shape.holes.push(Hole { field: field.into(), nth, form });
        }
        shape.decode_literal(reader)?;
        Ok(shape)
    }

    fn with_holes(count: usize) -> Self {
        Self { literals: Vec::new(), ends: Vec::with_capacity(count + 1), holes: Vec::with_capacity(count) }
    }

    fn decode_literal(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let literal = reader.bytes(LITERAL_BYTES_MAX - self.literals.len())?;
        self.push_literal(literal);
        Ok(())
    }

    fn push_literal(&mut self, literal: &[u8]) {
        self.literals.extend_from_slice(literal);
        self.ends.push(u32::try_from(self.literals.len()).expect("the literals of a shape are bounded"));
    }
}

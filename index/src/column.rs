//! The values of one field in one block, decoded.

use palisade_record::Value;

/// The values of one field in one block.
///
/// A predicate is asked once per value (`0..value_count()`), not once per row: frequent values are stored once.
#[derive(Clone, Debug)]
pub struct Column {}

impl Column {
    /// How many values are stored: the distinct ones when the column has a dictionary.
    pub fn value_count(&self) -> usize {
        todo!()
    }
    /// The value at a position.
    pub fn value(&self, _position: usize) -> Value<'_> {
        todo!()
    }
    /// Every row that has the field, by growing row, with the position of its value. A row with a list comes several
    /// times; a row without the field does not come.
    pub fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        std::iter::empty()
    }
}

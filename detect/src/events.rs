//! What rules look at: records of one stream in columns, wherever they lie.

use palisade_record::{RecordId, Timestamp, Value};

/// Some records of one stream. Rows count from zero; the rows of each column come in rising order, and one that has a list
/// comes several times.
pub trait Events {
    /// How many records there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stream of all these records.
    fn stream(&self) -> &str;

    /// Hands on every value of a field.
    fn values(&self, field: &str, take: &mut dyn FnMut(usize, Value<'_>));

    /// Hands on every value of all fields of one record, with the field's name.
    fn values_of(&self, row: usize, take: &mut dyn FnMut(&str, Value<'_>));

    /// Hands on the values that a field has in one record.
    fn value(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>));

    /// Hands on the values that a field has in one record as they are stored: what is protected is sealed. Only of these may anything
    /// be kept or told.
    fn stored(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        self.value(field, row, take);
    }

    /// Hands on the names of all fields that any record has.
    fn fields(&self, take: &mut dyn FnMut(&str));

    /// When it happened, as the record says.
    fn time(&self, row: usize) -> Timestamp;

    /// When it arrived.
    fn received_at(&self, row: usize) -> Timestamp;

    /// Who it is.
    fn id(&self, row: usize) -> RecordId;
}

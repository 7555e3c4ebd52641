//! The distinct values of a column when they are few and short: what makes reading it unnecessary most of the time.

use palisade_record::Value;
use palisade_record::wire::{Malformed, Reader, Writer};

use crate::column::{Placed, decode_value, encode_value};

/// Past so many a description would be as long as the column itself.
const VALUES_MAX: usize = 8;

/// Bytes of all texts together.
const TEXT_BYTES_MAX: usize = 128;

/// Few distinct values.
#[derive(Clone, PartialEq, Debug)]
pub struct FewValues {
    values: Box<[Placed]>,
    text: Box<str>,
}

impl FewValues {
    /// The values, if they are few and short enough.
    pub(crate) fn new(values: &[Value<'_>]) -> Option<Self> {
        let bytes: usize = values
            .iter()
            .map(|value| if let Value::Text(text) | Value::Decimal(text) = value { text.len() } else { 0 })
            .sum();
        if values.len() > VALUES_MAX || bytes > TEXT_BYTES_MAX {
            return None;
        }
        let mut text = String::with_capacity(bytes);
        let values = values.iter().map(|value| Placed::keep(*value, &mut text)).collect();
        Some(Self { values, text: text.into() })
    }

    /// The values.
    pub fn iter(&self) -> impl Iterator<Item = Value<'_>> {
        self.values.iter().map(|value| value.value(&self.text))
    }

    /// `0`, or one more than the number of values, then each.
    pub(crate) fn encode(few: Option<&Self>, writer: &mut Writer) {
        let Some(few) = few else { return writer.u8(0) };
        writer.varint(few.values.len() as u64 + 1);
        few.iter().for_each(|value| encode_value(value, writer));
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Option<Self>, Malformed> {
        let Some(count) = reader.count(VALUES_MAX + 1)?.checked_sub(1) else { return Ok(None) };
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(decode_value(reader)?);
        }
        Self::new(&values).map(Some).ok_or_else(|| reader.malformed("values of a zone are too long"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_come_back_and_many_or_long_ones_are_not_kept() {
        let values = [
            Value::Text("a"),
            Value::Integer(-3),
            Value::Decimal("1.50"),
            Value::Boolean(true),
            Value::Text(""),
        ];
        let few = FewValues::new(&values).unwrap();
        let mut writer = Writer::new();
        FewValues::encode(Some(&few), &mut writer);
        FewValues::encode(None, &mut writer);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(FewValues::decode(&mut reader).unwrap(), Some(few.clone()));
        assert_eq!(FewValues::decode(&mut reader).unwrap(), None);
        assert!(reader.is_at_end());
        assert!(few.iter().eq(values));
        assert!(FewValues::new(&[Value::Integer(1); 9]).is_none());
        assert!(FewValues::new(&[Value::Text(&"x".repeat(129))]).is_none());
    }
}

//! Single values as bytes.
//!
//! ```text
//! value = 0 text:bytes | 1 integer:signed | 2 decimal:bytes | 3 (false) | 4 (true)
//! ```

use palisade_record::Value;
use palisade_record::wire::{Malformed, Reader, Writer};

/// Longest text of one value; records are bounded far below.
const TEXT_BYTES_MAX: usize = 64 << 20;

pub(crate) fn encode_value(value: Value<'_>, writer: &mut Writer) {
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

pub(crate) fn decode_value<'a>(reader: &mut Reader<'a>) -> Result<Value<'a>, Malformed> {
    Ok(match reader.u8()? {
        0 => Value::Text(reader.text(TEXT_BYTES_MAX)?),
        1 => Value::Integer(reader.signed()?),
        2 => Value::Decimal(reader.text(TEXT_BYTES_MAX)?),
        3 => Value::Boolean(false),
        4 => Value::Boolean(true),
        _ => return Err(reader.malformed("unknown kind of value")),
    })
}

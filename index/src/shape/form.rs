//! How a value stands in the bytes of its record.

use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Timestamp, Value};

use super::clock::ClockForm;
use super::escape::Escapes;

/// How a value is written into its hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// As people see it: a number, a truth, the text of a plain line.
    Bare,
    /// As JSON between quotes, which are not part of the hole.
    Quoted(Escapes),
    /// The event time, which is no field.
    Time(ClockForm),
}

const BARE: u8 = 0;
const QUOTED: u8 = 1;
const TIME: u8 = 2;

impl Form {
    pub(crate) fn encode(self, target: &mut Writer) {
        match self {
            Self::Bare => target.u8(BARE),
            Self::Quoted(escapes) => {
                target.u8(QUOTED);
                target.u8(escapes.bits());
            }
            Self::Time(form) => {
                target.u8(TIME);
                form.encode(target);
            }
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            BARE => Ok(Self::Bare),
            QUOTED => {
                let bits = reader.u8()?;
                let escapes = Escapes::from_bits(bits).ok_or_else(|| reader.malformed("unknown escapes"))?;
                Ok(Self::Quoted(escapes))
            }
            TIME => ClockForm::decode(reader).map(Self::Time),
            _ => Err(reader.malformed("unknown form of a value")),
        }
    }
}

/// Appends a value as it stands without quotes.
pub(crate) fn write_bare(value: Value<'_>, target: &mut Vec<u8>) {
    match value {
        Value::Text(text) | Value::Decimal(text) => target.extend_from_slice(text.as_bytes()),
        Value::Integer(number) => {
            if number < 0 {
                target.push(b'-');
            }
            write_digits(number.unsigned_abs(), 1, target);
        }
        Value::Boolean(true) => target.extend_from_slice(b"true"),
        Value::Boolean(false) => target.extend_from_slice(b"false"),
    }
}

/// Appends a number with at least `digits_min` digits.
pub(crate) fn write_digits(mut number: u64, digits_min: usize, target: &mut Vec<u8>) {
    // 2^64 has twenty digits.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    target.extend_from_slice(&digits[start.min(digits.len() - digits_min)..]);
}

/// Appends a value in its form; says whether the form is one for it.
pub(crate) fn write(form: Form, value: Option<Value<'_>>, time: Timestamp, target: &mut Vec<u8>) -> bool {
    match (form, value) {
        (Form::Time(form), _) => form.write(time, target),
        (Form::Bare, Some(value)) => write_bare(value, target),
        (Form::Quoted(escapes), Some(Value::Text(text))) => escapes.write(text, target),
        (Form::Quoted(_), _) | (Form::Bare, None) => return false,
    }
    true
}

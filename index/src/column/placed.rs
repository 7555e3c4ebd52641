//! A value whose text lies in a buffer.

use palisade_record::Value;

/// A value; a text is told by where it lies in a buffer beside.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Placed {
    Text(u32, u32),
    Decimal(u32, u32),
    Integer(i64),
    Boolean(bool),
}

impl Placed {
    /// Keeps a value, its text at the end of `buffer`.
    pub(crate) fn keep(value: Value<'_>, buffer: &mut String) -> Self {
        let mut append = |text: &str| {
            let end_of =
                |buffer: &String| u32::try_from(buffer.len()).expect("blocks are far smaller than 4 GiB");
            let start = end_of(buffer);
            buffer.push_str(text);
            (start, end_of(buffer))
        };
        match value {
            Value::Text(text) => {
                let (start, end) = append(text);
                Self::Text(start, end)
            }
            Value::Decimal(text) => {
                let (start, end) = append(text);
                Self::Decimal(start, end)
            }
            Value::Integer(number) => Self::Integer(number),
            Value::Boolean(truth) => Self::Boolean(truth),
        }
    }

    /// The value, with the buffer its text lies in.
    pub(crate) fn value(self, buffer: &str) -> Value<'_> {
        let part = |start: u32, end: u32| &buffer[start as usize..end as usize];
        match self {
            Self::Text(start, end) => Value::Text(part(start, end)),
            Self::Decimal(start, end) => Value::Decimal(part(start, end)),
            Self::Integer(number) => Value::Integer(number),
            Self::Boolean(truth) => Value::Boolean(truth),
        }
    }
}

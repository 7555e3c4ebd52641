//! One value of a table.

use std::borrow::Cow;
use std::cmp::Ordering;

use palisade_record::{Timestamp, Value};

use super::number::Number;

/// A value with memory of its own.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// There is none.
    Null,
    Boolean(bool),
    Integer(i64),
    /// A finite number that was computed.
    Float(f64),
    /// A number as a record wrote it.
    Decimal(Box<str>),
    /// Nanoseconds since the epoch.
    Time(i64),
    Text(Box<str>),
    /// Several values of one field of one record.
    List(Box<[Cell]>),
}

/// One value, borrowed from where it lies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Scalar<'a> {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Decimal(&'a str),
    Time(i64),
    Text(&'a str),
}

impl<'a> From<Value<'a>> for Scalar<'a> {
    fn from(value: Value<'a>) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Integer(number) => Self::Integer(number),
            Value::Decimal(text) => Self::Decimal(text),
            Value::Boolean(truth) => Self::Boolean(truth),
        }
    }
}

impl<'a> Scalar<'a> {
    /// As people see and search it; what makes two values one group.
    pub(crate) fn as_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) | Self::Decimal(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(number.to_string()),
            Self::Boolean(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
            Self::Time(nanos) => Cow::Owned(Timestamp::from_nanos(nanos).to_string()),
        }
    }

    /// As the filters see it; `buffer` holds a text that had to be made.
    pub(super) fn as_value(self, buffer: &'a mut String) -> Value<'a> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(number),
            Self::Decimal(text) => Value::Decimal(text),
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Float(_) => {
                *buffer = self.as_text().into_owned();
                Value::Decimal(buffer)
            }
            Self::Time(_) => {
                *buffer = self.as_text().into_owned();
                Value::Text(buffer)
            }
        }
    }

    pub(super) fn to_cell(self) -> Cell {
        match self {
            Self::Boolean(truth) => Cell::Boolean(truth),
            Self::Integer(number) => Cell::Integer(number),
            Self::Float(number) => Cell::Float(number),
            Self::Decimal(text) => Cell::Decimal(text.into()),
            Self::Time(nanos) => Cell::Time(nanos),
            Self::Text(text) => Cell::Text(text.into()),
        }
    }

    /// Numbers and times by their size, then other values by their text.
    pub(super) fn order(self, other: Self) -> Ordering {
        match (Number::of(self), Number::of(other)) {
            (Some(left), Some(right)) => left.cmp(&right).then_with(|| self.as_text().cmp(&other.as_text())),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.as_text().cmp(&other.as_text()),
        }
    }
}

impl Cell {
    /// The value, when it is one and no list.
    pub(crate) fn scalar(&self) -> Option<Scalar<'_>> {
        Some(match self {
            Self::Null | Self::List(_) => return None,
            Self::Boolean(truth) => Scalar::Boolean(*truth),
            Self::Integer(number) => Scalar::Integer(*number),
            Self::Float(number) => Scalar::Float(*number),
            Self::Decimal(text) => Scalar::Decimal(text),
            Self::Time(nanos) => Scalar::Time(*nanos),
            Self::Text(text) => Scalar::Text(text),
        })
    }

    /// All values: none, one, or those of a list.
    pub(super) fn scalars(&self) -> impl Iterator<Item = Scalar<'_>> {
        let cells = match self {
            Self::List(cells) => cells,
            one => std::slice::from_ref(one),
        };
        cells.iter().filter_map(Self::scalar)
    }

    /// Of several values one cell.
    pub(super) fn of_values(mut values: Vec<Self>) -> Self {
        match (values.len(), values.pop()) {
            (_, None) => Self::Null,
            (1, Some(only)) => only,
            (_, Some(last)) => {
                values.push(last);
                Self::List(values.into())
            }
        }
    }

    /// The order of sorted columns; what is missing comes last in both directions. A list stands where its first value
    /// does.
    pub(super) fn order(&self, other: &Self, descending: bool) -> Ordering {
        match (self.scalars().next(), other.scalars().next()) {
            (Some(left), Some(right)) if descending => right.order(left),
            (Some(left), Some(right)) => left.order(right),
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        }
    }

    /// Memory beside the cell itself.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Decimal(text) => text.len(),
            Self::List(cells) => {
                cells.len() * size_of::<Self>() + cells.iter().map(Self::heap_bytes).sum::<usize>()
            }
            _ => 0,
        }
    }

    /// As JSON: numbers as numbers, times as texts in RFC 3339.
    pub(crate) fn push_json(&self, target: &mut String) {
        match self {
            Self::Null => target.push_str("null"),
            Self::Boolean(truth) => target.push_str(if *truth { "true" } else { "false" }),
            Self::Integer(number) => target.push_str(&number.to_string()),
            Self::Float(number) => target.push_str(&serde_json::Value::from(*number).to_string()),
            // Not every number of a record is one in JSON: `+5`, `.5` and `1e400` are not.
            Self::Decimal(text) if serde_json::from_str::<f64>(text).is_ok() => target.push_str(text),
            Self::Decimal(text) | Self::Text(text) => push_text(text, target),
            Self::Time(nanos) => push_text(&Timestamp::from_nanos(*nanos).to_string(), target),
            Self::List(cells) => {
                target.push('[');
                for (place, cell) in cells.iter().enumerate() {
                    if place > 0 {
                        target.push(',');
                    }
                    cell.push_json(target);
                }
                target.push(']');
            }
        }
    }

    /// The same as [`Cell::push_json`] says, without writing it down and reading it again.
    pub(crate) fn into_value(self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Boolean(truth) => Value::Bool(truth),
            Self::Integer(number) => Value::from(number),
            Self::Float(number) => Value::from(number),
            Self::Decimal(text) => serde_json::from_str::<f64>(&text)
                .and_then(|_| serde_json::from_str(&text))
                .unwrap_or_else(|_| Value::String(text.into())),
            Self::Text(text) => Value::String(text.into()),
            Self::Time(nanos) => Value::String(Timestamp::from_nanos(nanos).to_string()),
            Self::List(cells) => cells.into_iter().map(Self::into_value).collect(),
        }
    }

    /// What kind of value it is; `None` for no value.
    pub(super) fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null => return None,
            Self::Boolean(_) => "boolean",
            Self::Integer(_) | Self::Float(_) | Self::Decimal(_) => "number",
            Self::Time(_) => "time",
            Self::Text(_) => "text",
            Self::List(_) => "list",
        })
    }
}

fn push_text(text: &str, target: &mut String) {
    crate::engine::render::push_text(text, target);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_before_texts_and_nothing_comes_last() {
        let text = |text: &str| Cell::Text(text.into());
        let sorted = [
            Cell::Integer(-1),
            text("5"),
            Cell::Float(5.5),
            Cell::Integer(60),
            text("a"),
            text("b"),
            Cell::Null,
        ];
        for pair in sorted.windows(2) {
            assert_eq!(pair[0].order(&pair[1], false), Ordering::Less, "{pair:?}");
        }
        assert_eq!(text("a").order(&text("b"), true), Ordering::Greater);
        assert_eq!(text("a").order(&Cell::Null, true), Ordering::Less);
    }

    #[test]
    fn cells_become_json() {
        let json = |cell: Cell| {
            let mut text = String::new();
            cell.push_json(&mut text);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(cell.into_value(), value, "both ways say the same");
            text
        };
        assert_eq!(json(Cell::Integer(i64::MIN)), i64::MIN.to_string());
        assert_eq!(json(Cell::Decimal("1e400".into())), "\"1e400\"");
        assert_eq!(json(Cell::Decimal("18446744073709551615".into())), "18446744073709551615");
        assert_eq!(json(Cell::Decimal("1.50".into())), "1.50");
        assert_eq!(json(Cell::Decimal("+5".into())), "\"+5\"");
        assert_eq!(json(Cell::Float(0.5)), "0.5");
        assert_eq!(json(Cell::Time(0)), "\"1970-01-01T00:00:00.000Z\"");
        assert_eq!(json(Cell::List([Cell::Integer(1), Cell::Text("\"".into())].into())), r#"[1,"\""]"#);
    }
}

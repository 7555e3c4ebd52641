//! A value in a table.

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

/// A value, with what it means.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Cell {
    /// Text, as somebody wrote it.
    Text(String),
    /// A count.
    Integer(i64),
    /// A number that is no count.
    Decimal(f64),
    /// A time.
    Time(Timestamp),
    /// A length of time, in seconds.
    Seconds(f64),
    /// A size.
    Bytes(u64),
    /// A part of a whole, between 0 and 1.
    Share(f64),
    /// Nothing is known.
    Missing,
}

impl Cell {
    /// A count.
    pub fn count(count: u64) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// What an answer says.
    pub fn of(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Missing,
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(count) => Self::Integer(count),
                None => number.as_f64().map_or(Self::Missing, Self::Decimal),
            },
            serde_json::Value::String(text) => Self::Text(text.clone()),
            other => Self::Text(other.to_string()),
        }
    }

    /// How much it is, for charts; nothing for what has no size.
    pub fn magnitude(&self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the length of a bar has no 53 bits")]
            Self::Integer(count) => *count as f64,
            #[expect(clippy::cast_precision_loss, reason = "the length of a bar has no 53 bits")]
            Self::Bytes(count) => *count as f64,
            Self::Decimal(number) | Self::Seconds(number) | Self::Share(number) => *number,
            Self::Text(_) | Self::Time(_) | Self::Missing => 0.0,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

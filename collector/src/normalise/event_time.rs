//! When a record says that it happened.

use palisade_record::{Timestamp, Value};

use super::clock_text::Reference;
use super::epoch;
use super::fields::Fields;
use super::line_time::{is_plausible, whole};
use super::names::{Names, TIMESTAMP};

/// What a person reads who wonders why a record does not stand at its own time.
pub(crate) const PROBLEM: &str =
    "not a time from 1970 to 2200 in a spelling that is known; the record stands at another time";

/// The times among a record's fields.
#[derive(Clone, Copy, Default)]
pub(crate) struct EventTime {
    /// The time, and the position of the field that told it.
    pub(crate) told: Option<(Timestamp, usize)>,
    /// Whether a field should have told one and did not.
    pub(crate) is_broken: bool,
}

/// Reads the time from the record's `timestamp`, or else from the first of the fields that other schemas have for it.
pub(crate) fn find(fields: &Fields, text: &str, names: &Names, reference: Reference<'_>) -> EventTime {
    let mut found = EventTime::default();
    for (position, field) in fields.iter().enumerate() {
        let is_own = field.name == TIMESTAMP;
        if names.canonical(field.name) != Some(TIMESTAMP) || (found.told.is_some() && !is_own) {
            continue;
        }
        match of_value(fields.value(field, text), reference) {
            Some(time) => {
                found.told = Some((time, position));
                if is_own {
                    break;
                }
            }
            None => found.is_broken = true,
        }
    }
    found.is_broken &= found.told.is_none();
    found
}

/// The time that a value tells.
pub(crate) fn of_value(value: Value<'_>, reference: Reference<'_>) -> Option<Timestamp> {
    let time = match value {
        Value::Integer(number) => epoch::of_integer(number),
        Value::Decimal(text) => epoch::of_text(text),
        Value::Text(text) => whole(text.as_bytes(), reference).or_else(|| epoch::of_text(text)),
        Value::Boolean(_) => None,
    };
    time.filter(|time| is_plausible(*time))
}

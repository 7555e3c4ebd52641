//! From a record that was found to an event of a window: its group, and what is counted of it.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;
use palisade_record::Value as FieldValue;

use crate::Events;
use crate::correlate::{GroupKey, normal};
use crate::plan::{Place, Plan, Value};

/// Fingerprints of values are kept across restarts, so they do not change with one. Who can choose values could make two of them
/// look the same, and would only be counted once.
const SEED: u64 = 0x70a1_15ad_e5ee_d001;

/// The group, the slot and the value of an event; nothing when the record lacks a field that counts.
pub(super) fn event(
    events: &dyn Events,
    row: usize,
    plan: &Plan,
    input: usize,
) -> Option<(GroupKey, u16, u64)> {
    let input = &plan.inputs[input];
    let mut key = Vec::with_capacity(input.key.len());
    for (place, field) in input.key.iter().zip(&plan.group_by) {
        match text_at(events, row, place) {
            Some(text) => key.push(normal(field, &text).into()),
            None if plan.keeps_ungrouped => key.push("".into()),
            None => return None,
        }
    }
    let value = match &input.value {
        Value::Event => 0,
        Value::Number(place) => number_at(events, row, place)?.to_bits(),
        Value::Text(places) => {
            let texts = places.iter().map(|place| text_at(events, row, place)).collect::<Option<Vec<_>>>()?;
            fingerprint(texts.iter().map(String::as_str))
        }
    };
    Some((GroupKey(key.into()), input.slot, value))
}

/// The values that count of an event that has all of them.
pub(super) fn texts(events: &dyn Events, row: usize, plan: &Plan, input: usize) -> Vec<String> {
    match &plan.inputs[input].value {
        Value::Event | Value::Number(_) => Vec::new(),
        Value::Text(places) => places.iter().filter_map(|place| text_at(events, row, place)).collect(),
    }
}

/// Tells values apart.
pub(super) fn fingerprint<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = FixedState::with_seed(SEED).build_hasher();
    for text in texts {
        // Without its length `ab` and `c` would be `a` and `bc`.
        hasher.write_usize(text.len());
        hasher.write(text.as_bytes());
    }
    hasher.finish()
}

/// The first value of the first field that has one.
fn text_at(events: &dyn Events, row: usize, place: &Place) -> Option<String> {
    let Place::Field(names) = place else { return None };
    names.iter().find_map(|name| {
        let mut found = None;
        events.stored(name, row, &mut |value: FieldValue<'_>| {
            if found.is_none() {
                found = Some(value.as_text()).filter(|text| !text.is_empty()).map(Cow::into_owned);
            }
        });
        found
    })
}

fn number_at(events: &dyn Events, row: usize, place: &Place) -> Option<f64> {
    let Place::Field(names) = place else { return None };
    names.iter().find_map(|name| {
        let mut found = None;
        events.stored(name, row, &mut |value: FieldValue<'_>| {
            found = found.or_else(|| value.as_number().filter(|number| number.is_finite()));
        });
        found
    })
}

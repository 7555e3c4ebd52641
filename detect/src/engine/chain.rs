//! From an episode of one rule to an event of another.

use super::extract::fingerprint;
use crate::correlate::{GroupKey, Told};
use crate::plan::{Place, Plan, Value};
use crate::window::{Change, Entry};

/// One event, where an episode begins. What comes later of the episode is none.
pub(super) fn event(told: &Told, plan: &Plan, input: usize, order: u64) -> Option<(GroupKey, Entry)> {
    let Change::Began(episode) = &told.change else { return None };
    let input = &plan.inputs[input];
    let text = |place: &Place| match place {
        Place::Group(position) => told.key.0.get(*position).map(|text| &**text),
        Place::Field(_) => None,
    };
    let key: Option<Box<[Box<str>]>> = input.key.iter().map(|place| text(place).map(Into::into)).collect();
    let value = match &input.value {
        Value::Event => 0,
        Value::Number(place) => {
            text(place)?.parse::<f64>().ok().filter(|number| number.is_finite())?.to_bits()
        }
        Value::Text(places) => fingerprint(places.iter().map(text).collect::<Option<Vec<_>>>()?.into_iter()),
    };
    let id = told.evidence.entries.last().map(|entry| entry.id)?;
    Some((GroupKey(key?), Entry { time: episode.span.from, order, slot: input.slot, value, weight: 1, id }))
}

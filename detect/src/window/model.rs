//! The same in the simplest way: every window from scratch, all events at once.

use std::collections::HashSet;
use std::time::Duration;

use palisade_record::Timestamp;

use crate::rule::Condition;

use super::{Entry, Meter, Shape};

/// What the events in `(now - span, now]` measure; `None` when there are none.
fn measured(entries: &[Entry], now: Timestamp, shape: &Shape) -> Option<f64> {
    let window: Vec<&Entry> =
        entries.iter().filter(|entry| entry.time <= now && entry.time > now.minus(shape.span)).collect();
    if window.is_empty() {
        return None;
    }
    let distinct = |slot: Option<u16>| {
        let of_slot = window.iter().filter(|entry| slot.is_none_or(|slot| entry.slot == slot));
        of_slot.map(|entry| entry.value).collect::<HashSet<u64>>().len()
    };
    let numbers = || window.iter().map(|entry| f64::from_bits(entry.value));
    let of_slot = |slot: u16| window.iter().filter(|entry| entry.slot == slot).count();
    #[allow(clippy::cast_precision_loss, reason = "tests have few events")]
    Some(match shape.meter {
        Meter::Count => window.len() as f64,
        Meter::Distinct => distinct(None) as f64,
        Meter::Sum => numbers().sum(),
        Meter::Average => numbers().sum::<f64>() / window.len() as f64,
        Meter::Percentile(percentile) => {
            let mut sorted: Vec<f64> = numbers().collect();
            sorted.sort_by(f64::total_cmp);
            let part = |count: usize| count as f64 / sorted.len() as f64 * 100.0;
            let rank = (1..=sorted.len()).find(|count| part(*count) >= percentile);
            sorted[rank.unwrap_or(sorted.len()) - 1]
        }
        Meter::Rules(rules) => (0..rules).filter(|slot| of_slot(*slot) > 0).count() as f64,
        Meter::Condition(_, ref condition) => {
            let found = |rule: usize| u16::try_from(rule).is_ok_and(|rule| of_slot(rule) > 0);
            f64::from(u8::from(holds(condition, &found)))
        }
        Meter::Drop { recent, minimum } => {
            let is_recent = |entry: &&&Entry| entry.time > now.minus(recent);
            let count = window.iter().filter(is_recent).count() as f64;
            let before = window.len() as f64 - count;
            let average = before * recent.as_secs_f64() / (shape.span - recent).as_secs_f64();
            if before == 0.0 || average < minimum as f64 { 1.0 } else { count / average }
        }
        Meter::Sequence(rules) => f64::from(u8::from(has_sequence(&window, rules))),
        Meter::Ratio { minimum, distinct: by_value } => {
            let count = |slot| if by_value { distinct(Some(slot)) } else { of_slot(slot) };
            let whole = count(0);
            if whole == 0 || (whole as u64) < minimum { 0.0 } else { count(1) as f64 / whole as f64 }
        }
    })
}

fn holds(condition: &Condition, found: &dyn Fn(usize) -> bool) -> bool {
    match condition {
        Condition::Selection(rule) => found(*rule),
        Condition::Not(inner) => !holds(inner, found),
        Condition::All(parts) => parts.iter().all(|part| holds(part, found)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, found)),
    }
}

/// The first event of the first rule, then the first of the second after it, and so on.
fn has_sequence(window: &[&Entry], rules: u16) -> bool {
    let mut after: Option<(Timestamp, u64)> = None;
    for rule in 0..rules {
        let follows = |entry: &&&Entry| {
            entry.slot == rule && after.is_none_or(|after| (entry.time, entry.order) > after)
        };
        let next = window.iter().filter(follows).map(|entry| (entry.time, entry.order)).min();
        let Some(next) = next else { return false };
        after = Some(next);
    }
    true
}

/// The spans of all episodes.
pub(super) fn episodes(entries: &[Entry], shape: &Shape) -> Vec<(Timestamp, Timestamp)> {
    let mut changes: Vec<Timestamp> =
        entries.iter().flat_map(|entry| [entry.time, entry.time.plus(shape.span)]).collect();
    if let Some(recent) = shape.meter.recent() {
        changes.extend(entries.iter().map(|entry| entry.time.plus(recent)));
    }
    let last = entries.iter().map(|entry| entry.time).max();
    if let (Some(memory), Some(last)) = (shape.empty, last) {
        changes.push(last.plus(memory));
    }
    changes.sort();
    changes.dedup();
    let (mut spans, mut since): (Vec<(Timestamp, Timestamp)>, Option<Timestamp>) = (Vec::new(), None);
    for now in changes {
        let holds = match measured(entries, now, shape) {
            Some(value) => shape.threshold.holds(value),
            None => shape.empty.is_some_and(|memory| {
                let before = entries.iter().map(|entry| entry.time).filter(|time| *time <= now).max();
                before.is_some_and(|before| now < before.plus(memory)) && shape.threshold.holds(0.0)
            }),
        };
        match (since, holds) {
            (None, true) => since = Some(now),
            (Some(from), false) => {
                spans.push((from, now));
                since = None;
            }
            _ => {}
        }
    }
    assert_eq!(since, None, "every window is empty in the end");
    let waited =
        spans.into_iter().map(|(from, to)| (from.plus(shape.wait), to)).filter(|(from, to)| from < to);
    join(waited, shape.quiet)
}

fn join(spans: impl Iterator<Item = (Timestamp, Timestamp)>, quiet: Duration) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1.plus(quiet) => last.1 = to,
            _ => joined.push((from, to)),
        }
    }
    joined
}

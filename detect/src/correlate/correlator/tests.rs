//! Many groups: each by itself, within bounds, and the same after a restart.

use palisade_record::RecordId;

use super::*;
use crate::rule::{Bound, Comparison, Threshold};
use crate::window::Meter;

const MINUTE: Duration = Duration::from_secs(60);

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_000_000, 0).unwrap().plus(Duration::from_secs(second))
}

fn key(text: &str) -> GroupKey {
    GroupKey([text.into()].into())
}

fn event(group: &str, second: u64, order: u64) -> (GroupKey, Entry) {
    let id = RecordId { prefix: 1, offset: order };
    (key(group), Entry { time: at(second), order, slot: 0, value: 0, weight: 1, id })
}

fn more_than(count: f64) -> Shape {
    Shape {
        span: 5 * MINUTE,
        meter: Meter::Count,
        threshold: Threshold { bounds: vec![Bound { comparison: Comparison::Gt, value: count }] },
        wait: Duration::ZERO,
        quiet: MINUTE,
        resolution: Duration::ZERO,
        empty: None,
    }
}

fn correlator(limits: Limits) -> Correlator {
    Correlator::new(more_than(2.0), MINUTE, limits)
}

fn began(told: &[Told]) -> Vec<String> {
    let begins = told.iter().filter(|told| matches!(told.change, Change::Began(_)));
    begins.map(|told| told.key.to_string()).collect()
}

#[test]
fn each_group_is_by_itself() {
    let mut correlator = correlator(Limits::default());
    let events = (0..6).map(|order| event(if order < 4 { "a" } else { "b" }, order, order)).collect();
    let told = correlator.take(events, at(10), at(10));
    assert_eq!(began(&told), ["a"]);
    assert_eq!((told[0].evidence.records, told[0].evidence.value), (4, 4.0));
}

#[test]
fn an_episode_ends_when_time_alone_has_passed() {
    let mut correlator = correlator(Limits::default());
    correlator.take((0..3).map(|order| event("a", order, order)).collect(), at(10), at(10));
    assert!(correlator.tick(at(400), at(400)).is_empty());
    let told = correlator.tick(at(500), at(500));
    assert!(matches!(told[..], [Told { change: Change::Ended(_), .. }]), "{told:?}");
    assert!(correlator.tick(at(600), at(600)).is_empty());
}

#[test]
fn a_restart_in_the_middle_changes_nothing() {
    let mut before = correlator(Limits::default());
    before.take((0..2).map(|order| event("a", order, order)).collect(), at(10), at(10));
    let mut after = correlator(Limits::default());
    before.changed(|key, bytes| after.restore(key.clone(), &bytes.unwrap()).unwrap());
    before.changed(|_, _| panic!("stored already"));
    assert_eq!(began(&after.take(vec![event("a", 3, 2)], at(11), at(11))), ["a"]);
}

#[test]
fn groups_past_the_bound_are_refused_and_counted() {
    let mut correlator = correlator(Limits { groups: 2, ..Limits::default() });
    let events = ["a", "b", "c"].into_iter().zip(0..).map(|(group, order)| event(group, order, order));
    correlator.take(events.collect(), at(10), at(10));
    assert_eq!(correlator.groups(), 2);
    assert_eq!(correlator.take_counts(), Counts { refused: 1, ..Counts::default() });
}

#[test]
fn a_flood_of_one_group_stays_within_its_bound_and_is_still_one_episode() {
    let mut correlator = correlator(Limits { group_events: 10, ..Limits::default() });
    let mut told = Vec::new();
    for order in 0..100 {
        told.extend(correlator.take(vec![event("a", order, order)], at(order), at(order)));
    }
    told.extend(correlator.tick(at(10_000), at(10_000)));
    assert_eq!(correlator.events(), 10);
    assert_eq!(began(&told), ["a"]);
    let Some(Told { change: Change::Ended(episode), .. }) = told.last() else { panic!("{told:?}") };
    // More than two within five minutes: until the event before the last but one is five minutes ago.
    assert_eq!((episode.span.from, episode.span.to), (at(2), Some(at(97 + 300))));
}

#[test]
fn what_is_old_is_forgotten_here_and_in_the_store() {
    let mut correlator = correlator(Limits { memory: MINUTE, ..Limits::default() });
    correlator.take(vec![event("a", 0, 0)], at(10), at(10));
    correlator.changed(|_, bytes| assert!(bytes.is_some()));
    correlator.tick(at(1_000), at(1_000));
    correlator.forget(at(1_000));
    assert_eq!((correlator.groups(), correlator.events()), (0, 0));
    let mut gone = Vec::new();
    correlator.changed(|key, bytes| gone.push((key.clone(), bytes)));
    assert_eq!(gone, [(key("a"), None)]);
}

#[test]
fn late_events_are_counted_and_make_late_episodes() {
    let mut correlator = correlator(Limits::default());
    let told =
        correlator.take((0..3).map(|order| event("a", order, order)).collect(), at(21_600), at(21_600));
    assert!(matches!(told[..], [Told { change: Change::Began(episode), .. }] if episode.is_late), "{told:?}");
    assert_eq!(correlator.take_counts().late, 3);
    assert!(correlator.tick(at(21_601), at(21_601)).is_empty());
    assert_eq!(correlator.tick(at(21_900), at(21_900)).len(), 1);
}

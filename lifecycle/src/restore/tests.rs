//! A restore by example.

use super::*;
use crate::{PriceTable, StorageClass};

pub(super) fn object(number: usize) -> ObjectVersion {
    ObjectVersion { name: format!("splits/{number:04}.data"), version: "v1".to_owned() }
}

pub(super) fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-01T00:00:00Z").unwrap()
}

pub(super) fn later(seconds: u64) -> Timestamp {
    start().plus(std::time::Duration::from_secs(seconds))
}

pub(super) fn estimated(count: usize) -> Restore {
    let objects: Vec<_> = (0..count).rev().map(object).collect();
    let estimate = PriceTable::default()
        .estimate_restore(count as u64, 1 << 30, &StorageClass::GLACIER, Speed::Standard, 3)
        .unwrap();
    Restore::estimated("r1".to_owned(), start(), objects, estimate).unwrap()
}

pub(super) fn confirmed() -> Observation {
    Observation::Confirmed { by: "ada".to_owned() }
}

fn available(number: usize, until: Timestamp) -> Observation {
    Observation::Available { object: object(number), until }
}

pub(super) fn asked(actions: &[Action]) -> Vec<&ObjectVersion> {
    actions
        .iter()
        .filter_map(|action| if let Action::Ask { object, .. } = action { Some(object) } else { None })
        .collect()
}

#[test]
fn a_restore_is_estimated_confirmed_asked_for_looked_at_ready_and_expires() {
    let (restore, actions) = estimated(2).step(later(0), &[]);
    assert_eq!(
        (restore.phase(later(0)), actions.len(), restore.next_at(later(0))),
        (Phase::Estimated, 0, None)
    );

    let (restore, actions) = restore.step(later(10), &[confirmed()]);
    assert_eq!(restore.phase(later(10)), Phase::Requested);
    assert_eq!(asked(&actions), [&object(0), &object(1)]);

    let accepted = [Observation::Accepted(object(0)), Observation::Accepted(object(1))];
    let (restore, actions) = restore.step(later(11), &accepted);
    assert_eq!((restore.phase(later(11)), actions.len()), (Phase::InProgress, 0));
    let first_look = later(11 + 3 * 3_600);
    assert_eq!(restore.next_at(later(11)), Some(first_look), "nobody looks before anything can be there");

    let (restore, actions) = restore.step(first_look, &[]);
    assert_eq!(actions, [Action::Look(object(0)), Action::Look(object(1))]);
    let next_look = first_look.plus(std::time::Duration::from_secs(360));
    assert_eq!(restore.next_at(first_look), Some(next_look));

    let until = later(4 * 86_400);
    let (restore, _) = restore.step(next_look, &[available(0, until), available(1, later(4 * 86_400 + 9))]);
    assert_eq!(restore.phase(next_look), Phase::Ready { until });
    assert_eq!(restore.to_string(), "restore r1: 2 of 2 objects ready");
    assert_eq!(restore.next_at(next_look), Some(until));
    assert_eq!(restore.phase(until), Phase::Expired);
}

#[test]
fn what_another_restore_asked_for_is_not_asked_for_again() {
    let (first, _) = estimated(3).step(later(0), &[confirmed()]);
    let (first, _) =
        first.step(later(1), &[Observation::Accepted(object(0)), available(1, later(5 * 86_400))]);
    let second = estimated(4).sharing(later(2), &[first]);
    assert_eq!(second.to_ask().collect::<Vec<_>>(), [&object(3)]);
    let (second, actions) = second.step(later(3), &[confirmed()]);
    assert_eq!(asked(&actions), [&object(3)]);
    assert!(matches!(second.item(&object(1)).unwrap().progress, Progress::Ready { .. }));

    let (short, _) = estimated(1).step(later(0), &[confirmed()]);
    let (short, _) = short.step(later(1), &[available(0, later(86_400))]);
    let longer = estimated(1).sharing(later(2), &[short]);
    assert_eq!(
        longer.to_ask().count(),
        1,
        "a copy that goes too soon is asked for again, which keeps it longer"
    );
}

#[test]
fn a_store_that_refuses_is_asked_again_and_at_last_not() {
    let (mut restore, mut actions) = estimated(1).step(later(0), &[confirmed()]);
    let mut asks = actions.len();
    let mut now = later(0);
    while restore.phase(now) != Phase::Failed {
        let reason = "503 SlowDown".to_owned();
        let refused = Observation::Refused { object: object(0), reason, for_good: false };
        (restore, _) = restore.step(now, &[refused]);
        let Some(next) = restore.next_at(now) else { break };
        assert!(next > now, "a refused request waits");
        now = next;
        (restore, actions) = restore.step(now, &[]);
        asks += actions.len();
    }
    assert_eq!((restore.phase(now), asks), (Phase::Failed, 8));
    assert_eq!(restore.items()[0].progress, Progress::Failed { reason: "503 SlowDown".to_owned() });
    assert!(now >= later(3_600), "over an hour passed");
}

#[test]
fn what_cannot_be_had_fails_alone() {
    let (restore, _) = estimated(2).step(later(0), &[confirmed()]);
    let reason = "404 NoSuchKey".to_owned();
    let gone = Observation::Refused { object: object(0), reason, for_good: true };
    let (restore, _) = restore.step(later(1), &[gone, available(1, later(86_400))]);
    assert_eq!(restore.phase(later(1)), Phase::Ready { until: later(86_400) });
    assert_eq!(restore.counts(), (1, 1));
}

#[test]
fn what_failed_stays_failed() {
    let (restore, _) = estimated(2).step(later(0), &[confirmed()]);
    let reason = "403 AccessDenied".to_owned();
    let refused = Observation::Refused { object: object(0), reason, for_good: true };
    let (restore, _) = restore.step(later(1), &[refused]);
    let late =
        [Observation::NotRestored(object(0)), Observation::Accepted(object(0)), available(0, later(86_400))];
    let (restore, _) = restore.step(later(2), &late);
    assert!(matches!(restore.item(&object(0)).unwrap().progress, Progress::Failed { .. }));
}

#[test]
fn a_copy_that_is_gone_when_it_is_seen_is_not_ready() {
    let (restore, _) = estimated(1).step(later(0), &[confirmed()]);
    let (restore, _) = restore.step(later(9), &[available(0, later(9))]);
    assert_eq!(restore.counts(), (0, 0));
}

#[test]
fn an_object_that_is_three_times_too_late_will_not_come() {
    let (restore, _) = estimated(1).step(later(0), &[confirmed()]);
    let (mut restore, _) = restore.step(later(0), &[Observation::Accepted(object(0))]);
    let mut now = later(0);
    let mut looks = 0;
    while let Some(next) = restore.next_at(now).filter(|next| *next <= later(100 * 3_600)) {
        now = next;
        let (next, actions) = restore.step(now, &[Observation::StillRunning(object(0))]);
        restore = next;
        looks += actions.len();
    }
    assert_eq!(restore.phase(now), Phase::Failed);
    assert!(now >= later(3 * 5 * 3_600) && now < later(16 * 3_600), "the longest time is five hours");
    assert_eq!(looks, 120, "every six minutes for twelve hours");
}

#[test]
fn a_copy_that_goes_before_the_others_come_is_asked_for_again() {
    let (restore, _) = estimated(2).step(later(0), &[confirmed()]);
    let (restore, _) = restore.step(later(1), &[Observation::Accepted(object(0)), available(1, later(50))]);
    let (restore, _) = restore.step(later(60), &[]);
    let (_, actions) = restore.step(later(120), &[]);
    assert_eq!(asked(&actions), [&object(1)]);
}

#[test]
fn restores_have_bounds() {
    let estimate = estimated(1).estimate;
    let make = |objects, keep_days| {
        let estimate = RestoreEstimate { keep_days, ..estimate.clone() };
        Restore::estimated(String::new(), start(), objects, estimate)
    };
    assert_eq!(make(vec![], 1), Err(RestoreError::Nothing));
    assert_eq!(make(vec![object(0)], 0), Err(RestoreError::KeepDays(0)));
    assert_eq!(make((0..=OBJECTS_MAX).map(object).collect(), 1), Err(RestoreError::TooMany(OBJECTS_MAX + 1)));
    assert_eq!(make(vec![object(0); 3], 1).unwrap().items().len(), 1);
}

#[test]
fn one_step_does_not_do_everything_at_once() {
    let (restore, actions) = estimated(ACTIONS_MAX + 1).step(later(0), &[confirmed()]);
    assert_eq!(actions.len(), ACTIONS_MAX);
    assert_eq!(restore.next_at(later(0)), Some(later(0)));
    let (_, actions) = restore.step(later(0), &[]);
    assert_eq!(actions.len(), 1);
}

//! The life of a split, told by example.

use super::*;
use crate::{Copies, LockMode, StorageClass, Term, WarmCopy};

const EVERYWHERE: Storages = Storages { warm: true, cold: true };

fn published() -> SplitState {
    let at = |text| Timestamp::parse_rfc3339(text).unwrap();
    SplitState {
        id: "0001".to_owned(),
        class: "standard".to_owned(),
        published_at: at("2026-01-01T00:05:00Z"),
        newest_event: at("2025-12-31T23:59:58Z"),
        newest_receipt: at("2026-01-01T00:00:00Z"),
        data_bytes: 64 << 20,
        copies: Copies { hot: true, ..Copies::default() },
        holds: 0,
        index_near: true,
    }
}

/// The split's state so many days after its terms began, with everything done that was due until then, and what was done.
fn after(days: u32, class: &Class, storages: Storages, mut state: SplitState) -> (SplitState, Vec<Step>) {
    let end = Term::days(days).after(state.counted_from());
    let mut now = state.published_at;
    let mut steps = Vec::new();
    while let Some(due) = next_at(now, class, storages, &state).filter(|due| *due <= end) {
        now = due;
        let step = decide(now, class, storages, &state).expect("a step is due when it is said to be");
        state = step.applied_to(&state);
        steps.push(step);
    }
    (state, steps)
}

fn archive(class: &Class, until: &str) -> Step {
    Step::Archive {
        until: Timestamp::parse_rfc3339(until).unwrap(),
        mode: class.lock,
        storage_class: class.storage_class.clone(),
    }
}

#[test]
fn a_split_is_archived_at_once_goes_warm_goes_cold_and_is_disposed_of() {
    let class = Class::standard();
    let (_, steps) = after(2_558, &class, EVERYWHERE, published());
    // 2,557 days are seven years and, in this span, two leap days; a day of grace comes after them.
    let expected = [
        archive(&class, "2033-01-02T00:00:00Z"),
        Step::Verify(Tier::Cold),
        Step::CopyToWarm,
        Step::Verify(Tier::Warm),
        Step::DropHot,
        Step::DropWarm,
        Step::Dispose,
    ];
    assert_eq!(steps, expected);

    let (state, _) = after(6, &class, EVERYWHERE, published());
    assert!(state.copies.hot && state.copies.cold.is_some_and(|copy| copy.verified));
    let (state, _) = after(7, &class, EVERYWHERE, published());
    assert!(!state.copies.hot && state.copies.warm == Some(WarmCopy { verified: true }));
    let (state, _) = after(36, &class, EVERYWHERE, published());
    assert!(state.copies.warm.is_some());
    let (state, _) = after(37, &class, EVERYWHERE, published());
    assert!(state.copies.warm.is_none() && state.copies.cold.is_some());
    let (state, _) = after(2_557, &class, EVERYWHERE, published());
    assert!(!state.is_disposed(), "the lock lasts a day longer than the retention");
}

#[test]
fn without_a_cold_storage_the_last_copy_stays_to_the_end() {
    let only_hot = Storages::default();
    let (state, steps) = after(2_556, &Class::standard(), only_hot, published());
    assert!(state.copies.hot && steps.is_empty());
    let (_, steps) = after(2_557, &Class::standard(), only_hot, published());
    assert_eq!(steps, [Step::Dispose]);

    let with_warm = Storages { warm: true, cold: false };
    let (state, steps) = after(2_556, &Class::standard(), with_warm, published());
    assert_eq!(steps, [Step::CopyToWarm, Step::Verify(Tier::Warm), Step::DropHot]);
    assert!(state.copies.warm.is_some());
}

#[test]
fn a_hold_keeps_what_is_over_and_its_release_lets_it_go() {
    let class = Class::standard();
    let (mut state, _) = after(100, &class, EVERYWHERE, published());
    state.holds = 2;
    let (mut state, steps) = after(20_000, &class, EVERYWHERE, state);
    assert_eq!(steps, [Step::PutHold]);
    let late = Term::days(20_000).after(state.counted_from());
    assert_eq!(next_at(late, &class, EVERYWHERE, &state), None);

    state.holds = 0;
    let (_, steps) = after(20_000, &class, EVERYWHERE, state);
    assert_eq!(steps, [Step::LiftHold, Step::Dispose]);
}

#[test]
fn a_longer_class_extends_the_lock_and_a_shorter_one_leaves_it() {
    let (state, _) = after(100, &Class::hipaa(), EVERYWHERE, published());
    let now = Term::days(100).after(state.counted_from());

    let until = Timestamp::parse_rfc3339("2033-01-02T00:00:00Z").unwrap();
    let mode = LockMode::Governance;
    assert_eq!(decide(now, &Class::sox(), EVERYWHERE, &state), Some(Step::Extend { until, mode }));
    assert_eq!(decide(now, &Class::pci(), EVERYWHERE, &state), None);

    let mut short = Class::standard();
    (short.retention, short.lock) = (Term::days(30), LockMode::None);
    assert_eq!(decide(now, &short, EVERYWHERE, &state), None);
    let lock_ends = state.copies.cold.as_ref().and_then(|copy| copy.locked_until);
    assert_eq!(next_at(now, &short, EVERYWHERE, &state), lock_ends);
}

#[test]
fn compliance_counts_only_once_it_was_confirmed() {
    let mut class = Class::sox();
    let (state, _) = after(1, &class, EVERYWHERE, published());
    let now = Term::days(1).after(state.counted_from());
    class.lock = LockMode::Compliance;
    assert_eq!(decide(now, &class, EVERYWHERE, &state), None);
    class.confirmation = Some(class.confirmation_wanted());
    let step = decide(now, &class, EVERYWHERE, &state);
    assert!(matches!(step, Some(Step::Extend { mode: LockMode::Compliance, .. })), "{step:?}");
}

#[test]
fn nothing_near_goes_while_the_evidence_was_not_seen() {
    let class = Class::standard();
    let late = Term::days(400).after(published().counted_from());
    let mut state = published();
    assert!(matches!(decide(late, &class, EVERYWHERE, &state), Some(Step::Archive { .. })));
    state = archive(&class, "2040-01-01T00:00:00Z").applied_to(&state);
    assert_eq!(decide(late, &class, EVERYWHERE, &state), Some(Step::Verify(Tier::Cold)));
    state = Step::Verify(Tier::Cold).applied_to(&state);
    assert_eq!(decide(late, &class, EVERYWHERE, &state), Some(Step::DropHot));
}

#[test]
fn a_copy_out_of_reach_is_neither_relied_on_nor_forgotten() {
    let class = Class::standard();
    let (state, _) = after(1, &class, EVERYWHERE, published());
    let warm_only = Storages { warm: true, cold: false };
    let (state, steps) = after(5_000, &class, warm_only, state);
    assert_eq!(steps, [Step::CopyToWarm, Step::Verify(Tier::Warm), Step::DropHot]);
    assert_eq!(state.copies.count(), 2, "the evidence copy cannot be deleted, so the split is not over");
    let (state, steps) = after(5_000, &class, EVERYWHERE, state);
    assert_eq!(steps.last(), Some(&Step::Dispose));
    assert!(state.is_disposed() && !state.index_near);
}

#[test]
fn a_split_that_was_never_archived_is_not_archived_when_its_time_is_over() {
    let late = Term::days(2_557).after(published().counted_from());
    assert_eq!(decide(late, &Class::standard(), EVERYWHERE, &published()), Some(Step::Dispose));
}

#[test]
fn a_class_without_a_lock_is_archived_without_one() {
    let mut class = Class::standard();
    (class.lock, class.storage_class) = (LockMode::None, StorageClass::GLACIER_INSTANT);
    let (state, _) = after(1, &class, EVERYWHERE, published());
    let copy = state.copies.cold.unwrap();
    assert_eq!((copy.locked_until, copy.storage_class), (None, StorageClass::GLACIER_INSTANT));
}

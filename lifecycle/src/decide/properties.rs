//! What holds for every class, every state and every time.

use proptest::prelude::*;

use super::*;
use crate::{Copies, LockMode, StorageClass, Term, WarmCopy};

/// More steps than this in a row, at one moment, would be a circle: all nine kinds, and two verifications.
const STEPS_MAX: usize = 10;

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        // 1970 to 2100 in whole and broken seconds, where all terms matter.
        8 => (0..4_102_444_800_000_i64).prop_map(|millis| Timestamp::from_millis(millis).unwrap()),
        4 => (1_700_000_000_000_000_000..1_700_086_400_000_000_000_i64).prop_map(Timestamp::from_nanos),
        1 => any::<i64>().prop_map(Timestamp::from_nanos),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        Just(Term::ZERO),
        (0_u32..100).prop_map(|seconds| format!("{seconds}s").parse().unwrap()),
        (0_u32..400).prop_map(Term::days),
        (0_u32..=36_160).prop_map(Term::days),
    ]
}

fn mode() -> impl Strategy<Value = LockMode> {
    prop_oneof![Just(LockMode::None), Just(LockMode::Governance), Just(LockMode::Compliance)]
}

fn class() -> impl Strategy<Value = Class> {
    (term(), term(), term(), mode(), any::<bool>()).prop_map(|(hot, warm, retention, lock, is_confirmed)| {
        let mut class = Class { hot, warm, retention, lock, ..Class::standard() };
        class.confirmation = is_confirmed.then(|| class.confirmation_wanted());
        class
    })
}

fn storages() -> impl Strategy<Value = Storages> {
    any::<(bool, bool)>().prop_map(|(warm, cold)| Storages { warm, cold })
}

fn published() -> impl Strategy<Value = SplitState> {
    (time(), time(), any::<bool>()).prop_map(|(newest_event, newest_receipt, index_near)| SplitState {
        id: "0001".to_owned(),
        class: "standard".to_owned(),
        published_at: newest_receipt,
        newest_event,
        newest_receipt,
        data_bytes: 1,
        copies: Copies { hot: true, ..Copies::default() },
        holds: 0,
        index_near,
    })
}

/// Any state there can be on paper, also those that no life leads to.
fn anything() -> impl Strategy<Value = SplitState> {
    let cold = (prop::option::of(time()), mode(), any::<(bool, bool)>()).prop_map(
        |(locked_until, mode, (verified, legal_hold))| ColdCopy {
            locked_until,
            mode,
            storage_class: StorageClass::STANDARD,
            verified,
            legal_hold,
        },
    );
    let warm = any::<bool>().prop_map(|verified| WarmCopy { verified });
    (published(), any::<bool>(), prop::option::of(warm), prop::option::of(cold), 0_u32..3).prop_map(
        |(state, hot, warm, cold, holds)| SplitState { copies: Copies { hot, warm, cold }, holds, ..state },
    )
}

/// What must be true of every step, whatever the state.
fn check(
    now: Timestamp,
    class: &Class,
    storages: Storages,
    state: &SplitState,
    step: &Step,
) -> Result<(), TestCaseError> {
    let next = step.applied_to(state);
    prop_assert_eq!(&step.applied_to(&next), &next, "done twice is done once");
    prop_assert_ne!(&next, state, "a step changes something");

    let lock = state.copies.cold.as_ref().and_then(|copy| copy.locked_until);
    if *step == Step::Dispose {
        prop_assert_eq!(state.holds, 0);
        prop_assert!(now >= retention_end(class, state));
        prop_assert!(lock.is_none_or(|until| now >= until));
        prop_assert!(state.copies.cold.as_ref().is_none_or(|copy| !copy.legal_hold));
    } else {
        prop_assert!(!next.is_disposed(), "a copy is left");
        let next_cold = next.copies.cold.as_ref();
        prop_assert!(next_cold.and_then(|copy| copy.locked_until) >= lock, "no lock is shortened");
        let old_mode = state.copies.cold.as_ref().map(|copy| copy.mode);
        prop_assert!(next_cold.map(|copy| copy.mode) >= old_mode, "no lock is weakened");
    }
    if matches!(step, Step::DropHot | Step::DropWarm) {
        let cold_is_safe = storages.cold && next.copies.cold.as_ref().is_some_and(|copy| copy.verified);
        let warm_is_safe = storages.warm && next.copies.warm.is_some_and(|copy| copy.verified);
        prop_assert!(cold_is_safe || (!storages.cold && warm_is_safe), "a verified copy in reach is left");
        prop_assert!(*step != Step::DropWarm || state.copies.warm.is_some_and(|copy| copy.verified));
        prop_assert!(now >= class.hot.after(state.counted_from()));
    }
    if let Step::Archive { until, .. } | Step::Extend { until, .. } = step {
        prop_assert!(*until >= LOCK_GRACE.after(retention_end(class, state)));
        prop_assert!(*until > now, "stores refuse dates in the past");
        prop_assert!(Some(*until) >= lock, "no step asks for a shorter lock");
        let is_whole = until.as_nanos() % NANOS_PER_SECOND == 0;
        prop_assert!(is_whole || *until == Timestamp::MAX || lock == Some(*until));
    }
    if matches!(step, Step::Archive { .. } | Step::Extend { .. } | Step::CopyToWarm) {
        prop_assert!(now < retention_end(class, state), "nothing is made for a split that is over");
    }
    if let Step::Extend { mode, .. } = step {
        let had = state.copies.cold.as_ref().map(|copy| copy.mode);
        prop_assert!(Some(*mode) >= had, "no step asks for a weaker lock");
    }
    Ok(())
}

/// Does what is due now, to the end.
fn settle(
    now: Timestamp,
    class: &Class,
    storages: Storages,
    mut state: SplitState,
) -> Result<SplitState, TestCaseError> {
    for _ in 0..STEPS_MAX {
        let Some(step) = decide(now, class, storages, &state) else { return Ok(state) };
        check(now, class, storages, &state, &step)?;
        state = step.applied_to(&state);
    }
    Err(TestCaseError::fail("steps do not end"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_step_is_allowed_and_steps_end(
        now in time(), class in class(), storages in storages(), state in anything(),
    ) {
        let settled = settle(now, &class, storages, state)?;
        let is_running = now < retention_end(&class, &settled);
        if let Some(copy) = settled.copies.cold.as_ref().filter(|_| storages.cold && is_running) {
            prop_assert!(copy.verified);
            let lock = class.lock_in_effect();
            prop_assert!(copy.mode >= lock);
            prop_assert!(!lock.is_locked() || copy.locked_until >= Some(lock_wanted(&class, &settled)));
        }
    }

    #[test]
    fn a_whole_life_keeps_a_copy_to_the_end_of_its_retention(
        class in class(), storages in storages(), state in published(),
        changes in prop::collection::vec((class_or_hold(), time()), 0..4),
    ) {
        let (mut class, mut state) = (class, state);
        let mut now = state.published_at;
        for (change, until) in changes {
            while let Some(due) = next_at(now, &class, storages, &state).filter(|due| *due <= until) {
                now = due;
                state = settle(now, &class, storages, state)?;
            }
            now = now.max(until);
            match change {
                Change::Class(other) => class = *other,
                Change::Holds(holds) => state.holds = holds,
            }
        }
        state.holds = 0;
        let mut looks = 0;
        while let Some(due) = next_at(now, &class, storages, &state) {
            prop_assert!(due >= now);
            now = due;
            state = settle(now, &class, storages, state)?;
            looks += 1;
            prop_assert!(looks <= 6, "every look leads on");
        }
        prop_assert!(state.is_disposed(), "{state:?} is left");
    }

    #[test]
    fn between_now_and_the_next_look_nothing_is_due(
        now in time(), class in class(), storages in storages(), state in anything(), between in 0.0..1.0,
    ) {
        let next = next_at(now, &class, storages, &state);
        let end = next.unwrap_or(Timestamp::MAX);
        let moment = now.plus(end.since(now).mul_f64(between));
        if moment < end {
            prop_assert_eq!(decide(moment, &class, storages, &state), None);
        }
        if let Some(next) = next {
            prop_assert!(decide(next, &class, storages, &state).is_some());
        }
    }

    #[test]
    fn deciding_again_after_a_crash_decides_the_same(
        now in time(), class in class(), storages in storages(), state in anything(),
    ) {
        let stored = serde_json::to_string(&state).unwrap();
        let read: SplitState = serde_json::from_str(&stored).unwrap();
        let step = decide(now, &class, storages, &state);
        prop_assert_eq!(&step, &decide(now, &class, storages, &read));
        if let Some(step) = step {
            // The step was done and its record was lost: it is done again, and leads on from there.
            let next = step.applied_to(&step.applied_to(&state));
            prop_assert_ne!(decide(now, &class, storages, &next), Some(step));
        }
    }
}

#[derive(Clone, Debug)]
enum Change {
    Class(Box<Class>),
    Holds(u32),
}

fn class_or_hold() -> impl Strategy<Value = Change> {
    prop_oneof![class().prop_map(|class| Change::Class(Box::new(class))), (0_u32..3).prop_map(Change::Holds)]
}

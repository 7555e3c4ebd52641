//! What holds whatever a store answers.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::{asked, confirmed, estimated, later, object, start};
use super::*;

fn observation() -> impl Strategy<Value = Observation> {
    let any_object = || (0..4_usize).prop_map(object);
    prop_oneof![
        1 => Just(confirmed()),
        4 => any_object().prop_map(Observation::Accepted),
        2 => any_object().prop_map(Observation::StillRunning),
        4 => (any_object(), 0..1_000_000_u64)
            .prop_map(|(object, seconds)| Observation::Available { object, until: later(seconds) }),
        1 => any_object().prop_map(Observation::NotRestored),
        1 => (any_object(), any::<bool>(), ".{0,5}")
            .prop_map(|(object, for_good, reason)| Observation::Refused { object, reason, for_good }),
    ]
}

/// The order of phases; the two ends are equal.
fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Estimated => 0,
        Phase::Requested => 1,
        Phase::InProgress => 2,
        Phase::Ready { .. } => 3,
        Phase::Expired | Phase::Failed => 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_a_store_says_a_restore_never_goes_back_and_asks_within_bounds(
        rounds in prop::collection::vec((0..20_000_u64, prop::collection::vec(observation(), 0..4)), 0..60),
    ) {
        let mut restore = estimated(3);
        let mut now = start();
        let mut asks = BTreeMap::new();
        for (seconds, seen) in rounds {
            now = now.plus(std::time::Duration::from_secs(seconds));
            let before = restore.phase(now);
            let is_running = |restore: &Restore, object: &ObjectVersion| {
                matches!(restore.item(object).unwrap().progress, Progress::Running { .. } | Progress::Failed { .. })
            };
            let was = restore.clone();
            let (next, actions) = restore.step(now, &seen);
            restore = next;
            prop_assert!(rank(restore.phase(now)) >= rank(before), "{before:?} to {:?}", restore.phase(now));
            prop_assert!(actions.is_empty() || restore.confirmed_by.is_some());
            for object in asked(&actions) {
                *asks.entry(object.clone()).or_insert(0) += 1;
                let was_lost = seen.iter().any(|seen| {
                    matches!(seen, Observation::NotRestored(_) | Observation::Refused { .. })
                });
                prop_assert!(was_lost || !is_running(&was, object), "what is on its way is not asked for");
            }
            if let Phase::Ready { until } = restore.phase(now) {
                prop_assert!(until > now && restore.is_settled());
            }
            if let Some(next) = restore.next_at(now) {
                prop_assert!(next >= now && rank(restore.phase(now)) < 4);
            }
            let stored = serde_json::to_string(&restore).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Restore>(&stored).unwrap(), &restore);
        }
        prop_assert!(asks.values().all(|count| *count <= ATTEMPTS_MAX));
    }

    #[test]
    fn with_a_store_that_forgets_answers_every_restore_ends(
        answers in prop::collection::vec(0..4_u8, 1..40), takes in 1..60_000_u64,
    ) {
        let mut restore = estimated(3).step(start(), &[confirmed()]).0;
        let mut accepted_at = BTreeMap::new();
        let mut now = start();
        let mut answers = answers.into_iter().cycle();
        let mut pending = Vec::new();
        let mut ends = false;
        for _ in 0..2_000 {
            let (next, actions) = restore.step(now, &pending);
            restore = next;
            // One action in four is lost with the process that should have done it.
            let done = actions.into_iter().filter(|_| answers.next() != Some(0)).collect::<Vec<_>>();
            pending = done
                .into_iter()
                .map(|action| match action {
                    Action::Ask { object, .. } => {
                        accepted_at.entry(object.clone()).or_insert(now);
                        Observation::Accepted(object)
                    }
                    Action::Look(object) => {
                        let since = accepted_at[&object];
                        let ready = since.plus(std::time::Duration::from_secs(takes));
                        let until = Term::days(30).after(now);
                        if ready <= now {
                            Observation::Available { object, until }
                        } else {
                            Observation::StillRunning(object)
                        }
                    }
                })
                .collect();
            match restore.phase(now) {
                Phase::Ready { .. } | Phase::Failed | Phase::Expired => {
                    ends = true;
                    break;
                }
                _ if pending.is_empty() => now = restore.next_at(now).expect("it goes on"),
                _ => {}
            }
        }
        prop_assert!(ends, "it goes on for ever: {restore:?}");
    }
}

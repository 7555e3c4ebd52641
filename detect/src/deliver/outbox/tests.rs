use std::time::Duration;

use palisade_record::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;

use super::enqueue::enqueue_within;
use super::*;
use crate::deliver::testing::{NOON, notice};
use crate::notice::Occasion::{self, Resolve, Trigger, Update};
use crate::rule::Severity;

fn outbox() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    create_tables(&connection).unwrap();
    connection
}

fn put(connection: &Connection, key: &str, number: u32, occasion: Occasion) -> Enqueued {
    enqueue(connection, "oncall", &notice(key, number, occasion), NOON).unwrap()
}

/// Takes what is due until nothing is, as `key number`.
fn drain(connection: &Connection) -> Vec<String> {
    let mut order = Vec::new();
    while let Some(entry) = next(connection, "oncall", NOON).unwrap() {
        order.push(format!("{} {}", entry.notice.dedup_key, entry.notice.number));
        delivered(connection, entry.id, NOON).unwrap();
    }
    order
}

#[test]
fn the_same_notice_twice_is_once() {
    let outbox = outbox();
    assert_eq!(put(&outbox, "a", 0, Trigger), Enqueued::New);
    assert_eq!(put(&outbox, "a", 0, Trigger), Enqueued::Already);
    assert_eq!(drain(&outbox), ["a 0"]);
    assert_eq!(put(&outbox, "a", 0, Trigger), Enqueued::Already, "also when it was delivered");
    assert_eq!(drain(&outbox), [""; 0]);
}

#[test]
fn a_resolve_waits_for_its_trigger_also_when_that_is_put_off() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    put(&outbox, "a", 1, Resolve);
    put(&outbox, "b", 0, Trigger);
    let trigger = next(&outbox, "oncall", NOON).unwrap().unwrap();
    let later = NOON.plus(Duration::from_secs(5));
    failed(&outbox, trigger.id, "status 500", later).unwrap();

    assert_eq!(drain(&outbox), ["b 0"], "the resolve of `a` does not overtake");
    assert_eq!(wait_until(&outbox, "oncall").unwrap(), Some(later));
    hurry(&outbox, "oncall", NOON).unwrap();
    assert_eq!(drain(&outbox), ["a 0", "a 1"]);
}

#[test]
fn a_waiting_update_is_merged_into_a_newer_one_and_a_trigger_never_is() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    put(&outbox, "a", 1, Update);
    put(&outbox, "a", 2, Update);
    put(&outbox, "a", 3, Resolve);
    assert_eq!(drain(&outbox), ["a 0", "a 2", "a 3"]);
    assert_eq!(list(&outbox, State::Merged, None, None, 10).unwrap().len(), 1);
}

#[test]
fn an_update_that_was_merged_on_its_way_is_not_sent_again() {
    let outbox = outbox();
    put(&outbox, "a", 1, Update);
    let on_its_way = next(&outbox, "oncall", NOON).unwrap().unwrap();
    put(&outbox, "a", 2, Update);
    failed(&outbox, on_its_way.id, "reset", NOON).unwrap();
    assert_eq!(drain(&outbox), ["a 2"]);
}

#[test]
fn the_gravest_goes_first_and_channels_do_not_share_a_queue() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    let mut grave = notice("b", 0, Trigger);
    grave.severity = Severity::Critical;
    enqueue(&outbox, "oncall", &grave, NOON).unwrap();
    enqueue(&outbox, "mail", &notice("c", 0, Trigger), NOON).unwrap();
    assert_eq!(drain(&outbox), ["b 0", "a 0"]);
    assert_eq!(counts(&outbox, "mail").unwrap().waiting, 1);
}

#[test]
fn past_the_bound_a_notice_is_a_dead_letter_that_says_so() {
    let outbox = outbox();
    let put = |number, limit| {
        enqueue_within(&outbox, "oncall", &notice("a", number, Trigger), NOON, limit).unwrap()
    };
    assert_eq!(put(0, 1), Enqueued::New);
    assert_eq!(put(1, 1), Enqueued::Full);
    let dead = list(&outbox, State::Dead, Some("oncall"), None, 10).unwrap();
    assert!(dead[0].reason.starts_with("1 notices were waiting for channel `oncall`"), "{}", dead[0].reason);
    assert_eq!(dead[0].settled_at, Some(NOON));
    assert_eq!(replay(&outbox, dead[0].id, NOON).unwrap(), Replayed::Waiting(1));
    assert_eq!(drain(&outbox), ["a 0", "a 1"]);
}

#[test]
fn a_replayed_trigger_takes_its_resolve_along() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    put(&outbox, "a", 1, Resolve);
    let trigger = next(&outbox, "oncall", NOON).unwrap().unwrap();
    dead(&outbox, trigger.id, "status 400", NOON).unwrap();
    assert_eq!(drain(&outbox), ["a 1"], "a dead trigger holds nothing up");

    assert_eq!(replay(&outbox, trigger.id, NOON).unwrap(), Replayed::Waiting(2));
    assert_eq!(drain(&outbox), ["a 0", "a 1"]);
    assert_eq!(replay(&outbox, trigger.id, NOON).unwrap(), Replayed::Unknown);
}

#[test]
fn dead_letters_past_their_bound_are_dropped_oldest_first_and_counted() {
    let outbox = outbox();
    for number in 0..5 {
        put(&outbox, "a", number, Trigger);
        let entry = next(&outbox, "oncall", NOON).unwrap().unwrap();
        dead(&outbox, entry.id, "status 400", NOON).unwrap();
    }
    settle::drop_past(&outbox, 3).unwrap();
    let left = list(&outbox, State::Dead, None, None, 10).unwrap();
    assert_eq!(left.iter().map(|entry| entry.notice.number).collect::<Vec<_>>(), [4, 3, 2]);
    assert_eq!(counts(&outbox, "oncall").unwrap().dropped, 2);
}

#[test]
fn what_was_delivered_is_kept_a_week_and_what_waits_for_ever() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    drain(&outbox);
    put(&outbox, "b", 0, Trigger);
    assert_eq!(prune(&outbox, NOON.plus(DELIVERED_KEPT)).unwrap(), 0);
    assert_eq!(prune(&outbox, NOON.plus(DELIVERED_KEPT).plus(Duration::from_secs(1))).unwrap(), 1);
    assert_eq!(counts(&outbox, "oncall").unwrap().waiting, 1);
}

#[test]
fn a_row_that_cannot_be_read_is_a_dead_letter_and_holds_nothing_up() {
    let outbox = outbox();
    put(&outbox, "a", 0, Trigger);
    outbox.execute("update outbox set notice = '{}'", []).unwrap();
    put(&outbox, "b", 0, Trigger);
    assert_eq!(drain(&outbox), ["b 0"]);
    assert_eq!(counts(&outbox, "oncall").unwrap().dead, 1);
}

#[test]
fn what_a_transaction_that_was_rolled_back_enqueued_is_not_there() {
    let mut outbox = outbox();
    let transaction = outbox.transaction().unwrap();
    enqueue(&transaction, "oncall", &notice("a", 0, Trigger), NOON).unwrap();
    drop(transaction);
    assert_eq!(drain(&outbox), [""; 0]);
}

#[test]
fn a_full_queue_is_not_sorted_for_every_message() {
    let outbox = outbox();
    let mut statement = outbox.prepare(&format!("explain query plan {}", next::next_sql())).unwrap();
    let plan: Vec<String> =
        statement.query_map(("oncall", 0), |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(plan.iter().any(|step| step.contains("outbox_order")), "{plan:?}");
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
}

proptest! {
    /// Whatever fails, and whenever: numbers of an episode leave in rising order, triggers and resolves all of them.
    #[test]
    fn order_holds_and_nothing_but_updates_is_left_out(
        failures in proptest::collection::vec(0_u8..4, 0..60),
        episodes in proptest::collection::vec(0_u32..4, 1..6),
    ) {
        let outbox = outbox();
        for (episode, updates) in episodes.iter().enumerate() {
            let key = episode.to_string();
            put(&outbox, &key, 0, Trigger);
            (1..=*updates).for_each(|number| { put(&outbox, &key, number, Update); });
            put(&outbox, &key, updates + 1, Resolve);
        }
        let mut failures = failures.into_iter();
        let (mut now, mut sent) = (NOON, Vec::<(String, u32)>::new());
        while let Some(at) = wait_until(&outbox, "oncall").unwrap() {
            now = now.max(at);
            let entry = next(&outbox, "oncall", now).unwrap().unwrap();
            match failures.next() {
                Some(delay) if delay > 0 => {
                    let at = now.plus(Duration::from_secs(delay.into()));
                    failed(&outbox, entry.id, "status 500", at).unwrap();
                }
                _ => {
                    delivered(&outbox, entry.id, now).unwrap();
                    sent.push((entry.notice.dedup_key, entry.notice.number));
                }
            }
        }
        for (episode, updates) in episodes.iter().enumerate() {
            let of_it = sent.iter().filter(|(key, _)| *key == episode.to_string());
            let numbers: Vec<u32> = of_it.map(|(_, number)| *number).collect();
            let mut expected = vec![0, *updates, updates + 1];
            expected.dedup();
            prop_assert_eq!(numbers, expected);
        }
    }
}

#[test]
fn times_come_back_as_they_were() {
    let outbox = outbox();
    let at = Timestamp::from_nanos(NOON.as_nanos() + 123);
    enqueue(&outbox, "oncall", &notice("a", 0, Trigger), at).unwrap();
    let entry = next(&outbox, "oncall", at).unwrap().unwrap();
    assert_eq!((entry.enqueued_at, entry.next_try, entry.settled_at), (at, at, None));
    assert_eq!(entry.notice, notice("a", 0, Trigger));
}

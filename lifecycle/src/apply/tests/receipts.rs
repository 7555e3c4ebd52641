//! Receipts, in the same world.

use palisade_index::RECEIPTS;
use palisade_storage::{LockMode as StoredMode, ObjectStorage, Terms, is_locked};

use super::world::World;

fn receipts(world: &World) -> Vec<String> {
    world.cold.list(RECEIPTS).unwrap()
}

#[test]
fn a_closed_journal_file_is_locked_before_anything_else_is_done() {
    let world = World::with_receipts();
    world.publish("a");
    assert_eq!(world.index().receipts_due().len(), 1);
    // The put and the look at it; whatever comes after them fails.
    world.failing.fail_after(2);
    let mut applier = world.applier();
    applier.round();

    let names = receipts(&world);
    assert_eq!(names.len(), 1);
    let lock = world.cold.describe(&names[0]).unwrap().lock.unwrap();
    assert_eq!(lock.mode, StoredMode::Governance);
    assert!(lock.until >= world.in_days(14) && lock.until < world.in_days(15), "{}", lock.until);
    assert!(is_locked(&world.cold.remove(&names[0]).unwrap_err()));
    assert!(world.index().receipts_due().is_empty());
    let text = applier.status().lock().unwrap().render();
    for line in ["palisade_lifecycle_receipts_total 1", "palisade_lifecycle_receipts_waiting 0"] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn receipts_go_after_their_lock_once_their_records_are_evidence() {
    let world = World::with_receipts();
    world.publish("a");
    world.wait_for_log(1);
    let mut applier = world.applier();
    world.settle(&mut applier);
    assert!(world.split().copies().cold.as_ref().unwrap().verified);

    world.set_day(13);
    world.settle(&mut applier);
    assert_eq!(receipts(&world).len(), 1);
    // Also when a start has to find them first.
    world.set_day(15);
    let mut applier = world.applier();
    world.settle(&mut applier);
    assert!(receipts(&world).is_empty());
    assert_eq!(world.records(), ["a"]);
}

#[test]
fn a_receipt_whose_records_are_in_no_split_is_locked_longer() {
    let world = World::with_receipts();
    world.append("a");
    world.wait_for_receipt();
    let mut applier = world.applier();
    world.settle(&mut applier);
    assert!(world.index().splits().is_empty());

    world.set_day(13);
    world.settle(&mut applier);

    let names = receipts(&world);
    let lock = world.cold.describe(&names[0]).unwrap().lock.unwrap();
    assert!(lock.until >= world.in_days(13 + 14), "{}", lock.until);
}

#[test]
fn the_page_and_the_log_wait_for_the_evidence_and_not_for_ever() {
    let world = World::with_receipts();
    world.publish("a");
    world.wait_for_log(1);
    let hot = world.index().storages().hot.clone();
    let (name, bytes) = (world.split().data_name(), world.split().summary().data.bytes);
    let whole = hot.get(&name, 0..bytes).unwrap();
    let told = |prefix: &str| world.cold.list(prefix).unwrap().len();
    // A near copy that is not what was published never becomes evidence.
    hot.put(&name, b"damaged", &Terms::pointer()).unwrap();
    let mut applier = world.applier();
    applier.round();
    world.pass_minutes(30);
    applier.round();
    assert_eq!((receipts(&world).len(), told("publications/"), told("log/")), (1, 0, 0));

    world.pass_minutes(60);
    applier.round();
    assert!(told("publications/") == 1 && told("log/checkpoints/") == 1);
    assert!(world.split().copies().cold.is_none());

    hot.put(&name, &whole, &Terms::pointer()).unwrap();
    world.pass_minutes(60);
    world.settle(&mut applier);
    assert!(world.split().copies().cold.is_some());
}

#[test]
fn the_page_comes_right_after_the_evidence() {
    let world = World::with_receipts();
    world.publish("a");
    world.wait_for_log(1);
    let mut applier = world.applier();
    // The receipt is put, and the evidence is not.
    world.failing.fail_after(2);
    applier.round();
    world.failing.work_again();
    assert!(world.cold.list("publications/").unwrap().is_empty());

    world.pass_minutes(10);
    world.settle(&mut applier);
    assert!(world.split().copies().cold.is_some());
    assert_eq!(world.cold.list("publications/").unwrap().len(), 1);
}

#[test]
fn while_the_cold_storage_is_down_the_journal_stays_and_it_is_told() {
    let world = World::with_receipts();
    world.publish("a");
    world.failing.fail_after(0);
    let mut applier = world.applier();
    world.pass_minutes(5);

    assert!(applier.round().failures > 0);

    let told = applier.status().lock().unwrap().clone();
    assert_eq!((told.receipts, told.receipts_waiting), (0, 1));
    assert!(told.oldest_receipt_waiting_seconds >= 300 && told.receipts_waiting_bytes > 0, "{told:?}");
    assert!(world.index().read_receipt(&world.index().receipts_due()[0]).is_ok());
    world.failing.work_again();
    world.pass_minutes(10);
    world.settle(&mut applier);
    assert_eq!(applier.status().lock().unwrap().receipts_waiting, 0);
    assert_eq!(receipts(&world).len(), 1);
}

#[test]
fn killed_between_any_two_requests_there_is_one_receipt_in_the_end() {
    for requests in 0..12 {
        let world = World::with_receipts();
        world.publish("a");
        world.failing.fail_after(requests);
        let mut applier = world.applier();
        applier.round();
        drop(applier);
        world.failing.work_again();
        let mut applier = world.applier();
        world.settle(&mut applier);
        assert_eq!(receipts(&world).len(), 1, "after {requests} requests");
        assert!(world.index().receipts_due().is_empty());
    }
}

use std::time::Duration;

use super::*;
use crate::{LockMode, contract, is_archived, is_locked, pinned};
use palisade_record::ManualClock;

const DAY: Duration = Duration::from_secs(86_400);

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap()
}

fn at_noon() -> (MemoryStorage, ManualClock) {
    let clock = ManualClock::at(noon());
    (MemoryStorage::with_clock(Arc::new(clock.clone())), clock)
}

#[test]
fn memory_keeps_the_contract() {
    contract::holds(&MemoryStorage::default());
}

#[test]
fn memory_keeps_the_contract_of_locks() {
    contract::locks(&at_noon().0, noon());
}

#[test]
fn a_lock_ends_at_its_time() {
    let (storage, clock) = at_noon();
    storage.put("a", b"1", &Terms::locked(LockMode::Compliance, noon().plus(DAY))).unwrap();
    clock.advance(DAY - Duration::from_nanos(1));
    assert!(is_locked(&storage.remove("a").unwrap_err()));
    clock.advance(Duration::from_nanos(1));
    storage.remove("a").unwrap();
    assert!(storage.list("").unwrap().is_empty());
}

#[test]
fn what_lies_over_evidence_is_told_and_changes_nothing_below() {
    let (storage, _) = at_noon();
    let stored =
        storage.put("a", b"evidence", &Terms::locked(LockMode::Governance, noon().plus(DAY))).unwrap();
    let exactly = pinned("a", stored.version.as_deref());
    assert_eq!(storage.describe(&exactly).unwrap().cover, Cover::Nothing);

    let over = storage.overwrite("a", b"forgery!");
    assert_eq!(storage.get("a", 0..8).unwrap(), b"forgery!");
    assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    assert_eq!(storage.describe(&exactly).unwrap().cover, Cover::Version(over.version));

    storage.mark_deleted("a");
    assert_eq!(storage.get("a", 0..8).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert!(storage.list("").unwrap().is_empty());
    assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    assert_eq!(storage.describe(&exactly).unwrap().cover, Cover::DeleteMarker);
    assert!(is_locked(&storage.remove("a").unwrap_err()));
}

#[test]
fn an_archived_object_is_read_after_its_restore_and_until_the_copy_goes() {
    let (storage, clock) = at_noon();
    storage.put("a", b"cold", &Terms { class: StorageClass::Glacier, ..Terms::default() }).unwrap();
    assert!(is_archived(&storage.get("a", 0..4).unwrap_err()));
    assert!(is_archived(&storage.end("a", 4).unwrap_err()));
    assert_eq!(storage.describe("a").unwrap().restore, RestoreState::Archived);
    assert_eq!(storage.length("a").unwrap(), 4);

    storage.restore("a", 2, RestoreSpeed::Expedited).unwrap();
    storage.restore("a", 2, RestoreSpeed::Expedited).unwrap();
    assert!(storage.get("a", 0..4).unwrap_err().to_string().contains("under way"));
    assert_eq!((storage.finish_restores(), storage.finish_restores()), (1, 0));

    assert_eq!(storage.get("a", 0..4).unwrap(), b"cold");
    clock.advance(2 * DAY);
    assert!(is_archived(&storage.get("a", 0..4).unwrap_err()));
}

#[test]
fn a_restore_that_no_store_can_do_is_refused() {
    let (storage, _) = at_noon();
    storage.put("a", b"cold", &Terms::default()).unwrap();
    storage.restore("a", 1, RestoreSpeed::Bulk).unwrap();
    storage.transition("a", StorageClass::DeepArchive);
    for (days, speed) in [(0, RestoreSpeed::Bulk), (1, RestoreSpeed::Expedited)] {
        assert_eq!(storage.restore("a", days, speed).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn an_intruder_with_the_disks_is_seen_by_the_hash() {
    let (storage, _) = at_noon();
    let stored = storage.put("a", b"evidence", &Terms::default()).unwrap();
    storage.tamper("a", |bytes| bytes[0] ^= 1);
    assert_ne!(storage.describe("a").unwrap().sha256, Some(stored.sha256));
    storage.lose("a");
    assert_eq!(storage.length("a").unwrap_err().kind(), io::ErrorKind::NotFound);
}

use std::time::Duration;

use super::*;
use crate::{LockMode, StorageClass, contract, is_locked};
use palisade_disk::{Disk, Fault, RealDisk, SimulatedDisk};
use palisade_record::ManualClock;

fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap()
}

fn on(disk: &SimulatedDisk) -> LocalStorage {
    let storage = LocalStorage::open(Arc::new(disk.clone()), Path::new("/objects")).unwrap();
    storage.with_clock(Arc::new(ManualClock::at(noon())))
}

fn locked() -> Terms {
    Terms::locked(LockMode::Governance, noon().plus(Duration::from_secs(3_600)))
}

#[test]
fn a_directory_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    contract::holds(&LocalStorage::open(Arc::new(RealDisk), directory.path()).unwrap());
}

#[test]
fn a_directory_keeps_the_contract_of_locks() {
    let directory = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(Arc::new(RealDisk), directory.path()).unwrap();
    contract::locks(&storage.with_clock(Arc::new(ManualClock::at(noon()))), noon());
}

#[test]
fn an_object_that_was_written_survives_a_power_cut() {
    let disk = SimulatedDisk::new();
    let storage = on(&disk);

    storage.put("splits/a.data", b"evidence", &Terms::default()).unwrap();
    storage.put("splits/b.data", b"evidence", &locked()).unwrap();
    disk.power_off();
    disk.power_on();

    assert_eq!(storage.get("splits/a.data", 0..8).unwrap(), b"evidence");
    assert_eq!(storage.describe("splits/b.data").unwrap().lock, locked().lock);
}

#[test]
fn an_object_is_never_there_without_its_lock() {
    for operation in 1.. {
        let disk = SimulatedDisk::new();
        let storage = on(&disk);
        disk.fail_at(operation + disk.operations(), Fault::PowerCut);
        let put = storage.put("splits/a.data", b"evidence", &locked());
        disk.power_on();
        if storage.length("splits/a.data").is_ok() {
            assert_eq!(storage.describe("splits/a.data").unwrap().lock, locked().lock);
            assert!(is_locked(&storage.remove("splits/a.data").unwrap_err()));
        }
        storage.put("splits/a.data", b"evidence", &locked()).unwrap();
        if put.is_ok() {
            assert!(operation > 5, "the put was cut at every operation before");
            return;
        }
    }
}

#[test]
fn an_object_without_a_lock_costs_no_sidecar() {
    let disk = SimulatedDisk::new();
    let storage = on(&disk);
    storage.put("splits/a.data", b"1", &Terms::default()).unwrap();
    let before = disk.operations();

    storage.put("splits/b.data", b"2", &Terms::default()).unwrap();

    assert_eq!(disk.operations() - before, 5, "create, write, sync, rename, sync of the directory");
    assert_eq!(disk.list(Path::new("/objects/splits")).unwrap().len(), 2);
}

#[test]
fn a_lock_ends_at_its_time_and_its_sidecar_goes_with_the_object() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(noon());
    let storage = LocalStorage::open(Arc::new(RealDisk), directory.path()).unwrap();
    let storage = storage.with_clock(Arc::new(clock.clone()));
    storage.put("a", b"evidence", &locked()).unwrap();

    clock.advance(Duration::from_secs(3_599));
    let refused = storage.remove("a").unwrap_err();
    assert!(is_locked(&refused) && refused.to_string().contains("2026-09-21T13:00:00"), "{refused}");
    clock.advance(Duration::from_secs(1));
    storage.remove("a").unwrap();

    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_pointer_does_not_take_the_place_of_a_locked_object() {
    let storage = on(&SimulatedDisk::new());
    storage.put("a", b"evidence", &locked()).unwrap();
    assert!(is_locked(&storage.put("a", b"other", &Terms::pointer()).unwrap_err()));
    assert_eq!(storage.get("a", 0..8).unwrap(), b"evidence");
}

#[test]
fn nothing_is_removed_when_its_sidecar_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(Arc::new(RealDisk), directory.path()).unwrap();
    storage.put("a", b"evidence", &Terms::default()).unwrap();
    for sidecar in ["", "{", "[]", "{}", "{\"lock\":7}", "{\"until\":\"2026-01-01T00:00:00Z\"}"] {
        std::fs::write(directory.path().join("a@lock"), sidecar).unwrap();
        assert_eq!(storage.remove("a").unwrap_err().kind(), io::ErrorKind::InvalidData, "{sidecar}");
    }
    assert_eq!(storage.list("").unwrap(), ["a"]);
}

#[test]
fn a_class_is_remembered_and_everything_stays_readable() {
    let storage = on(&SimulatedDisk::new());
    let terms = Terms { class: StorageClass::Glacier, ..Terms::default() };
    storage.put("a", b"cold", &terms).unwrap();

    let description = storage.describe("a").unwrap();
    assert_eq!((description.class, description.restore), (StorageClass::Glacier, RestoreState::Online));
    storage.restore("a", 1, RestoreSpeed::Bulk).unwrap();
    assert_eq!(storage.get("a", 0..4).unwrap(), b"cold");
}

//! What is locked stays, whatever is tried with it.

use std::io::ErrorKind;

use palisade_rig::{Identity, SeaweedFs};
use palisade_storage::{
    Cover, Lock, LockMode, ObjectStorage, S3Storage, Terms, is_locked, pinned, split_pin,
};

use crate::{as_admin, bucket, in_hours};

#[test]
fn no_deletion_shortening_or_overwriting_of_a_locked_version_succeeds() {
    let (storage, name) = bucket(true);
    for (mode, object) in [(LockMode::Governance, "governance"), (LockMode::Compliance, "compliance")] {
        let lock = Lock { mode, until: in_hours(24) };
        let stored = storage.put(object, b"evidence", &Terms::locked(mode, lock.until)).unwrap();
        let exactly = pinned(object, stored.version.as_deref());
        for storage in [&storage, &as_admin(&name)] {
            assert!(is_locked(&storage.remove(object).unwrap_err()));
            assert!(is_locked(&storage.remove(&exactly).unwrap_err()));
            storage.extend(&exactly, in_hours(1)).unwrap();
            let other = storage.put(object, b"forgery!", &Terms::default()).unwrap_err();
            assert_eq!(other.kind(), ErrorKind::AlreadyExists);
            assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
            let kept = storage.describe(&exactly).unwrap();
            assert!(kept.lock.is_some_and(|kept| kept.covers(&lock)), "{kept:?}");
            assert_eq!(kept.cover, Cover::Nothing);
        }
    }
}

#[test]
fn a_pinned_version_is_read_after_another_was_put_over_it() {
    let (storage, _) = bucket(true);
    let terms = Terms::locked(LockMode::Governance, in_hours(24));
    let stored = storage.put("a", b"evidence", &terms).unwrap();
    let exactly = pinned("a", stored.version.as_deref());

    let over = storage.put("a", b"forgery!", &Terms::pointer()).unwrap();

    assert_eq!(storage.get("a", 0..8).unwrap(), b"forgery!");
    assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    assert_eq!(storage.end(&exactly, 4).unwrap(), (b"ence".to_vec(), 8));
    assert_eq!(storage.describe(&exactly).unwrap().cover, Cover::Version(over.version));
    assert!(is_locked(&storage.remove("a").unwrap_err()), "the name still has a locked version");
    assert_eq!(storage.get("a", 0..8).unwrap(), b"forgery!", "and then none is removed");
}

#[test]
fn a_delete_marker_is_told_and_the_version_below_is_read() {
    let (storage, _) = bucket(true);
    let terms = Terms::locked(LockMode::Governance, in_hours(24));
    let stored = storage.put("a", b"evidence", &terms).unwrap();
    let exactly = pinned("a", stored.version.as_deref());

    storage.mark_deleted("a").unwrap();

    assert_eq!(storage.get("a", 0..8).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(storage.list("").unwrap().is_empty());
    assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    assert_eq!(storage.describe(&exactly).unwrap().cover, Cover::DeleteMarker);
    assert!(is_locked(&storage.remove("a").unwrap_err()));
}

#[test]
fn evidence_survives_a_kill_of_the_server() {
    let server = SeaweedFs::start().unwrap();
    server.create_bucket("evidence", true).unwrap();
    let storage = S3Storage::open(&server.address_of("evidence", Identity::Writer)).unwrap();
    let terms = Terms::locked(LockMode::Compliance, in_hours(24));
    let stored = storage.put("a", b"evidence", &terms).unwrap();
    let exactly = pinned("a", stored.version.as_deref());
    storage.hold(&exactly, true).unwrap();

    server.kill();
    let down = storage.get(&exactly, 0..8).unwrap_err();
    assert!(down.to_string().contains("endpoint"), "{down}");
    server.restart().unwrap();

    assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    let kept = storage.describe(&exactly).unwrap();
    assert!(kept.held && kept.lock.is_some_and(|lock| lock.mode == LockMode::Compliance), "{kept:?}");
    assert_eq!(storage.put("a", b"evidence", &terms).unwrap(), stored);
    storage.hold(&exactly, false).unwrap();
    assert!(is_locked(&storage.remove(&exactly).unwrap_err()));
    assert_eq!(split_pin(&exactly).0, "a");
}

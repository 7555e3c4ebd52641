//! Objects of several parts.

use std::io::ErrorKind;

use palisade_rig::{Identity, SeaweedFs};
use palisade_storage::{LockMode, ObjectStorage, S3Storage, Terms, is_locked, pinned};

use crate::{bucket, in_hours, new_bucket};

/// Two parts and a bit, every byte in its place.
fn large() -> Vec<u8> {
    (0..(33_u32 << 20) + 5).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()
}

#[test]
fn a_large_object_comes_back_and_keeps_its_lock() {
    let (storage, _) = bucket(true);
    let bytes = large();
    let terms = Terms::locked(LockMode::Governance, in_hours(24));

    let stored = storage.put("a", &bytes, &terms).unwrap();
    let exactly = pinned("a", stored.version.as_deref());

    assert!(storage.get(&exactly, 0..bytes.len() as u64).unwrap() == bytes);
    let kept = storage.describe(&exactly).unwrap();
    assert_eq!(kept.length, bytes.len() as u64);
    assert!(kept.lock.is_some_and(|lock| lock.until >= in_hours(23)), "{kept:?}");
    assert!(is_locked(&storage.remove(&exactly).unwrap_err()));
    assert_eq!(storage.requests().puts, 5, "begin, three parts, complete");
}

#[test]
fn a_large_object_is_written_once() {
    let (storage, _) = bucket(true);
    let mut bytes = large();
    let stored = storage.put("a", &bytes, &Terms::default()).unwrap();
    let puts = storage.requests().puts;

    assert_eq!(storage.put("a", &bytes, &Terms::default()).unwrap(), stored);
    assert_eq!(storage.requests().puts, puts, "nothing is sent again");
    *bytes.last_mut().unwrap() ^= 1;
    let refused = storage.put("a", &bytes, &Terms::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    storage.remove("a").unwrap();
    assert!(storage.list("").unwrap().is_empty());
}

#[test]
fn large_objects_are_put_with_every_checksum_and_replaced() {
    let name = new_bucket(false);
    let address = SeaweedFs::shared().address_of(&name, Identity::Writer);
    let mut bytes = large();
    for checksum in ["crc32c", "md5"] {
        let storage = S3Storage::open(&format!("{address}&checksum={checksum}")).unwrap();
        bytes[0] ^= 1;
        storage.put("a", &bytes, &Terms::pointer()).unwrap();
        assert!(storage.get("a", 0..bytes.len() as u64).unwrap() == bytes);
    }
}

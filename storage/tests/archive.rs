//! Archive classes, which no server at hand has: a fake that knows just enough of S3 tells what Amazon's does.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its line is the report")]

mod fake;

mod archive {
    pub(crate) mod fake;
}

use crate::archive::fake::{Fake, Seen};
use palisade_record::Timestamp;
use palisade_storage::{ObjectStorage, RestoreSpeed, RestoreState, S3Storage, StorageClass, is_archived};

fn storage(fake: &Fake) -> (S3Storage, tempfile::TempDir) {
    fake::storage(&fake.endpoint())
}

#[test]
fn an_archived_object_is_restored_and_read() {
    let fake = Fake::start("GLACIER");
    let (storage, _keys) = storage(&fake);

    let description = storage.describe("a").unwrap();
    assert_eq!((description.class, description.restore), (StorageClass::Glacier, RestoreState::Archived));
    let refused = storage.get("a", 0..4).unwrap_err();
    assert!(is_archived(&refused) && refused.to_string().contains("restore it"), "{refused}");
    assert!(is_archived(&storage.end("a", 4).unwrap_err()));

    storage.restore("a", 3, RestoreSpeed::Bulk).unwrap();
    assert_eq!(storage.describe("a").unwrap().restore, RestoreState::Underway);
    let refused = storage.get("a", 0..4).unwrap_err();
    assert!(is_archived(&refused) && refused.to_string().contains("under way"), "{refused}");
    storage.restore("a", 3, RestoreSpeed::Bulk).unwrap();

    fake.finish();
    let until = Timestamp::parse_rfc3339("2012-12-21T00:00:00Z");
    assert_eq!(storage.describe("a").unwrap().restore, RestoreState::Restored { until });
    assert_eq!(storage.get("a", 0..4).unwrap(), b"cold");
    assert_eq!(storage.end("a", 2).unwrap(), (b"ld".to_vec(), 4));
    storage.restore("a", 3, RestoreSpeed::Bulk).unwrap();

    let Seen { restores, bodies } = fake.seen();
    assert_eq!(restores, 1, "an object is asked for once");
    assert!(bodies[0].contains("<Days>3</Days>") && bodies[0].contains("<Tier>Bulk</Tier>"), "{bodies:?}");
    assert_eq!(storage.requests().restores, 1);
}

#[test]
fn a_restore_that_another_asked_for_in_between_is_fine() {
    let fake = Fake::start("DEEP_ARCHIVE");
    let (storage, _keys) = storage(&fake);
    fake.let_another_be_first();
    storage.restore("a", 1, RestoreSpeed::Standard).unwrap();
    assert_eq!(storage.describe("a").unwrap().restore, RestoreState::Underway);
}

#[test]
fn no_request_is_made_for_a_restore_that_no_store_can_do() {
    let fake = Fake::start("DEEP_ARCHIVE");
    let (storage, _keys) = storage(&fake);
    for (days, speed) in
        [(0, RestoreSpeed::Bulk), (1, RestoreSpeed::Expedited), (u32::MAX, RestoreSpeed::Bulk)]
    {
        let refused = storage.restore("a", days, speed).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    }
    assert_eq!(fake.seen().restores, 0);
}

#[test]
fn what_is_online_is_not_restored() {
    let fake = Fake::start("GLACIER_IR");
    let (storage, _keys) = storage(&fake);
    storage.restore("a", 1, RestoreSpeed::Standard).unwrap();
    assert_eq!(storage.get("a", 1..3).unwrap(), b"ol");
    assert_eq!(fake.seen().restores, 0);
}

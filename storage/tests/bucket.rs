//! A bucket of a real S3 server: SeaweedFS.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its line is the report")]

mod bucket {
    pub(crate) mod doctor;
    pub(crate) mod evidence;
    pub(crate) mod large;
    pub(crate) mod objects;
}

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use palisade_record::{Clock, SystemClock, Timestamp};
use palisade_rig::{Identity, SeaweedFs};
use palisade_storage::S3Storage;

/// A new bucket and its storage, as the program would have it: with the rights of the writer.
fn bucket(lock: bool) -> (S3Storage, String) {
    let name = new_bucket(lock);
    let address = SeaweedFs::shared().address_of(&name, Identity::Writer);
    (S3Storage::open(&address).unwrap(), name)
}

fn new_bucket(lock: bool) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("bucket-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    SeaweedFs::shared().create_bucket(&name, lock).unwrap();
    name
}

/// The same bucket, as somebody with all rights sees it.
fn as_admin(bucket: &str) -> S3Storage {
    S3Storage::open(&SeaweedFs::shared().address_of(bucket, Identity::Admin)).unwrap()
}

fn in_hours(hours: u64) -> Timestamp {
    SystemClock.now().plus(Duration::from_secs(hours * 3_600))
}

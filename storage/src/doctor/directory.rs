//! A directory: its locks are honoured by the program, and by nobody else.

use std::io;
use std::path::Path;
use std::sync::Arc;

use palisade_disk::RealDisk;
use palisade_record::{ManualClock, Timestamp};

use super::bucket::{FOLDER, LOCK};
use super::certificate::Certificate;
use crate::{LocalStorage, LockMode, ObjectStorage, Terms, is_locked};

/// Tries what the program promises, and says what nobody can.
pub(super) fn examine(root: &Path, now: Timestamp) -> io::Result<Certificate> {
    let clock = ManualClock::at(now);
    let storage = LocalStorage::open(Arc::new(RealDisk), root)?.with_clock(Arc::new(clock.clone()));
    let mut certificate = Certificate::begin(root.display().to_string(), now, false);
    let name = format!("{FOLDER}/{}", now.as_nanos());
    let until = now.plus(LOCK);
    let put = storage.put(&name, b"locked", &Terms::locked(LockMode::Governance, until));
    let put = put.map(|_| "written".to_owned()).map_err(|error| error.to_string());
    if certificate.must("an object is put with a lock", "written", put) {
        let refused = match storage.remove(&name) {
            Err(error) if is_locked(&error) => Ok("refused".to_owned()),
            Err(error) => Err(error.to_string()),
            Ok(()) => Err("removed".to_owned()),
        };
        certificate.must("this program does not remove it", "refused", refused);
        clock.set(until);
        storage.remove(&name)?;
    }
    certificate.must(
        "nobody else removes it either",
        "the store protects objects from its own users (WORM)",
        Err("whoever may write to the directory can remove anything: use a bucket with Object Lock"
            .to_owned()),
    );
    Ok(certificate)
}

#[test]
fn a_directory_is_not_fit_and_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = examine(directory.path(), Timestamp::default()).unwrap();
    assert!(!certificate.is_fit());
    assert_eq!(certificate.steps.iter().filter(|step| step.verdict == super::Verdict::Pass).count(), 2);
    assert!(certificate.to_string().contains("Object Lock"));
}

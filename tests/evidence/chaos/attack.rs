//! What somebody tries who has the keys of the program, or even those of the bucket's administrator.

use std::time::Duration;

use jiff::Timestamp;
use palisade_rig::s3::Version;
use palisade_rig::{Identity, S3};

use super::stage::{BUCKET, Stage};

/// Objects that are locked, by how their names begin and end.
const LOCKED: [(&str, &str); 3] = [("splits/", ".data"), ("log/", ""), ("publications/", "")];

/// The one object of the log that is written over.
const POINTER: &str = "log/checkpoint";

fn must_be_locked(key: &str) -> bool {
    let is_locked = LOCKED.iter().any(|(begin, end)| key.starts_with(begin) && key.ends_with(end));
    is_locked && key != POINTER
}

/// Tries to delete, to unlock and to overwrite every locked version; says how many there are. Nothing of it succeeds, and
/// what was put over a name takes nothing from under it.
pub(super) fn try_all(stage: &Stage) -> usize {
    let writer = S3::new(&stage.store, BUCKET, Identity::Writer);
    let admin = S3::new(&stage.store, BUCKET, Identity::Admin);
    let locked: Vec<Version> =
        admin.versions().unwrap().into_iter().filter(|version| must_be_locked(&version.key)).collect();
    let mut keys: Vec<&str> = locked.iter().map(|version| version.key.as_str()).collect();
    keys.dedup();
    assert_eq!(keys.len(), locked.len(), "nothing that is locked was ever put twice");
    let soon = Timestamp::now() + Duration::from_secs(60);
    for version in &locked {
        let until = writer.lock_of(version).unwrap();
        assert!(until.is_some(), "{version:?} has no lock");
        for (who, s3, bypass) in
            [("the writer", &writer, false), ("the writer", &writer, true), ("the admin", &admin, false)]
        {
            let deleted = s3.delete(version, bypass).unwrap();
            assert!(!deleted.is_success(), "{who} deletes {version:?} with bypass {bypass}: {deleted:?}");
            let shortened = s3.lock(version, soon).unwrap();
            assert!(!shortened.is_success(), "{who} shortens {version:?}: {}", shortened.text());
        }
        let before = writer.get(version).unwrap();
        let over = writer.put(&version.key, b"forgery").unwrap();
        assert!(over.is_success(), "a bucket with versions takes it, beside what is there: {}", over.text());
        assert_eq!(writer.get(version).unwrap().body, before.body, "{version:?}");
        assert_eq!(writer.lock_of(version).unwrap(), until, "{version:?}");
    }
    locked.len()
}

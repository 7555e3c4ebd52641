//! What every object storage must do. Public for the tests of other crates only.

use std::io::{self, ErrorKind};

use palisade_record::Timestamp;

use crate::{LockMode, ObjectStorage, Terms, is_locked, pinned};

/// Panics where an empty storage breaks the contract of objects without locks. Leaves objects below `splits/`.
#[expect(clippy::unwrap_used, reason = "a suite of assertions, called by tests alone")]
pub fn holds(storage: &dyn ObjectStorage) {
    let plain = Terms::default();
    let error = |result: io::Result<Vec<u8>>| result.unwrap_err().kind();
    assert_eq!(error(storage.get("splits/none.data", 0..1)), ErrorKind::NotFound);
    assert_eq!(error(storage.get("splits/none.data", 0..0)), ErrorKind::NotFound);
    assert_eq!(storage.end("splits/none.data", 9).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(storage.length("splits/none.data").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(storage.describe("splits/none.data").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(storage.list("splits/").unwrap().is_empty());

    let stored = storage.put("splits/b.data", b"0123456789", &plain).unwrap();
    storage.put("splits/a.data", b"other", &plain).unwrap();
    storage.put("splits/a.index", b"", &plain).unwrap();
    assert_eq!(storage.put("splits/b.data", b"0123456789", &plain).unwrap(), stored);
    for other in [b"0123456780".as_slice(), b"012345678", b""] {
        assert_eq!(storage.put("splits/b.data", other, &plain).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }

    assert_eq!(storage.get("splits/b.data", 2..5).unwrap(), b"234");
    assert_eq!(storage.get("splits/b.data", 0..10).unwrap(), b"0123456789");
    assert_eq!(storage.get("splits/b.data", 10..10).unwrap(), b"");
    assert_eq!(error(storage.get("splits/b.data", 8..11)), ErrorKind::UnexpectedEof);
    assert_eq!(error(storage.get("splits/b.data", 10..11)), ErrorKind::UnexpectedEof);
    assert_eq!(error(storage.get("splits/b.data", 11..11)), ErrorKind::UnexpectedEof);
    assert_eq!(storage.end("splits/b.data", 3).unwrap(), (b"789".to_vec(), 10));
    assert_eq!(storage.end("splits/b.data", 64).unwrap(), (b"0123456789".to_vec(), 10));
    assert_eq!(storage.end("splits/b.data", 0).unwrap(), (Vec::new(), 10));
    assert_eq!(storage.end("splits/a.index", 8).unwrap(), (Vec::new(), 0));
    assert_eq!(storage.length("splits/b.data").unwrap(), 10);

    let description = storage.describe("splits/b.data").unwrap();
    assert_eq!((description.length, description.lock, description.held), (10, None, false));
    assert_eq!(description.version, stored.version);
    assert!(description.sha256.is_none_or(|sha256| sha256 == stored.sha256));
    assert!(description.restore.is_readable());

    if stored.version.is_some() {
        let exactly = pinned("splits/b.data", stored.version.as_deref());
        assert_eq!(storage.get(&exactly, 2..5).unwrap(), b"234");
        assert_eq!(storage.end(&exactly, 3).unwrap(), (b"789".to_vec(), 10));
        assert_eq!(storage.length(&exactly).unwrap(), 10);
        assert_eq!(storage.describe(&exactly).unwrap(), description);
    }
    assert_eq!(error(storage.get("splits/b.data@none", 0..1)), ErrorKind::NotFound);
    storage.remove("splits/b.data@none").unwrap();
    assert_eq!(storage.length("splits/b.data").unwrap(), 10, "another version stays");

    names_are_listed(storage);
    pointers_are_replaced(storage);
    what_is_no_name_is_refused(storage);

    storage.remove("splits/a.data").unwrap();
    storage.remove("splits/a.data").unwrap();
    assert_eq!(error(storage.get("splits/a.data", 0..1)), ErrorKind::NotFound);
    assert_eq!(storage.list("splits/a").unwrap(), ["splits/a.index"]);
    storage.put("splits/a.data", b"after that, other bytes", &plain).unwrap();
    storage.remove("splits/a.data").unwrap();

    let requests = storage.requests();
    assert!(requests.puts >= 5 && requests.bytes_written >= 15, "{requests:?}");
    assert!(requests.gets >= 5 && requests.bytes_read >= 13, "{requests:?}");
    assert!(requests.failed >= 5, "{requests:?}");
}

#[expect(clippy::unwrap_used, reason = "a suite of assertions, called by tests alone")]
fn names_are_listed(storage: &dyn ObjectStorage) {
    storage.put("splits/deep/er/c", b"", &Terms::default()).unwrap();
    let all = ["splits/a.data", "splits/a.index", "splits/b.data", "splits/deep/er/c"];
    assert_eq!(storage.list("splits/").unwrap(), all);
    assert_eq!(storage.list("splits/a").unwrap(), all[..2]);
    assert_eq!(storage.list("splits/de").unwrap(), all[3..]);
    assert_eq!(storage.list("splits/deep/er/c").unwrap(), all[3..]);
    assert_eq!(storage.list("").unwrap(), all);
    assert!(storage.list("other/").unwrap().is_empty());
    storage.remove("splits/deep/er/c").unwrap();
}

#[expect(clippy::unwrap_used, reason = "a suite of assertions, called by tests alone")]
fn pointers_are_replaced(storage: &dyn ObjectStorage) {
    storage.put("splits/pointer", b"1", &Terms::pointer()).unwrap();
    storage.put("splits/pointer", b"22", &Terms::pointer()).unwrap();
    storage.put("splits/pointer", b"333", &Terms::pointer()).unwrap();
    assert_eq!(storage.get("splits/pointer", 0..3).unwrap(), b"333");
    storage.remove("splits/pointer").unwrap();
    let gone = storage.length("splits/pointer").unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound, "no older version comes to light");
}

#[expect(clippy::unwrap_used, reason = "a suite of assertions, called by tests alone")]
fn what_is_no_name_is_refused(storage: &dyn ObjectStorage) {
    for name in ["", "/a", "a//b", "../a", "A", "a b", "a@1", "a.tmp"] {
        let refused = storage.put(name, b"", &Terms::default()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{name}");
    }
    assert_eq!(storage.list("../").unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(storage.get("../a", 0..1).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(storage.remove("../a").unwrap_err().kind(), ErrorKind::InvalidInput);
    let locked_pointer = Terms { replace: true, ..Terms::locked(LockMode::Governance, Timestamp::MAX) };
    let refused = storage.put("splits/p", b"", &locked_pointer).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
}

/// Panics where a storage breaks the contract of locks. Between `now` and a day after it, its clock stands or runs.
/// Leaves locked and held objects below `evidence/`.
#[expect(clippy::unwrap_used, reason = "a suite of assertions, called by tests alone")]
pub fn locks(storage: &dyn ObjectStorage, now: Timestamp) {
    let hours = |count: u64| now.plus(std::time::Duration::from_secs(count * 3_600));
    let terms = Terms::locked(LockMode::Governance, hours(48));
    let name = "evidence/a.data";
    let stored = storage.put(name, b"evidence", &terms).unwrap();
    let exactly = pinned(name, stored.version.as_deref());

    let is_on = |until: Timestamp, held: bool| {
        let description = storage.describe(&exactly).unwrap();
        let lock = description.lock.unwrap();
        assert_eq!(lock.mode, LockMode::Governance);
        assert!(lock.until >= until && lock.until.since(until).as_secs() < 2, "{} for {until}", lock.until);
        assert_eq!(description.held, held);
    };
    is_on(hours(48), false);
    let is_refused = || {
        for name in [name, exactly.as_str()] {
            let refused = storage.remove(name).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::PermissionDenied, "{refused}");
            assert!(is_locked(&refused), "{refused}");
        }
        assert_eq!(storage.get(&exactly, 0..8).unwrap(), b"evidence");
    };
    is_refused();

    assert_eq!(storage.put(name, b"evidence", &terms).unwrap(), stored);
    assert_eq!(storage.put(name, b"another!", &terms).unwrap_err().kind(), ErrorKind::AlreadyExists);
    is_on(hours(48), false);

    storage.extend(&exactly, hours(24)).unwrap();
    is_on(hours(48), false);
    storage.extend(&exactly, hours(72)).unwrap();
    is_on(hours(72), false);
    storage.put(name, b"evidence", &Terms::locked(LockMode::Governance, hours(96))).unwrap();
    is_on(hours(96), false);

    storage.hold(&exactly, true).unwrap();
    is_on(hours(96), true);
    is_refused();
    storage.hold(&exactly, false).unwrap();
    is_on(hours(96), false);
    is_refused();

    storage.put("evidence/free", b"free", &Terms::default()).unwrap();
    assert_eq!(storage.extend("evidence/free", hours(1)).unwrap_err().kind(), ErrorKind::InvalidInput);
    storage.hold("evidence/free", true).unwrap();
    assert!(is_locked(&storage.remove("evidence/free").unwrap_err()));
    storage.hold("evidence/free", false).unwrap();
    storage.remove("evidence/free").unwrap();

    let past = Terms::locked(LockMode::Governance, now.minus(std::time::Duration::from_secs(3_600)));
    let refused = storage.put("evidence/past", b"", &past).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{refused}");
    assert_eq!(storage.list("evidence/").unwrap(), [name]);
    for missing in ["evidence/none", "evidence/none@1"] {
        assert_eq!(storage.extend(missing, hours(1)).unwrap_err().kind(), ErrorKind::NotFound, "{missing}");
        assert_eq!(storage.hold(missing, true).unwrap_err().kind(), ErrorKind::NotFound, "{missing}");
    }
}

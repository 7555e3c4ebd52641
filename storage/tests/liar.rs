//! Stores that do not keep what they accept, and answers that break: none of it may pass for a success.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with its line is the report")]

mod fake;

use std::io::ErrorKind;
use std::sync::atomic::{AtomicU32, Ordering};

use fake::{Request, error, ok, serve, storage};
use palisade_record::{Clock, SystemClock};
use palisade_storage::{LockMode, ObjectStorage, S3Storage, Terms};

/// A storage whose server accepts every put as version `v`, and tells this of what is there.
fn telling(head: &'static str) -> (S3Storage, tempfile::TempDir) {
    let address = serve(move |request: &Request| {
        if request.line.starts_with("put ") {
            return ok("content-length: 0\r\nx-amz-version-id: v\r\n");
        }
        ok(head)
    });
    storage(&format!("http://{address}"))
}

fn put_locked(storage: &S3Storage) -> std::io::Result<()> {
    let until = SystemClock.now().plus(std::time::Duration::from_secs(3_600));
    storage.put("a", b"evidence", &Terms::locked(LockMode::Compliance, until)).map(|_| ())
}

#[test]
fn a_lock_that_is_accepted_and_forgotten_is_an_error() {
    let kept = "content-length: 8\r\nx-amz-version-id: v\r\nx-amz-object-lock-mode: COMPLIANCE\r\n\
        x-amz-object-lock-retain-until-date: 2250-01-01T00:00:00Z\r\n";
    put_locked(&telling(kept).0).unwrap();

    for (told, problem) in [
        ("content-length: 8\r\nx-amz-version-id: v\r\n", "none is there"),
        ("content-length: 8\r\n", "version"),
        (
            "content-length: 7\r\nx-amz-version-id: v\r\nx-amz-object-lock-mode: COMPLIANCE\r\n\
             x-amz-object-lock-retain-until-date: 2250-01-01T00:00:00Z\r\n",
            "7 are there",
        ),
        (
            "content-length: 8\r\nx-amz-version-id: v\r\nx-amz-object-lock-mode: GOVERNANCE\r\n\
             x-amz-object-lock-retain-until-date: 2250-01-01T00:00:00Z\r\n",
            "(governance) is there",
        ),
        (
            "content-length: 8\r\nx-amz-version-id: v\r\nx-amz-object-lock-mode: COMPLIANCE\r\n\
             x-amz-object-lock-retain-until-date: 2001-01-01T00:00:00Z\r\n",
            "until 2001",
        ),
        (
            "content-length: 8\r\nx-amz-version-id: v\r\nx-amz-object-lock-mode: COMPLIANCE\r\n\
             x-amz-object-lock-retain-until-date: 2250-01-01T00:00:00Z\r\n\
             x-amz-checksum-sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n",
            "another checksum",
        ),
    ] {
        let (storage, _keys) = telling(told);
        let refused = put_locked(&storage).unwrap_err().to_string();
        assert!(refused.contains(problem), "{told}: {refused}");
    }
}

#[test]
fn a_checksum_that_comes_back_otherwise_is_an_error() {
    let address = serve(|_| {
        ok("content-length: 0\r\nx-amz-checksum-sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n")
    });
    let (storage, _keys) = storage(&format!("http://{address}"));
    storage.put("empty", b"", &Terms::default()).unwrap();
    let refused = storage.put("a", b"evidence", &Terms::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidData, "{refused}");
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let asked = AtomicU32::new(0);
    let address = serve(move |_| {
        let head = "HTTP/1.1 206 Partial Content\r\ncontent-length: 4\r\ncontent-range: bytes 0-3/4\r\n";
        match asked.fetch_add(1, Ordering::SeqCst) {
            0 => format!("{head}connection: close\r\n\r\nco").into_bytes(),
            _ => format!("{head}\r\ncold").into_bytes(),
        }
    });
    let (storage, _keys) = storage(&format!("http://{address}"));
    assert_eq!(storage.get("a", 0..4).unwrap(), b"cold");
    assert_eq!(storage.requests().gets, 2);
}

#[test]
fn other_bytes_than_those_that_were_asked_for_are_an_error() {
    for (range, problem) in [("bytes 1-4/9", "from 1 on"), ("nonsense", "not a range")] {
        let address = serve(move |_| {
            let head = "HTTP/1.1 206 Partial Content\r\ncontent-length: 4\r\n";
            format!("{head}content-range: {range}\r\n\r\ncold").into_bytes()
        });
        let (storage, _keys) = storage(&format!("http://{address}"));
        let refused = storage.get("a", 0..4).unwrap_err().to_string();
        assert!(refused.contains(problem), "{refused}");
    }
    let address = serve(|_| {
        ok("content-length: 4\r\nx-amz-version-id: w\r\ncontent-range: bytes 0-3/4\r\n")
            .into_iter()
            .chain(*b"cold")
            .collect()
    });
    let (storage, _keys) = storage(&format!("http://{address}"));
    assert_eq!(storage.get("a@w", 0..4).unwrap(), b"cold");
    assert_eq!(storage.get("a@v", 0..4).unwrap_err().kind(), ErrorKind::NotFound, "another version came");
}

#[test]
fn what_the_store_says_becomes_a_kind_and_advice() {
    for (status, code, kind, advice) in [
        ("403 Forbidden", "AccessDenied", ErrorKind::PermissionDenied, "give this identity the right"),
        ("403 Forbidden", "RequestTimeTooSkewed", ErrorKind::PermissionDenied, "clock"),
        ("404 Not Found", "NoSuchBucket", ErrorKind::NotFound, "make the bucket"),
        ("400 Bad Request", "BadDigest", ErrorKind::InvalidData, "changed on their way"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", ErrorKind::InvalidInput, "region"),
        ("501 Not Implemented", "NotImplemented", ErrorKind::Unsupported, "doctor"),
    ] {
        let address = serve(move |_| error(status, code));
        let (storage, _keys) = storage(&format!("http://{address}"));
        let refused = storage.put("a", b"", &Terms::default()).unwrap_err();
        assert_eq!(refused.kind(), kind, "{refused}");
        for part in [code, advice, "s3://bucket/a", "put"] {
            assert!(refused.to_string().contains(part), "{refused}");
        }
    }
}

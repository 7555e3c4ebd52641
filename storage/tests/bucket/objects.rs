//! What every storage must do, in a bucket.

use std::io::ErrorKind;

use palisade_record::{Clock, SystemClock};
use palisade_rig::{CountingProxy, Identity, SeaweedFs};
use palisade_storage::{ObjectStorage, S3Storage, Terms, contract, is_locked};

use crate::{bucket, new_bucket};

#[test]
fn a_bucket_without_versions_keeps_the_contract() {
    contract::holds(&bucket(false).0);
}

#[test]
fn a_bucket_with_locks_keeps_the_contract() {
    contract::holds(&bucket(true).0);
}

#[test]
fn a_bucket_with_locks_keeps_the_contract_of_locks() {
    contract::locks(&bucket(true).0, SystemClock.now());
}

#[test]
fn a_prefix_is_a_storage_of_its_own() {
    let name = new_bucket(false);
    let address = SeaweedFs::shared().address_of(&name, Identity::Writer);
    let open = |prefix: &str| S3Storage::open(&address.replace(&name, &format!("{name}/{prefix}"))).unwrap();
    let (one, two) = (open("one"), open("one-more/"));

    contract::holds(&one);
    assert!(two.list("").unwrap().is_empty());
    two.put("a", b"2", &Terms::default()).unwrap();

    assert!(one.length("a").is_err());
    assert_eq!(two.list("").unwrap(), ["a"]);
    assert!(two.locate("a").ends_with("one-more/a"));
}

#[test]
fn names_come_from_all_pages() {
    let (storage, _) = bucket(false);
    let mut names: Vec<String> = (0..1_005).map(|number| format!("many/{number:04}")).collect();
    std::thread::scope(|scope| {
        for part in names.chunks(252) {
            let storage = &storage;
            scope.spawn(move || {
                for name in part {
                    storage.put(name, b"", &Terms::default()).unwrap();
                }
            });
        }
    });
    names.sort_unstable();

    assert_eq!(storage.list("many/").unwrap(), names);
    assert!(storage.requests().lists >= 2, "{:?}", storage.requests());
}

#[test]
fn all_three_checksums_are_taken() {
    let name = new_bucket(false);
    let address = SeaweedFs::shared().address_of(&name, Identity::Writer);
    for checksum in ["sha256", "crc32c", "md5"] {
        let storage = S3Storage::open(&format!("{address}&checksum={checksum}")).unwrap();
        storage.put(checksum, b"bytes", &Terms::default()).unwrap();
        storage.put(checksum, b"bytes", &Terms::default()).unwrap();
        assert_eq!(storage.get(checksum, 0..5).unwrap(), b"bytes");
    }
}

#[test]
fn the_end_and_the_length_of_an_object_are_one_request() {
    let server = SeaweedFs::shared();
    let proxy = CountingProxy::start(server.address()).unwrap();
    let name = new_bucket(false);
    let address = server.address_of(&name, Identity::Writer);
    let storage = S3Storage::open(&address.replace(&server.endpoint(), &proxy.endpoint())).unwrap();
    storage.put("a", &[7; 100_000], &Terms::default()).unwrap();
    assert_eq!(proxy.take().requests, 1, "writing is one request");

    assert_eq!(storage.end("a", 64).unwrap(), (vec![7; 64], 100_000));
    let traffic = proxy.take();
    assert_eq!(traffic.requests, 1);
    assert!(traffic.bytes_received < 4_096, "{traffic:?}");
    storage.get("a", 50..60).unwrap();
    assert_eq!(proxy.take().requests, 1);
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let (storage, name) = bucket(false);
    let server = SeaweedFs::shared();
    let missing = storage.get("none", 0..1).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.to_string().contains(&format!("s3://{name}/none")), "{missing}");

    let elsewhere = server.address_of("no-such-bucket", Identity::Admin);
    let error = S3Storage::open(&elsewhere).unwrap().list("").unwrap_err();
    assert!(error.to_string().contains("make the bucket"), "{error}");

    let (access, secret) = server.key_files(Identity::Admin);
    std::fs::write(secret.with_extension("wrong"), "wrong").unwrap();
    let wrong = format!(
        "s3://{name}?endpoint={}&access_key_file={}&secret_key_file={}",
        server.endpoint(),
        access.display(),
        secret.with_extension("wrong").display()
    );
    let error = S3Storage::open(&wrong).unwrap().put("a", b"", &Terms::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("credentials") && !is_locked(&error), "{error}");
}

#[test]
fn a_lock_in_a_bucket_without_locks_is_an_error() {
    let (storage, _) = bucket(false);
    let terms = Terms::locked(palisade_storage::LockMode::Governance, crate::in_hours(1));
    let error = storage.put("a", b"evidence", &terms).unwrap_err();
    assert!(!is_locked(&error), "{error}");
}

//! A keyring opens with its root key only, and says what is wrong.

use super::*;
use crate::error::Error;
use crate::store::{Purpose, SqliteKeyStore};

#[test]
fn a_wrong_root_key_says_so() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let other = root_in(folder.path());
    let (store, clock) = (Arc::clone(&fixture.store), Arc::new(fixture.clock.clone()));
    let error =
        Keyring::open(store, Arc::clone(&other), "default", clock, Settings::default()).err().unwrap();
    let told = error.to_string();
    assert!(told.contains(&fixture.root.id()) && told.contains(&other.id()), "{told}");
}

#[test]
fn only_wrapped_keys_are_in_the_store() {
    let fixture = Fixture::new();
    seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let lengths = |purpose| fixture.store.keys("default", purpose).unwrap()[0].wrapped.len();
    // A version, a nonce, a key and a tag.
    assert_eq!(fixture.store.tenant_keys("default").unwrap()[0].wrapped.len(), 1 + 12 + 32 + 16);
    assert_eq!(lengths(Purpose::Lookup), 1 + 12 + 32 + 16);
    assert_eq!(lengths(Purpose::Epoch), 1 + 12 + 32 + 16);
    let subject = fixture.store.subjects_after("default", None, 1).unwrap().remove(0);
    assert_eq!(subject.wrapped.len(), 1 + 12 + 32 + 16 + 16);
}

#[test]
fn rows_that_were_exchanged_do_not_open() {
    let fixture = Fixture::new();
    let one = seal(&fixture.keyring, "audit", &patient("P-1", b"x"));
    seal(&fixture.keyring, "audit", &patient("P-2", b"x"));
    let mut rows = fixture.store.subjects_after("default", None, 2).unwrap();
    let wrapped = rows[0].wrapped.clone();
    rows[0].wrapped = std::mem::replace(&mut rows[1].wrapped, wrapped);
    fixture.store.rewrap("default", &rows, &[]).unwrap();
    let reopened = fixture.reopened();
    assert!(matches!(reopened.check(), Err(Error::Damaged { .. })));
    assert!(reopened.unseal("audit", &RECORD, [], &one).is_err());
}

#[test]
fn the_status_tells_how_the_keys_stand() {
    let fixture = Fixture::new();
    seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let status = fixture.keyring.status().unwrap();
    assert_eq!((status.tenant.as_str(), status.versions, status.counts.subjects), ("default", vec![1], 1));
    assert_eq!(status.epochs[0].to_string(), "2026-Q4");
    assert_eq!(status.root, fixture.root.id());
    assert_eq!(status.counts.oldest_subject, Some(fixture.clock.now()));
    assert!(status.session.is_some());
    assert_eq!(fixture.reopened().status().unwrap().session, None, "it has sealed nothing");
}

#[test]
fn names_that_cannot_be_bound_to_are_refused() {
    let fixture = Fixture::new();
    assert!(matches!(fixture.keyring.begin(""), Err(Error::Name { .. })));
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    let long = "n".repeat(513);
    for name in ["", &long] {
        let protected = Protected { name, ..patient("P-17", b"x") };
        assert!(matches!(sealing.seal(&protected, &mut Vec::new()), Err(Error::Name { .. })));
    }
    let nobody = Protected { subject: Some(("", "P-17")), ..patient("P-17", b"x") };
    assert!(matches!(sealing.seal(&nobody, &mut Vec::new()), Err(Error::Name { .. })));
}

#[test]
fn a_stream_has_a_bounded_number_of_protection_names() {
    let fixture = Fixture::new();
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    for number in 0..crate::keyring::STREAM_NAMES_MAX {
        let name = format!("field_{number}");
        sealing.seal(&Protected { name: &name, ..patient("P-17", b"x") }, &mut Vec::new()).unwrap();
    }
    let result = sealing.seal(&Protected { name: "more", ..patient("P-17", b"x") }, &mut Vec::new());
    assert!(matches!(result, Err(Error::Name { .. })));
}

#[test]
fn a_store_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.db");
    drop(SqliteKeyStore::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(SqliteKeyStore::open(&path).err().unwrap().to_string().contains("chmod 600"));
}

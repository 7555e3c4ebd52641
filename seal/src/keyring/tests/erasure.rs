//! Who was erased is gone: unreadable, not to be found, in no file.

use super::*;
use crate::error::{Error, UnsealError};
use crate::keyring::{ErasureRequest, check_backup};
use crate::store::SqliteKeyStore;

fn request<'a>(name: &'a str, value: &'a str) -> ErasureRequest<'a> {
    ErasureRequest { name, value, linked: false, reason: "article 17", by: "officer" }
}

fn files_hold(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        memchr::memmem::find(&bytes, needle).is_some()
    })
}

#[test]
fn an_erased_subject_is_unreadable_and_unfindable_and_new_when_it_comes_again() {
    let fixture = Fixture::new();
    let keyring = &fixture.keyring;
    let before = seal(keyring, "audit", &patient("P-17", b"P-17"));
    let kept = seal(keyring, "audit", &patient("P-18", b"P-18"));
    assert!(keyring.unseal("audit", &RECORD, [], &before).is_ok());

    let erasure = keyring.erase(&request("patient_id", " p-17")).unwrap();
    assert_eq!(erasure.subjects, [crate::Envelope::parse(&before).unwrap().key]);
    assert_eq!(erasure.erased_at.to_string(), "2026-11-25T12:00:00.000Z");
    assert_eq!(erasure.complete_on.to_string(), "2026-12-25T12:00:00.000Z");

    for keyring in [keyring, &fixture.reopened()] {
        let result = keyring.unseal("audit", &RECORD, [], &before);
        assert!(matches!(result, Err(UnsealError::Erased)), "{result:?}");
        assert!(keyring.tokens("patient_id", "P-17").unwrap().is_empty());
        assert!(keyring.unseal("audit", &RECORD, [], &kept).is_ok());
        let record = keyring.unseal_record("audit", &RECORD, &before).unwrap();
        assert_eq!((record.erased, record.bytes.as_slice()), (1, before.as_slice()));
    }
    let after = seal(keyring, "audit", &patient("P-17", b"P-17"));
    assert_ne!(token_of(&after), token_of(&before));
    assert!(keyring.unseal("audit", &RECORD, [], &after).is_ok());
    assert_eq!(keyring.tokens("patient_id", "P-17").unwrap(), [token_of(&after)]);
    assert_eq!(keyring.erasures().unwrap()[0].reason, "article 17");
}

#[test]
fn a_request_that_began_before_an_erasure_seals_for_a_new_subject_after_it() {
    let fixture = Fixture::new();
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    sealing.seal(&patient("P-17", b"P-17"), &mut before).unwrap();
    fixture.keyring.erase(&request("patient_id", "P-17")).unwrap();
    sealing.seal(&patient("P-17", b"P-17"), &mut after).unwrap();
    sealing.finish().unwrap();

    assert!(matches!(fixture.keyring.unseal("audit", &RECORD, [], &before), Err(UnsealError::Erased)));
    assert!(fixture.keyring.unseal("audit", &RECORD, [], &after).is_ok());
}

#[test]
fn a_value_that_others_share_is_not_erased_by_accident() {
    let fixture = Fixture::new();
    let keyring = &fixture.keyring;
    let mail = |patient| Protected {
        record: &RECORD,
        name: "email",
        kind: Kind::Text,
        subject: Some(("patient_id", patient)),
        value: "info@clinic.org",
        plaintext: b"info@clinic.org",
    };
    let envelopes = [seal(keyring, "audit", &mail("P-1")), seal(keyring, "audit", &mail("P-2"))];
    let error = keyring.erase(&request("email", "info@clinic.org")).unwrap_err();
    assert!(matches!(error, Error::OnlyLinked { linked: 2, .. }), "{error}");
    assert!(keyring.unseal("audit", &RECORD, [], &envelopes[0]).is_ok());

    let linked = ErasureRequest { linked: true, ..request("email", "info@clinic.org") };
    assert_eq!(keyring.erase(&linked).unwrap().subjects.len(), 2);
    for envelope in &envelopes {
        assert!(matches!(keyring.unseal("audit", &RECORD, [], envelope), Err(UnsealError::Erased)));
    }
    assert!(keyring.tokens("email", "info@clinic.org").unwrap().is_empty());
}

#[test]
fn erasing_somebody_unknown_erases_nobody_and_needs_a_reason() {
    let fixture = Fixture::new();
    assert!(fixture.keyring.erase(&request("patient_id", "P-17")).unwrap().subjects.is_empty());
    for (reason, by) in [("", "officer"), ("article 17", " "), (&"x".repeat(1_025), "officer")] {
        let request = ErasureRequest { reason, by, ..request("patient_id", "P-17") };
        assert!(matches!(fixture.keyring.erase(&request), Err(Error::Reason)));
    }
}

#[test]
fn the_files_of_a_store_hold_no_value_and_after_an_erasure_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap());
    let fixture = Fixture::on(store);
    for number in 0..50 {
        let value = format!("PATIENT-{number:04}");
        seal(&fixture.keyring, "audit", &patient(&value, value.as_bytes()));
    }
    let erased = fixture.keyring.subjects_of("patient_id", "PATIENT-0017").unwrap()[0];
    let row = fixture.store.subject("default", erased).unwrap().unwrap();
    assert!(files_hold(folder.path(), &row.wrapped), "the test looks at the right bytes");

    fixture.keyring.erase(&request("patient_id", "PATIENT-0017")).unwrap();
    assert!(!files_hold(folder.path(), &row.wrapped));
    assert!(!files_hold(folder.path(), &row.lookup));
    assert!(!files_hold(folder.path(), b"PATIENT-"));
    assert!(!files_hold(folder.path(), b"patient-"));
    let kept = fixture.keyring.subjects_of("patient_id", "PATIENT-0018").unwrap()[0];
    let kept = fixture.store.subject("default", kept).unwrap().unwrap();
    assert!(files_hold(folder.path(), &kept.wrapped));
}

#[test]
fn a_backup_made_after_an_erasure_has_no_key_of_it_and_can_be_restored() {
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap());
    let fixture = Fixture::on(store);
    let erased = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let kept = seal(&fixture.keyring, "audit", &patient("P-18", b"P-18"));
    let id = crate::Envelope::parse(&erased).unwrap().key;
    let row = fixture.store.subject("default", id).unwrap().unwrap();
    fixture.keyring.erase(&request("patient_id", "P-17")).unwrap();
    let copy = copies.path().join("backup.db");
    fixture.keyring.backup(&copy).unwrap();

    assert!(!files_hold(copies.path(), &row.wrapped));
    let check = |root: &Arc<dyn RootKey>, tenant| {
        check_backup(&copy, Arc::clone(root), tenant, Arc::new(fixture.clock.clone()))
    };
    let found = check(&fixture.root, "default").unwrap();
    assert_eq!((found.subjects, found.epochs, found.erasures), (1, 1, 1));
    assert!(matches!(check(&fixture.root, "other"), Err(Error::NoTenant { .. })));
    let stranger: Arc<dyn RootKey> =
        Arc::new(FileRoot::open_or_create(&copies.path().join("root.key")).unwrap());
    assert!(matches!(check(&stranger, "default"), Err(Error::WrongRoot { .. })));

    let restored: Arc<dyn KeyStore> = Arc::new(SqliteKeyStore::open(&copy).unwrap());
    let restored = open(&restored, &fixture.root, "default", &fixture.clock);
    assert!(restored.unseal("audit", &RECORD, [], &kept).is_ok());
    assert!(matches!(restored.unseal("audit", &RECORD, [], &erased), Err(UnsealError::Erased)));
}

#[test]
fn an_erasure_is_done_again_after_an_older_backup_was_restored() {
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fixture = Fixture::on(Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()));
    let envelope = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let copy = copies.path().join("backup.db");
    fixture.keyring.backup(&copy).unwrap();
    let erasure = fixture.keyring.erase(&request("patient_id", "P-17")).unwrap();

    let restored: Arc<dyn KeyStore> = Arc::new(SqliteKeyStore::open(&copy).unwrap());
    let restored = open(&restored, &fixture.root, "default", &fixture.clock);
    assert!(restored.unseal("audit", &RECORD, [], &envelope).is_ok());
    restored.erase_subjects(&erasure.subjects, "restored", "operator").unwrap();
    assert!(matches!(restored.unseal("audit", &RECORD, [], &envelope), Err(UnsealError::Erased)));
}

//! What every key store must do, as one suite that all of them pass.
#![cfg(test)]

use palisade_record::Timestamp;

use super::{
    ErasureRow, KeyRow, KeyStore, Links, MemoryKeyStore, Purpose, SqliteKeyStore, StoreError, SubjectRow,
    TenantKeyRow, VALUE_LINKS_MAX, Writes,
};
use crate::id::{KeyId, SessionId};

const TENANT: &str = "default";

fn on_every_store(check: impl Fn(&dyn KeyStore)) {
    check(&MemoryKeyStore::new());
    let folder = tempfile::tempdir().unwrap();
    check(&SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap());
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds, 0).unwrap()
}

fn id(number: u16) -> KeyId {
    KeyId::from_bytes(u64::from(number).to_be_bytes())
}

fn subject(number: u16) -> SubjectRow {
    SubjectRow {
        id: id(number),
        lookup: u128::from(number).to_be_bytes(),
        version: 1,
        wrapped: format!("the wrapped key of subject {number:05}").into_bytes(),
        created_at: at(i64::from(number)),
    }
}

fn subjects(numbers: impl IntoIterator<Item = u16>) -> Writes {
    Writes { subjects: numbers.into_iter().map(subject).collect(), ..Writes::default() }
}

fn erasure(number: u16) -> ErasureRow {
    ErasureRow {
        subject: id(number),
        erased_at: at(1_000),
        complete_on: at(2_000),
        reason: "asked for it".into(),
        by: "officer".into(),
    }
}

#[test]
fn what_is_committed_is_there_for_its_tenant_only() {
    on_every_store(|store| {
        store.commit(TENANT, &subjects([1, 2])).unwrap();

        assert_eq!(store.subject_of(TENANT, &subject(2).lookup).unwrap(), Some(subject(2)));
        assert_eq!(store.subject(TENANT, id(1)).unwrap(), Some(subject(1)));
        assert_eq!(store.subject(TENANT, id(3)).unwrap(), None);
        assert_eq!(store.subject("other", id(1)).unwrap(), None);
        assert_eq!(store.subjects_after(TENANT, Some(id(1)), 10).unwrap(), [subject(2)]);
        assert_eq!(store.subjects_after(TENANT, None, 1).unwrap(), [subject(1)]);
    });
}

#[test]
fn a_commit_with_a_conflict_leaves_nothing() {
    on_every_store(|store| {
        store.commit(TENANT, &subjects([1])).unwrap();
        let same_value = SubjectRow { id: id(9), ..subject(1) };
        let same_id = SubjectRow { lookup: [9; 16], ..subject(1) };
        for row in [same_value, same_id] {
            let mut writes = subjects([2]);
            writes.subjects.push(row);
            assert!(matches!(store.commit(TENANT, &writes), Err(StoreError::Conflict { .. })));
            assert_eq!(store.subject(TENANT, id(2)).unwrap(), None);
        }
    });
}

#[test]
fn keys_are_kept_by_purpose_and_number_and_never_replaced_by_a_commit() {
    on_every_store(|store| {
        let key = |purpose, number| KeyRow { purpose, number, version: 1, wrapped: vec![7] };
        let keys = vec![key(Purpose::Epoch, 8_105), key(Purpose::Lookup, 0), key(Purpose::Epoch, 8_104)];
        store.commit(TENANT, &Writes { keys, ..Writes::default() }).unwrap();

        let numbers: Vec<u32> =
            store.keys(TENANT, Purpose::Epoch).unwrap().iter().map(|key| key.number).collect();
        assert_eq!(numbers, [8_104, 8_105]);
        assert_eq!(store.keys(TENANT, Purpose::Lookup).unwrap().len(), 1);
        let again = Writes { keys: vec![key(Purpose::Epoch, 8_104)], ..Writes::default() };
        assert!(matches!(store.commit(TENANT, &again), Err(StoreError::Conflict { .. })));
    });
}

#[test]
fn a_value_leads_to_its_subjects_until_there_are_too_many() {
    on_every_store(|store| {
        let count = u16::try_from(VALUE_LINKS_MAX).unwrap();
        let links = |numbers: std::ops::Range<u16>| Writes {
            links: numbers.map(|number| ([5; 16], id(number))).collect(),
            ..Writes::default()
        };
        store.commit(TENANT, &links(0..count)).unwrap();
        store.commit(TENANT, &links(0..10)).unwrap();

        let Links::All(ids) = store.links(TENANT, &[5; 16]).unwrap() else { panic!("there is room for all") };
        assert_eq!((ids.len(), ids[1]), (VALUE_LINKS_MAX, id(1)));
        assert!(store.link_is_known(TENANT, &[5; 16], id(1)).unwrap());
        assert!(!store.link_is_known(TENANT, &[5; 16], id(count)).unwrap());

        store.commit(TENANT, &links(count..count + 1)).unwrap();
        assert_eq!(store.links(TENANT, &[5; 16]).unwrap(), Links::TooMany);
        assert!(store.link_is_known(TENANT, &[5; 16], id(count)).unwrap(), "nothing would change");
        assert_eq!(store.links(TENANT, &[6; 16]).unwrap(), Links::All(Vec::new()));
    });
}

#[test]
fn a_session_is_registered_once_in_all_tenants() {
    on_every_store(|store| {
        let session = SessionId::from_bytes([1; 8]);
        assert!(store.add_session(TENANT, session, at(1)).unwrap());
        assert!(!store.add_session(TENANT, session, at(2)).unwrap());
        assert!(!store.add_session("other", session, at(2)).unwrap());
        assert_eq!(store.counts(TENANT).unwrap().sessions, 1);
    });
}

#[test]
fn names_belong_to_their_stream() {
    on_every_store(|store| {
        let names = [("audit", "b"), ("audit", "a"), ("app", "c"), ("audit", "b")];
        let names = names.map(|(stream, name)| (stream.to_owned(), name.to_owned())).to_vec();
        store.commit(TENANT, &Writes { names, ..Writes::default() }).unwrap();
        assert_eq!(store.names(TENANT, "audit").unwrap(), ["a", "b"]);
        assert_eq!(store.names("other", "audit").unwrap(), Vec::<String>::new());
    });
}

#[test]
fn an_erased_subject_is_gone_with_its_links_and_its_id_is_never_used_again() {
    on_every_store(|store| {
        let links = vec![([5; 16], id(1)), ([5; 16], id(2)), ([6; 16], id(1))];
        store.commit(TENANT, &Writes { links, ..subjects([1, 2]) }).unwrap();
        store.erase(TENANT, &[erasure(1), erasure(7)]).unwrap();

        assert_eq!(store.subject(TENANT, id(1)).unwrap(), None);
        assert_eq!(store.subject_of(TENANT, &subject(1).lookup).unwrap(), None);
        assert_eq!(store.links(TENANT, &[5; 16]).unwrap(), Links::All(vec![id(2)]));
        assert_eq!(store.links(TENANT, &[6; 16]).unwrap(), Links::All(Vec::new()));
        assert_eq!(store.erasure(TENANT, id(1)).unwrap(), Some(erasure(1)));
        assert_eq!(store.erasure(TENANT, id(2)).unwrap(), None);
        assert_eq!(store.erasures(TENANT).unwrap(), [erasure(1), erasure(7)]);
        let later = ErasureRow { erased_at: at(5_000), ..erasure(1) };
        store.erase(TENANT, &[later]).unwrap();
        assert_eq!(store.erasure(TENANT, id(1)).unwrap(), Some(erasure(1)), "the first time counts");

        assert!(matches!(store.commit(TENANT, &subjects([1])), Err(StoreError::Conflict { .. })));
        let renewed = SubjectRow { id: id(3), ..subject(1) };
        store.commit(TENANT, &Writes { subjects: vec![renewed], ..Writes::default() }).unwrap();
    });
}

#[test]
fn rewrapping_never_brings_back_what_was_erased() {
    on_every_store(|store| {
        for version in [1, 2] {
            let row = TenantKeyRow { version, root: "r".into(), wrapped: vec![1], created_at: at(1) };
            store.add_tenant_key(TENANT, &row).unwrap();
            assert!(matches!(store.add_tenant_key(TENANT, &row), Err(StoreError::Conflict { .. })));
        }
        let keys = vec![KeyRow { purpose: Purpose::Lookup, number: 0, version: 1, wrapped: vec![1] }];
        store.commit(TENANT, &Writes { keys, ..subjects([1, 2]) }).unwrap();
        assert_eq!(store.counts(TENANT).unwrap().behind, 3);
        assert_eq!(store.retire_tenant_keys(TENANT, 2).unwrap(), 0, "it is needed");

        let (mut rows, mut keys) = store.wrapped_before(TENANT, 2, 10).unwrap();
        assert_eq!((rows.len(), keys.len()), (2, 1));
        assert_eq!(store.wrapped_before(TENANT, 2, 1).unwrap().0.len(), 1);
        store.erase(TENANT, &[erasure(1)]).unwrap();
        rows.iter_mut().for_each(|row| (row.version, row.wrapped) = (2, vec![2]));
        keys.iter_mut().for_each(|row| (row.version, row.wrapped) = (2, vec![2]));
        store.rewrap(TENANT, &rows, &keys).unwrap();

        assert_eq!(store.subject(TENANT, id(1)).unwrap(), None);
        assert_eq!(store.subject(TENANT, id(2)).unwrap().unwrap().wrapped, [2]);
        assert_eq!(store.keys(TENANT, Purpose::Lookup).unwrap()[0].version, 2);
        assert_eq!(store.counts(TENANT).unwrap().behind, 0);
        assert_eq!(store.retire_tenant_keys(TENANT, 2).unwrap(), 1);
        let left: Vec<u32> = store.tenant_keys(TENANT).unwrap().iter().map(|row| row.version).collect();
        assert_eq!(left, [2]);
    });
}

#[test]
fn versions_of_the_tenant_key_are_rewrapped_all_or_none() {
    on_every_store(|store| {
        let row = |version, root: &str| TenantKeyRow {
            version,
            root: root.into(),
            wrapped: vec![1],
            created_at: at(1),
        };
        store.add_tenant_key(TENANT, &row(1, "old")).unwrap();
        assert!(store.rewrap_tenant_keys(TENANT, &[row(1, "new"), row(2, "new")]).is_err());
        assert_eq!(store.tenant_keys(TENANT).unwrap(), [row(1, "old")]);
        store.rewrap_tenant_keys(TENANT, &[row(1, "new")]).unwrap();
        assert_eq!(store.tenant_keys(TENANT).unwrap(), [row(1, "new")]);
    });
}

#[test]
fn counts_tell_what_there_is() {
    on_every_store(|store| {
        let links = vec![([5; 16], id(3)), ([6; 16], id(4))];
        store.commit(TENANT, &Writes { links, ..subjects([3, 4]) }).unwrap();
        store.erase(TENANT, &[erasure(4)]).unwrap();
        let counts = store.counts(TENANT).unwrap();
        assert_eq!((counts.subjects, counts.links, counts.erasures), (1, 1, 1));
        assert_eq!(counts.oldest_subject, Some(at(3)));
    });
}

//! No ciphertext without its key.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use crate::error::Error;
use crate::store::{
    Counts, ErasureRow, KeyRow, Links, Lookup, Purpose, SqliteKeyStore, StoreError, StoreResult, SubjectRow,
    TenantKeyRow, Writes,
};
use crate::{KeyId, SessionId};

/// A store that fails when it is told to, and counts its commits.
struct Failing {
    inner: MemoryKeyStore,
    fails: AtomicBool,
    commits: AtomicU64,
}

impl Failing {
    fn new() -> Arc<Self> {
        Arc::new(Self { inner: MemoryKeyStore::new(), fails: false.into(), commits: 0.into() })
    }
}

macro_rules! forward {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> StoreResult<$result> { self.inner.$name($($argument),*) })*
    };
}

impl KeyStore for Failing {
    forward! {
        tenant_keys(tenant: &str) -> Vec<TenantKeyRow>;
        add_tenant_key(tenant: &str, row: &TenantKeyRow) -> ();
        rewrap_tenant_keys(tenant: &str, rows: &[TenantKeyRow]) -> ();
        retire_tenant_keys(tenant: &str, version: u32) -> u64;
        keys(tenant: &str, purpose: Purpose) -> Vec<KeyRow>;
        subject_of(tenant: &str, lookup: &Lookup) -> Option<SubjectRow>;
        subject(tenant: &str, id: KeyId) -> Option<SubjectRow>;
        links(tenant: &str, lookup: &Lookup) -> Links;
        link_is_known(tenant: &str, lookup: &Lookup, subject: KeyId) -> bool;
        names(tenant: &str, stream: &str) -> Vec<String>;
        add_session(tenant: &str, session: SessionId, started_at: Timestamp) -> bool;
        erase(tenant: &str, erasures: &[ErasureRow]) -> ();
        erasure(tenant: &str, subject: KeyId) -> Option<ErasureRow>;
        erasures(tenant: &str) -> Vec<ErasureRow>;
        wrapped_before(tenant: &str, version: u32, limit: usize) -> (Vec<SubjectRow>, Vec<KeyRow>);
        rewrap(tenant: &str, subjects: &[SubjectRow], keys: &[KeyRow]) -> ();
        subjects_after(tenant: &str, after: Option<KeyId>, limit: usize) -> Vec<SubjectRow>;
        counts(tenant: &str) -> Counts;
        backup(to: &Path) -> ();
    }

    fn commit(&self, tenant: &str, writes: &Writes) -> StoreResult<()> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Memory { what: "was told to fail" });
        }
        self.inner.commit(tenant, writes)
    }
}

#[test]
fn a_request_whose_keys_cannot_be_stored_fails_and_the_next_one_makes_new_ones() {
    let store = Failing::new();
    let fixture = Fixture::on(Arc::clone(&store) as Arc<dyn KeyStore>);
    let keyring = &fixture.keyring;
    let mut first = keyring.begin("audit").unwrap();
    let mut waiting = keyring.begin("audit").unwrap();
    let (mut lost, mut shared) = (Vec::new(), Vec::new());
    first.seal(&patient("P-17", b"P-17"), &mut lost).unwrap();
    waiting.seal(&patient("P-17", b"P-17"), &mut shared).unwrap();
    store.fails.store(true, Ordering::SeqCst);
    assert!(matches!(first.finish(), Err(Error::NotDurable { .. })));
    store.fails.store(false, Ordering::SeqCst);

    assert!(matches!(waiting.seal(&patient("P-99", b"P-99"), &mut shared), Err(Error::NotDurable { .. })));
    assert!(matches!(waiting.finish(), Err(Error::NotDurable { .. })), "it used the same key");
    let kept = seal(keyring, "audit", &patient("P-17", b"P-17"));
    let key = |envelope: &[u8]| crate::Envelope::parse(envelope).unwrap().key;
    assert_ne!(key(&kept), key(&lost));
    let reopened = fixture.reopened();
    assert!(reopened.unseal("audit", &RECORD, [], &kept).is_ok());
    assert!(reopened.unseal("audit", &RECORD, [], &lost).is_err());
    assert_eq!(reopened.tokens("patient_id", "P-17").unwrap(), [token_of(&kept)]);
}

#[test]
fn a_request_that_needs_nothing_new_is_not_hurt_by_a_failing_store() {
    let store = Failing::new();
    let fixture = Fixture::on(Arc::clone(&store) as Arc<dyn KeyStore>);
    seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let commits = store.commits.load(Ordering::SeqCst);
    store.fails.store(true, Ordering::SeqCst);
    let envelope = seal(&fixture.keyring, "audit", &patient("P-17", b"again"));
    assert_eq!(store.commits.load(Ordering::SeqCst), commits, "nothing was written");
    assert!(fixture.reopened().unseal("audit", &RECORD, [], &envelope).is_ok());
}

#[test]
fn what_a_finished_request_sealed_can_be_read_after_a_kill_whatever_else_was_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.db");
    let fixture = Fixture::on(Arc::new(SqliteKeyStore::open(&path).unwrap()));
    let mut given_up = fixture.keyring.begin("audit").unwrap();
    let mut lost = Vec::new();
    given_up.seal(&patient("P-1", b"P-1"), &mut lost).unwrap();
    let finished = seal(&fixture.keyring, "audit", &patient("P-2", b"P-2"));
    let mut killed = fixture.keyring.begin("audit").unwrap();
    killed.seal(&patient("P-3", b"P-3"), &mut lost).unwrap();
    drop((given_up, killed));

    // What another process sees is what is in the file, not what the first one has in memory.
    let store: Arc<dyn KeyStore> = Arc::new(SqliteKeyStore::open(&path).unwrap());
    let after = open(&store, &fixture.root, "default", &fixture.clock);
    assert!(after.unseal("audit", &RECORD, [], &finished).is_ok());
    assert!(after.subjects_of("patient_id", "P-3").unwrap().is_empty());
    after.check().unwrap();
}

#[test]
fn eight_threads_that_seal_for_a_new_subject_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::on(Arc::new(SqliteKeyStore::open(&folder.path().join("keys.db")).unwrap()));
    let (keyring, all) = (&fixture.keyring, std::sync::Mutex::new(Vec::new()));
    let start = std::sync::Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                for number in 0..20 {
                    let value = format!("P-{number}");
                    let envelope = seal(keyring, "audit", &patient(&value, value.as_bytes()));
                    all.lock().unwrap().push((value, envelope));
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    let keys: HashSet<_> =
        all.iter().map(|(value, text)| (value, crate::Envelope::parse(text).unwrap().key)).collect();
    assert_eq!((all.len(), keys.len()), (160, 20));
    assert_eq!(fixture.store.counts("default").unwrap().subjects, 20);
    let reopened = fixture.reopened();
    for (value, envelope) in &all {
        let unsealed = reopened.unseal("audit", &RECORD, [], envelope).unwrap();
        assert_eq!(unsealed.plaintext.as_slice(), value.as_bytes());
    }
}

#[test]
fn subjects_that_fell_out_of_the_cache_are_the_same_when_they_come_again() {
    let fixture = Fixture::new();
    let settings = Settings { cache: palisade_record::ByteSize::kib(64), ..Settings::default() };
    let (store, root) = (Arc::clone(&fixture.store), Arc::clone(&fixture.root));
    let keyring = Keyring::open(store, root, "default", Arc::new(fixture.clock.clone()), settings).unwrap();
    let mut first = Vec::new();
    for round in 0..2 {
        let mut sealing = keyring.begin("audit").unwrap();
        for number in 0..500 {
            let (value, mut out) = (format!("P-{number}"), Vec::new());
            sealing.seal(&patient(&value, b"x"), &mut out).unwrap();
            match round {
                0 => first.push(token_of(&out)),
                _ => assert_eq!(token_of(&out), first[number]),
            }
        }
        sealing.finish().unwrap();
    }
    assert_eq!(fixture.store.counts("default").unwrap().subjects, 500);
}

#[test]
fn requests_that_were_given_up_do_not_pile_up() {
    let store = Failing::new();
    let fixture = Fixture::on(Arc::clone(&store) as Arc<dyn KeyStore>);
    let before = store.commits.load(Ordering::SeqCst);
    let rows = crate::keyring::group::OPEN_ROWS_MAX;
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    for number in 0..=rows {
        sealing.seal(&patient(&format!("P-{number}"), b"x"), &mut Vec::new()).unwrap();
    }
    drop(sealing);
    assert_eq!(store.commits.load(Ordering::SeqCst), before + 1);
    assert!(fixture.keyring.groups.lock().open.len() < rows);
}

//! Opens a keyring, and the keys in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use palisade_record::{Clock, Timestamp};
use siphasher::sip128::SipHasher13;
use zeroize::Zeroizing;

use super::cache::Cache;
use super::group::Groups;
use super::names::check_name;
use super::subject::Subject;
use super::tenant_keys::{TenantKeys, damaged, draw, draw_for, key_context};
use super::{EpochKey, Keyring, Settings, lock, read, write};
use crate::epoch::Epoch;
use crate::error::Error;
use crate::id::SessionId;
use crate::root::RootKey;
use crate::store::{KeyRow, KeyStore, Purpose, StoreError, Writes};
use crate::token::MacKey;
use crate::wrap::WrappingKey;

/// How often another session is drawn when there is one of its name. Once in 2^64 is already too often to happen.
const SESSION_TRIES: usize = 4;

impl Keyring {
    /// Opens the keys of `tenant`, and makes them when there are none.
    pub fn open(
        store: Arc<dyn KeyStore>,
        root: Arc<dyn RootKey>,
        tenant: &str,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, Error> {
        check_name(tenant)?;
        let keys = open_tenant_keys(&*store, &*root, tenant, clock.now())?;
        let lookup = open_lookup_key(&*store, tenant, &keys)?;
        let bytes = settings.cache.as_usize();
        // The two counters of an `Arc`, and what an allocator puts before a piece of memory.
        let subject_bytes = size_of::<Subject>() + 32;
        Ok(Self {
            store,
            clock,
            tenant: tenant.into(),
            settings,
            root: RwLock::new(root),
            keys: RwLock::new(keys),
            lookup,
            epochs: RwLock::new(BTreeMap::new()),
            streams: RwLock::new(HashMap::new()),
            groups: Groups::new(),
            session: OnceLock::new(),
            session_is_made: Mutex::new(()),
            upkeep: Mutex::new(()),
            counter: AtomicU64::new(0),
            hasher: SipHasher13::new_with_key(&rand::random()),
            subjects: Cache::new(bytes / 2, subject_bytes),
            readers: Cache::new(bytes / 8, subject_bytes),
            tokens: Cache::new(bytes / 8 * 3, 0),
        })
    }

    /// The tenant key of a version, read again when another process made it.
    pub(super) fn tenant_key(&self, version: u32) -> Result<Arc<WrappingKey>, Error> {
        if let Some(key) = read(&self.keys).get(version) {
            return Ok(key);
        }
        let root = Arc::clone(&read(&self.root));
        let keys = TenantKeys::open(&self.tenant, &self.store.tenant_keys(&self.tenant)?, &*root)?;
        let key =
            keys.get(version).ok_or_else(|| damaged("a row that names a tenant key that is not there"))?;
        *write(&self.keys) = keys;
        Ok(key)
    }

    /// This run. It is registered, durably, before anyone gets it.
    pub(super) fn session(&self) -> Result<SessionId, Error> {
        if let Some(session) = self.session.get() {
            return Ok(*session);
        }
        let _one_at_a_time = lock(&self.session_is_made);
        if let Some(session) = self.session.get() {
            return Ok(*session);
        }
        for _ in 0..SESSION_TRIES {
            let session = SessionId::draw();
            if self.store.add_session(&self.tenant, session, self.clock.now())? {
                return Ok(*self.session.get_or_init(|| session));
            }
        }
        Err(StoreError::Conflict { what: "every session that was drawn" }.into())
    }

    /// The key of the epoch that a time is in; made when there is none.
    pub(super) fn epoch_at(&self, time: Timestamp) -> Result<Arc<EpochKey>, Error> {
        let epoch = Epoch::of(time);
        if let Some(key) = read(&self.epochs).get(&epoch) {
            return Ok(Arc::clone(key));
        }
        self.read_epochs()?;
        let mut state = self.groups.lock();
        let mut epochs = write(&self.epochs);
        if let Some(key) = epochs.get(&epoch) {
            return Ok(Arc::clone(key));
        }
        let (version, wrapping) = read(&self.keys).newest();
        let (key, row) = draw_for(&self.tenant, Purpose::Epoch, epoch.number(), (version, &wrapping));
        state.open.keys.push(row);
        let key = Arc::new(EpochKey { epoch, mac: MacKey::new(&key), group: state.number });
        epochs.insert(epoch, Arc::clone(&key));
        Ok(key)
    }

    /// Opens the epoch keys in the store that are not open yet.
    pub(super) fn read_epochs(&self) -> Result<(), Error> {
        for row in self.store.keys(&self.tenant, Purpose::Epoch)? {
            let epoch = Epoch::from_number(row.number);
            if read(&self.epochs).contains_key(&epoch) {
                continue;
            }
            let key = open_key(&self.tenant, &row, &*self.tenant_key(row.version)?)?;
            let key = Arc::new(EpochKey { epoch, mac: MacKey::new(&key), group: 0 });
            write(&self.epochs).entry(epoch).or_insert(key);
        }
        Ok(())
    }
}

fn open_tenant_keys(
    store: &dyn KeyStore,
    root: &dyn RootKey,
    tenant: &str,
    now: Timestamp,
) -> Result<TenantKeys, Error> {
    let mut rows = store.tenant_keys(tenant)?;
    if rows.is_empty() {
        let (_, row) = draw(tenant, 1, root, now)?;
        match store.add_tenant_key(tenant, &row) {
            Ok(()) => rows.push(row),
            // Another process was faster: its key is the key.
            Err(StoreError::Conflict { .. }) => rows = store.tenant_keys(tenant)?,
            Err(error) => return Err(error.into()),
        }
    }
    // The one that was just made is opened as well: a root key that wraps but does not unwrap is told now, not at the
    // next start.
    TenantKeys::open(tenant, &rows, root)
}

fn open_lookup_key(store: &dyn KeyStore, tenant: &str, keys: &TenantKeys) -> Result<MacKey, Error> {
    let mut rows = store.keys(tenant, Purpose::Lookup)?;
    if rows.is_empty() {
        let (version, wrapping) = keys.newest();
        let (_, row) = draw_for(tenant, Purpose::Lookup, 0, (version, &wrapping));
        match store.commit(tenant, &Writes { keys: vec![row], ..Writes::default() }) {
            Ok(()) | Err(StoreError::Conflict { .. }) => rows = store.keys(tenant, Purpose::Lookup)?,
            Err(error) => return Err(error.into()),
        }
    }
    let row = rows.first().ok_or_else(|| damaged("the lookup key"))?;
    let wrapping = keys.get(row.version).ok_or_else(|| damaged("the lookup key"))?;
    Ok(MacKey::new(&*open_key(tenant, row, &wrapping)?))
}

/// Opens a key of the tenant.
pub(super) fn open_key(
    tenant: &str,
    row: &KeyRow,
    wrapping: &WrappingKey,
) -> Result<Zeroizing<[u8; 32]>, Error> {
    let context = key_context(tenant, row.purpose, row.number, row.version);
    wrapping.unwrap_exact(&context, &row.wrapped).map_err(|_| match row.purpose {
        Purpose::Lookup => damaged("the lookup key"),
        Purpose::Epoch => damaged(format!("the key of {}", Epoch::from_number(row.number))),
    })
}

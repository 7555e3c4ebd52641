//! The versions of a tenant's key, open.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_record::Timestamp;

use crate::context::context;
use crate::error::Error;
use crate::root::{RootError, RootKey};
use crate::store::{KeyRow, Purpose, TenantKeyRow};
use crate::wrap::{WrappingKey, draw_key};

pub(super) struct TenantKeys {
    versions: BTreeMap<u32, Arc<WrappingKey>>,
}

impl TenantKeys {
    /// Opens all versions.
    pub(super) fn open(tenant: &str, rows: &[TenantKeyRow], root: &dyn RootKey) -> Result<Self, Error> {
        let open = |row: &TenantKeyRow| Ok((row.version, Arc::new(open(tenant, row, root)?)));
        Ok(Self { versions: rows.iter().map(open).collect::<Result<_, Error>>()? })
    }

    /// The version that wraps what is new.
    pub(super) fn newest(&self) -> (u32, Arc<WrappingKey>) {
        let (version, key) =
            self.versions.last_key_value().expect("a keyring has a tenant key from its start on");
        (*version, Arc::clone(key))
    }

    pub(super) fn get(&self, version: u32) -> Option<Arc<WrappingKey>> {
        self.versions.get(&version).cloned()
    }

    pub(super) fn add(&mut self, version: u32, key: WrappingKey) {
        self.versions.insert(version, Arc::new(key));
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = u32> + '_ {
        self.versions.keys().copied()
    }
}

/// What the root key binds a version to.
pub(super) fn root_context(tenant: &str, version: u32) -> String {
    format!("{tenant}/{version}")
}

/// A new version, open and as a row.
pub(super) fn draw(
    tenant: &str,
    version: u32,
    root: &dyn RootKey,
    created_at: Timestamp,
) -> Result<(WrappingKey, TenantKeyRow), Error> {
    let key = draw_key();
    let wrapped = root.wrap(key.as_slice(), &root_context(tenant, version))?;
    let row = TenantKeyRow { version, root: root.id(), wrapped, created_at };
    Ok((WrappingKey::new(&key), row))
}

fn open(tenant: &str, row: &TenantKeyRow, root: &dyn RootKey) -> Result<WrappingKey, Error> {
    let key = root.unwrap(&row.wrapped, &root_context(tenant, row.version)).map_err(|source| {
        let is_another = row.root != root.id() || matches!(source, RootError::DoesNotOpen { .. });
        match is_another {
            true => Error::WrongRoot {
                tenant: tenant.to_owned(),
                stored: row.root.clone(),
                configured: root.id(),
                source: Box::new(source),
            },
            false => Error::Root(source),
        }
    })?;
    let key = key.as_slice().try_into().map_err(|_| damaged("the tenant key"))?;
    Ok(WrappingKey::new(key))
}

pub(super) fn damaged(what: impl ToString) -> Error {
    Error::Damaged { what: what.to_string() }
}

/// What the wrapped form of a key is bound to.
pub(super) fn key_context(tenant: &str, purpose: Purpose, number: u32, version: u32) -> Vec<u8> {
    let purpose: &[u8] = match purpose {
        Purpose::Lookup => b"lookup",
        Purpose::Epoch => b"epoch",
    };
    let (number, version) = (number.to_be_bytes(), version.to_be_bytes());
    context(&[b"palisade/key/v1", tenant.as_bytes(), purpose, &number, &version])
}

/// A new key for a purpose, wrapped, and as it is.
pub(super) fn draw_for(
    tenant: &str,
    purpose: Purpose,
    number: u32,
    (version, key): (u32, &WrappingKey),
) -> (zeroize::Zeroizing<[u8; 32]>, KeyRow) {
    let new = draw_key();
    let wrapped = key.wrap(&key_context(tenant, purpose, number, version), new.as_slice());
    (new, KeyRow { purpose, number, version, wrapped })
}

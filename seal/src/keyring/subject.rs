//! A subject with its keys open.

use std::sync::OnceLock;

use palisade_record::Timestamp;
use zeroize::Zeroizing;

use crate::cipher::FieldCipher;
use crate::context::context;
use crate::id::{KeyId, SessionId};
use crate::store::{Lookup, SubjectRow};
use crate::wrap::{DoesNotOpen, WrappingKey};

const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// A subject whose keys were unwrapped. They are wiped when the last user lets go of it.
pub(super) struct Subject {
    pub(super) id: KeyId,
    pub(super) created_at: Timestamp,
    /// The group of writes that makes it durable; 0 when it was read from the store.
    pub(super) group: u64,
    /// Data key, then salt.
    secret: Zeroizing<[u8; KEY_BYTES + SALT_BYTES]>,
    /// Made when this process seals something for it, and used for everything it seals after that.
    cipher: OnceLock<FieldCipher>,
}

impl Subject {
    /// A new one, and its row.
    pub(super) fn draw(
        tenant: &str,
        lookup: Lookup,
        (version, key): (u32, &WrappingKey),
        created_at: Timestamp,
        group: u64,
    ) -> (Self, SubjectRow) {
        let id = KeyId::draw();
        let mut secret = Zeroizing::new([0; KEY_BYTES + SALT_BYTES]);
        rand::fill(secret.as_mut_slice());
        let wrapped = key.wrap(&bound_to(tenant, id, &lookup, version), secret.as_slice());
        let row = SubjectRow { id, lookup, version, wrapped, created_at };
        (Self { id, created_at, group, secret, cipher: OnceLock::new() }, row)
    }

    /// Opens a row.
    pub(super) fn open(tenant: &str, row: &SubjectRow, key: &WrappingKey) -> Result<Self, DoesNotOpen> {
        let secret = key.unwrap_exact(&bound_to(tenant, row.id, &row.lookup, row.version), &row.wrapped)?;
        Ok(Self { id: row.id, created_at: row.created_at, group: 0, secret, cipher: OnceLock::new() })
    }

    /// The same row under another version of the tenant key.
    pub(super) fn rewrap(
        tenant: &str,
        row: &SubjectRow,
        old: &WrappingKey,
        (version, new): (u32, &WrappingKey),
    ) -> Result<SubjectRow, DoesNotOpen> {
        let secret = old.unwrap(&bound_to(tenant, row.id, &row.lookup, row.version), &row.wrapped)?;
        let wrapped = new.wrap(&bound_to(tenant, row.id, &row.lookup, version), &secret);
        Ok(SubjectRow { version, wrapped, ..row.clone() })
    }

    fn key(&self) -> &[u8; KEY_BYTES] {
        self.secret.first_chunk().expect("the key stands first")
    }

    pub(super) fn salt(&self) -> &[u8; SALT_BYTES] {
        self.secret.last_chunk().expect("the salt stands last")
    }

    /// The cipher for what this process seals.
    pub(super) fn cipher(&self, session: SessionId, tenant: &str) -> &FieldCipher {
        self.cipher.get_or_init(|| FieldCipher::new(self.key(), session, tenant))
    }

    /// A cipher for what any run sealed.
    pub(super) fn cipher_of(&self, session: SessionId, tenant: &str) -> FieldCipher {
        FieldCipher::new(self.key(), session, tenant)
    }
}

/// A row is bound to its id and value: exchanging two rows would give one person's data to the other.
fn bound_to(tenant: &str, id: KeyId, lookup: &Lookup, version: u32) -> Vec<u8> {
    context(&[b"palisade/subject/v1", tenant.as_bytes(), id.as_bytes(), lookup, &version.to_be_bytes()])
}

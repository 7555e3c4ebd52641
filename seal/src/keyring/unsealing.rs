//! Opens one envelope, for someone who may.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Keyring;
use crate::cipher::Binding;
use crate::envelope::{Envelope, Kind};
use crate::error::{Error, UnsealError};
use crate::id::KeyId;

/// What was in an envelope. The plaintext is wiped when it is dropped.
#[derive(Debug)]
pub struct Unsealed {
    /// What the envelope stands for.
    pub kind: Kind,
    /// The protection name that it was sealed under.
    pub name: Arc<str>,
    /// The subject's key.
    pub key: KeyId,
    /// The exact bytes.
    pub plaintext: Zeroizing<Vec<u8>>,
}

impl Keyring {
    /// Opens an envelope that stands in a record of a stream. Its protection name is looked for among `names`, and then
    /// among all that were ever used in the stream.
    pub fn unseal<'n>(
        &self,
        stream: &str,
        record: &[u8; 16],
        names: impl IntoIterator<Item = &'n str>,
        envelope: &[u8],
    ) -> Result<Unsealed, UnsealError> {
        let envelope = Envelope::parse(envelope).ok_or(UnsealError::Malformed)?;
        self.open_envelope(stream, record, names, &envelope)
    }

    pub(super) fn open_envelope<'n>(
        &self,
        stream: &str,
        record: &[u8; 16],
        names: impl IntoIterator<Item = &'n str>,
        envelope: &Envelope<'_>,
    ) -> Result<Unsealed, UnsealError> {
        let body = envelope.decoded().ok_or(UnsealError::Malformed)?;
        let Some(subject) = self.subject_by_id(envelope.key)? else {
            let erasure = self.store.erasure(&self.tenant, envelope.key).map_err(Error::from)?;
            return Err(if erasure.is_some() { UnsealError::Erased } else { UnsealError::UnknownKey });
        };
        let cipher = subject.cipher_of(envelope.session, &self.tenant);
        let mut bound_to = Vec::new();
        let mut open = |name: &str| {
            let Envelope { key, kind, token, .. } = *envelope;
            Binding { tenant: &self.tenant, stream, record, name, key, kind, token }.write(&mut bound_to);
            cipher.open(envelope.counter, &bound_to, &body).map(|plaintext| Unsealed {
                kind,
                name: name.into(),
                key,
                plaintext,
            })
        };
        for name in names {
            if let Some(unsealed) = open(name) {
                return Ok(unsealed);
            }
        }
        let known = self.names(stream)?;
        if let Some(unsealed) = known.iter().find_map(|name| open(&name.text)) {
            return Ok(unsealed);
        }
        // Another process may have used a new name since these were read.
        let stored = self.store.names(&self.tenant, stream).map_err(Error::from)?;
        let mut new = stored.iter().filter(|name| known.iter().all(|known| *known.text != ***name));
        new.find_map(|name| open(name)).ok_or(UnsealError::Tampered)
    }
}

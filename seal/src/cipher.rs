//! The cipher of fields: AES-256-GCM under a subkey of one subject and one run, with a counter as nonce.
//!
//! The subkey is HKDF-SHA256 of the subject's key, salted with the session. A session is registered before its first use
//! and its counter only grows, so no subkey ever meets the same nonce twice, whatever crashes; nothing depends on chance.
//!
//! Beside what tells two places apart (version, tenant, stream, record, protection name, key), the kind and the token are
//! authenticated too: neither can be moved to another envelope unnoticed.

use aes_gcm::aead::{Nonce, Tag};
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::context::push_part;
use crate::envelope::{HEADER_BYTES, Kind, TAG_BYTES, VERSION};
use crate::id::{KeyId, SessionId};
use crate::token::Token;

/// Counters of a session end here: six bytes of them stand in an envelope.
pub(crate) const COUNTER_END: u64 = 1 << 48;

/// The cipher of one subject in one session.
pub(crate) struct FieldCipher(Aes256Gcm);

impl FieldCipher {
    pub(crate) fn new(key: &[u8; 32], session: SessionId, tenant: &str) -> Self {
        let mut subkey = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(session.as_bytes()), key)
            .expand_multi_info(&[b"palisade/field/v1", tenant.as_bytes()], subkey.as_mut_slice())
            .expect("HKDF gives 32 bytes");
        Self(Aes256Gcm::new((&*subkey).into()))
    }

    /// Encrypts what follows the header in `body` and appends the tag.
    pub(crate) fn seal(&self, counter: u64, bound_to: &[u8], body: &mut Vec<u8>) {
        let tag = self
            .0
            .encrypt_inout_detached(&nonce(counter), bound_to, (&mut body[HEADER_BYTES..]).into())
            .expect("a record is far shorter than AES-GCM allows");
        body.extend_from_slice(&tag);
    }

    /// The plaintext of a body; `None` when the tag does not fit.
    pub(crate) fn open(&self, counter: u64, bound_to: &[u8], body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (ciphertext, tag) = body.get(HEADER_BYTES..)?.split_last_chunk::<TAG_BYTES>()?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let tag = Tag::<Aes256Gcm>::from(*tag);
        let opened =
            self.0.decrypt_inout_detached(&nonce(counter), bound_to, plaintext.as_mut_slice().into(), &tag);
        opened.is_ok().then_some(plaintext)
    }
}

fn nonce(counter: u64) -> Nonce<Aes256Gcm> {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce.into()
}

/// What a ciphertext is bound to.
pub(crate) struct Binding<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) stream: &'a str,
    pub(crate) record: &'a [u8; 16],
    pub(crate) name: &'a str,
    pub(crate) key: KeyId,
    pub(crate) kind: Kind,
    pub(crate) token: Token,
}

impl Binding<'_> {
    /// Replaces what stands in `bytes` by the binding.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.push(VERSION);
        push_part(bytes, self.tenant.as_bytes());
        push_part(bytes, self.stream.as_bytes());
        push_part(bytes, self.record);
        push_part(bytes, self.name.as_bytes());
        push_part(bytes, self.key.as_bytes());
        bytes.push(self.kind.to_byte());
        bytes.extend_from_slice(self.token.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::header;

    #[test]
    fn a_body_opens_only_with_the_same_key_session_tenant_counter_and_binding() {
        let (session, other) = (SessionId::from_bytes([1; 8]), SessionId::from_bytes([2; 8]));
        let cipher = FieldCipher::new(&[3; 32], session, "default");
        let mut body = header(Kind::Text, KeyId::from_bytes([4; 8]), session, 7).to_vec();
        body.extend_from_slice(b"the value");
        cipher.seal(7, b"here", &mut body);

        assert_eq!(cipher.open(7, b"here", &body).unwrap().as_slice(), b"the value");
        assert!(cipher.open(8, b"here", &body).is_none());
        assert!(cipher.open(7, b"there", &body).is_none());
        assert!(FieldCipher::new(&[3; 32], other, "default").open(7, b"here", &body).is_none());
        assert!(FieldCipher::new(&[3; 32], session, "other").open(7, b"here", &body).is_none());
        assert!(FieldCipher::new(&[5; 32], session, "default").open(7, b"here", &body).is_none());
        assert!(cipher.open(7, b"here", &body[..HEADER_BYTES + 3]).is_none());
    }
}

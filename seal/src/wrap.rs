//! Keys under keys: a wrapped key can be stored, and opens only for what it was made for.
//!
//! A wrapped key is a version byte, a random nonce of 12 bytes, the ciphertext and a tag of 16 bytes (AES-256-GCM). Random
//! nonces are safe for 2^32 keys under one wrapping key; a tenant key gets as many only past four thousand million
//! subjects, and rotation begins anew.

use aes_gcm::aead::{Nonce, Tag};
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Wrapped bytes that do not open: another key made them, or for something else, or they were changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DoesNotOpen;

/// A key for wrapping other keys. Its schedule is wiped when it is dropped.
pub(crate) struct WrappingKey(Box<Aes256Gcm>);

impl WrappingKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Box::new(Aes256Gcm::new(key.into())))
    }

    /// The wrapped form of `secret`, bound to `context`.
    pub(crate) fn wrap(&self, context: &[u8], secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let mut wrapped = Vec::with_capacity(1 + NONCE_BYTES + secret.len() + TAG_BYTES);
        wrapped.push(VERSION);
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(secret);
        let tag = self
            .0
            .encrypt_inout_detached(
                &Nonce::<Aes256Gcm>::from(nonce),
                context,
                (&mut wrapped[1 + NONCE_BYTES..]).into(),
            )
            .expect("a key is far shorter than AES-GCM allows");
        wrapped.extend_from_slice(&tag);
        wrapped
    }

    /// What was wrapped.
    pub(crate) fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let (version, rest) = wrapped.split_first().ok_or(DoesNotOpen)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(DoesNotOpen)?;
        let (secret, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(DoesNotOpen)?;
        if *version != VERSION {
            return Err(DoesNotOpen);
        }
        let mut secret = Zeroizing::new(secret.to_vec());
        let (nonce, tag) = (Nonce::<Aes256Gcm>::from(*nonce), Tag::<Aes256Gcm>::from(*tag));
        self.0
            .decrypt_inout_detached(&nonce, context, secret.as_mut_slice().into(), &tag)
            .map_err(|_| DoesNotOpen)?;
        Ok(secret)
    }

    /// What was wrapped, when it has to have a certain length.
    pub(crate) fn unwrap_exact<const N: usize>(
        &self,
        context: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; N]>, DoesNotOpen> {
        let secret = self.unwrap(context, wrapped)?;
        let mut exact = Zeroizing::new([0; N]);
        if secret.len() != N {
            return Err(DoesNotOpen);
        }
        exact.copy_from_slice(&secret);
        Ok(exact)
    }
}

/// A new key of 32 random bytes.
pub(crate) fn draw_key() -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    rand::fill(key.as_mut_slice());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_comes_back_only_with_the_same_key_and_context() {
        let key = WrappingKey::new(&[7; 32]);
        let wrapped = key.wrap(b"subject 1", b"a data key");

        assert_eq!(key.unwrap(b"subject 1", &wrapped).unwrap().as_slice(), b"a data key");
        assert_eq!(key.unwrap(b"subject 2", &wrapped).unwrap_err(), DoesNotOpen);
        assert_eq!(WrappingKey::new(&[8; 32]).unwrap(b"subject 1", &wrapped).unwrap_err(), DoesNotOpen);
        assert!(key.unwrap_exact::<10>(b"subject 1", &wrapped).is_ok());
        assert!(key.unwrap_exact::<11>(b"subject 1", &wrapped).is_err());
    }

    #[test]
    fn the_same_key_is_wrapped_differently_every_time() {
        let key = WrappingKey::new(&[7; 32]);
        assert_ne!(key.wrap(b"", b"a data key"), key.wrap(b"", b"a data key"));
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_told(at in 0_usize..38, bit in 0_u8..8) {
            let key = WrappingKey::new(&[7; 32]);
            let mut wrapped = key.wrap(b"c", b"ten bytes");
            prop_assert_eq!(wrapped.len(), 38);
            wrapped[at] ^= 1 << bit;
            prop_assert!(key.unwrap(b"c", &wrapped).is_err());
        }

        #[test]
        fn arbitrary_bytes_do_not_open_and_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(WrappingKey::new(&[7; 32]).unwrap(b"c", &bytes).is_err());
        }
    }
}

//! The keys that notes are verified with: Ed25519, in the text form that the signed-note tools of Go use.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use ed25519_dalek::{PUBLIC_KEY_LENGTH, Signature};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The byte that says how a key signs (c2sp.org/signed-note, signature types). Others are refused by name, so that
/// another can be added without a doubt about the old ones.
pub(super) const ED25519: u8 = 0x01;

/// A key's name is printed in every signature: a schema-less URL, no text.
pub const KEY_NAME_BYTES_MAX: usize = 256;

/// Longer than the longest key: a name, its id, and 33 bytes as base64.
const KEY_TEXT_BYTES_MAX: usize = KEY_NAME_BYTES_MAX + 128;

/// Why something is no key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// The name cannot stand in a signature line.
    #[error(
        "`{0}` cannot name a key; use up to {KEY_NAME_BYTES_MAX} bytes without spaces, control characters and `+`, \
         such as `example.com/audit`"
    )]
    Name(String),
    /// The text does not have the parts of a key. The text is not shown: it may be a secret.
    #[error("this is not a {expected}; it must look like `{form}`")]
    Form {
        /// Which kind of key was expected.
        expected: &'static str,
        /// How one looks.
        form: &'static str,
    },
    /// The key signs in a way that is not known here.
    #[error("key `{name}` has type {kind:#04x}; only Ed25519, {ED25519:#04x}, is supported")]
    Kind {
        /// The key's name.
        name: String,
        /// Its type byte.
        kind: u8,
    },
    /// The id in the text is not that of the key: one of both was changed.
    #[error("the id of key `{name}` does not fit the key; take it again from where it was made")]
    Id {
        /// The key's name.
        name: String,
    },
    /// The machine gave no randomness.
    #[error("no key was made: the operating system gave no random bytes ({0})")]
    Randomness(String),
}

const PUBLIC_FORM: KeyError = KeyError::Form { expected: "public key", form: "name+0123abcd+base64" };

/// Whether a name can stand in a signature line.
pub(super) fn is_key_name(name: &str) -> bool {
    let fits = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
    !name.is_empty() && name.len() <= KEY_NAME_BYTES_MAX && name.chars().all(fits)
}

/// The first four bytes of SHA-256(name, newline, type, public key).
fn key_id(name: &str, public: &[u8; PUBLIC_KEY_LENGTH]) -> u32 {
    let digest =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Verifies notes: what an auditor holds.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// The key with this name, which can name one.
    pub(super) fn new(name: &str, key: ed25519_dalek::VerifyingKey) -> Self {
        Self { name: name.into(), id: key_id(name, key.as_bytes()), key }
    }

    /// The name, as in signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id, which tells keys of one name apart.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether this key made the signature. Strictly: there is one signature a key can make of a text.
    pub(super) fn accepts(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    /// Reads `name+id+base64`.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = parts(text).ok_or(PUBLIC_FORM)?;
        if !is_key_name(name) {
            return Err(KeyError::Name(name.into()));
        }
        if key[0] != ED25519 {
            return Err(KeyError::Kind { name: name.into(), kind: key[0] });
        }
        let public = <&[u8; PUBLIC_KEY_LENGTH]>::try_from(&key[1..]).map_err(|_| PUBLIC_FORM)?;
        if key_id(name, public) != id {
            return Err(KeyError::Id { name: name.into() });
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| PUBLIC_FORM)?;
        Ok(Self { name: name.into(), id, key })
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(formatter, "{}+{:08x}+{}", self.name, self.id, BASE64.encode(&bytes))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The name, the id, and the type byte with the key, of `name+id+base64`. There is at least the type byte.
pub(super) fn parts(text: &str) -> Option<(&str, u32, Zeroizing<Vec<u8>>)> {
    if text.len() > KEY_TEXT_BYTES_MAX {
        return None;
    }
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let id = <[u8; 4]>::try_from(HEXLOWER_PERMISSIVE.decode(id.as_bytes()).ok()?).ok()?;
    let key = Zeroizing::new(BASE64.decode(key.as_bytes()).ok()?);
    (!key.is_empty()).then_some((name, u32::from_be_bytes(id), key))
}

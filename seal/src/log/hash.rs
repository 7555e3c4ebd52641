//! The hashes of the tree, as RFC 6962 (2.1) defines them.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many bytes a hash has.
pub const HASH_BYTES: usize = 32;

/// Comes before an entry, so that no entry hashes like a node.
const LEAF_PREFIX: [u8; 1] = [0x00];

/// Comes before the two hashes of a node.
const NODE_PREFIX: [u8; 1] = [0x01];

/// A SHA-256: of an entry, of a node of the tree, or of the whole tree. Printed as base64, as in checkpoints; with
/// `{:?}` as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hash(pub [u8; HASH_BYTES]);

/// A text that is no hash.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is not a hash; write its 32 bytes as 44 characters of base64 or 64 hexadecimal digits")]
pub struct HashError {
    text: String,
}

impl HashError {
    fn new(text: &str) -> Self {
        /// Enough to recognise the text by.
        const SHOWN_CHARACTERS_MAX: usize = 80;
        Self { text: text.chars().take(SHOWN_CHARACTERS_MAX).flat_map(char::escape_debug).collect() }
    }
}

impl Hash {
    /// The root of a tree without entries: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// 64 hexadecimal digits, lower case.
    pub fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, HashError> {
        Self::from_decoded(text, HEXLOWER_PERMISSIVE.decode(text.as_bytes()))
    }

    /// 44 characters of base64 with padding (RFC 4648, section 4).
    pub fn to_base64(self) -> String {
        BASE64.encode(&self.0)
    }

    /// Reads base64 as [`Hash::to_base64`] writes it; other spellings of the same bytes are refused.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        Self::from_decoded(text, BASE64.decode(text.as_bytes()))
    }

    fn from_decoded<E>(text: &str, bytes: Result<Vec<u8>, E>) -> Result<Self, HashError> {
        let bytes = bytes.map_err(|_| HashError::new(text))?;
        bytes.try_into().map(Self).map_err(|_| HashError::new(text))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_hex())
    }
}

impl FromStr for Hash {
    type Err = HashError;

    /// Reads base64 or hexadecimal digits: their lengths differ.
    fn from_str(text: &str) -> Result<Self, HashError> {
        if text.len() == 2 * HASH_BYTES { Self::from_hex(text) } else { Self::from_base64(text) }
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_base64()
    }
}

impl TryFrom<String> for Hash {
    type Error = HashError;

    fn try_from(text: String) -> Result<Self, HashError> {
        text.parse()
    }
}

/// The hash of an entry: SHA-256 of `0x00` and its bytes.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF_PREFIX).chain_update(entry).finalize().into())
}

/// The hash of a node: SHA-256 of `0x01` and the hashes of its two halves.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE_PREFIX).chain_update(left.0).chain_update(right.0).finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hashes_are_those_of_certificate_transparency() {
        // From the reference tests of google/certificate-transparency.
        let empty_leaf = leaf_hash(b"");
        assert_eq!(empty_leaf.to_hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(
            node_hash(empty_leaf, leaf_hash(&[0x00])).to_hex(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
        assert_eq!(
            Hash::of_nothing().to_hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn an_entry_that_looks_like_a_node_hashes_differently() {
        let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
        assert_ne!(leaf_hash(&[left.0, right.0].concat()), node_hash(left, right));
    }

    #[test]
    fn other_spellings_of_base64_are_refused() {
        let text = Hash([0xff; 32]).to_base64();
        assert!(Hash::from_base64(&text).is_ok());
        assert!(Hash::from_base64(text.trim_end_matches('=')).is_err());
        // The last two bits of the last character mean nothing; set, they are another spelling.
        assert!(Hash::from_base64(&text.replace("8=", "9=")).is_err());
        assert!(Hash::from_base64(&format!("{text}\n")).is_err());
    }

    proptest! {
        #[test]
        fn a_hash_comes_back_from_its_texts(bytes: [u8; 32]) {
            let hash = Hash(bytes);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
            prop_assert_eq!(format!("{hash:?}").parse(), Ok(hash));
            let json = serde_json::to_string(&hash).unwrap();
            prop_assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        }

        #[test]
        fn arbitrary_texts_never_panic(text: String) {
            prop_assert!(text.parse::<Hash>().is_err());
        }
    }
}

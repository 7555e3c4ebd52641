//! Proofs as files: that an entry is in a log, for someone who has nothing but its public key
//! (c2sp.org/tlog-proof).

use std::fmt;

use data_encoding::BASE64;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::hash::{Hash, HashError};
use super::note::NOTE_BYTES_MAX;
use super::verify::{PathError, verify_inclusion};
use super::verifying_key::VerifyingKey;

/// Room for what leads from something to the entry, such as a path within what the entry describes.
pub const EXTRA_BYTES_MAX: usize = 65_536;

/// A path has a hash for every level of the tree, and a size has 64 bits.
pub const PATH_HASHES_MAX: usize = 64;

/// The checkpoint, the extra data as base64, and less than 4 KiB of path.
const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + 2 * EXTRA_BYTES_MAX;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Why a proof proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// It is not a proof.
    #[error("this is not a `{HEADER}` file: {0}; take it again from where it was made")]
    Malformed(&'static str),
    /// A line of the path is no hash.
    #[error("line {line} of the proof is not a hash: {source}")]
    Hash {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: HashError,
    },
    /// Its checkpoint says nothing.
    #[error("the proof's checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the entry to the checkpoint's root.
    #[error("the proof does not hold for this entry: {0}")]
    Path(#[from] PathError),
}

/// That an entry is in a log: stored with the extension `.tlog-proof`. Printed as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    /// Data of the application, which nobody vouches for: it must prove itself.
    pub extra: Option<Vec<u8>>,
    /// Which entry, from 0.
    pub index: u64,
    /// The inclusion path, from the entry up.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as the log stored it.
    pub checkpoint: String,
}

impl Proof {
    /// Reads a file. Says nothing about whether it holds.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(ProofError::Malformed("it is too long"));
        }
        let text = str::from_utf8(bytes).map_err(|_| ProofError::Malformed("it is not UTF-8"))?;
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(ProofError::Malformed("it has no blank line before a checkpoint"))?;
        let mut lines = (1..).zip(head.split('\n')).peekable();
        if lines.next().map(|(_, line)| line) != Some(HEADER) {
            return Err(ProofError::Malformed("it begins with another line"));
        }
        let extra = lines.next_if(|(_, line)| line.starts_with("extra "));
        let extra = extra.map(|(_, line)| decode_extra(&line["extra ".len()..])).transpose()?;
        let index = lines.next().and_then(|(_, line)| line.strip_prefix("index "));
        let index = index.ok_or(ProofError::Malformed("it has no index"))?;
        let number: u64 = index.parse().map_err(|_| ProofError::Malformed("its index is not a number"))?;
        if number.to_string() != index {
            return Err(ProofError::Malformed("its index is not written in the shortest way"));
        }
        let mut path = Vec::new();
        for (line, text) in lines {
            if path.len() == PATH_HASHES_MAX {
                return Err(ProofError::Malformed("its path has more than 64 hashes"));
            }
            path.push(Hash::from_base64(text).map_err(|source| ProofError::Hash { line, source })?);
        }
        Ok(Self { extra, index: number, path, checkpoint: checkpoint.into() })
    }

    /// Whether the entry with the hash `leaf` is in the log: the checkpoint with which it is proven. The hash must be
    /// computed from the entry, not taken from the file.
    pub fn verify(&self, leaf: Hash, origin: &str, keys: &[VerifyingKey]) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::verify(self.checkpoint.as_bytes(), origin, keys)?;
        verify_inclusion(leaf, self.index, checkpoint.tree.size, &self.path, checkpoint.tree.root)?;
        Ok(checkpoint)
    }
}

fn decode_extra(text: &str) -> Result<Vec<u8>, ProofError> {
    let extra =
        BASE64.decode(text.as_bytes()).map_err(|_| ProofError::Malformed("its extra data is not base64"))?;
    if extra.len() > EXTRA_BYTES_MAX {
        return Err(ProofError::Malformed("its extra data has more than 65,536 bytes"));
    }
    Ok(extra)
}

impl fmt::Display for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(formatter, "extra {}", BASE64.encode(extra))?;
        }
        writeln!(formatter, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(formatter, "{hash}"))?;
        write!(formatter, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::hash::leaf_hash;
    use crate::log::prove::prove_inclusion;
    use crate::log::sample::{entries, log};
    use crate::log::signing_key::SigningKey;

    const ORIGIN: &str = "example.com/audit";

    fn key() -> SigningKey {
        SigningKey::from_secret(ORIGIN, &[3; 32]).unwrap()
    }

    fn proof(size: u64, index: u64, extra: Option<Vec<u8>>) -> Proof {
        let (objects, states) = log(&[size]);
        let path = prove_inclusion(&objects, size, index).unwrap();
        let checkpoint = Checkpoint::new(ORIGIN, states[1]).unwrap().sign(&[&key()]).unwrap();
        Proof { extra, index, path, checkpoint }
    }

    fn verify(proof: &Proof, index: u64) -> Result<Checkpoint, ProofError> {
        let leaf = leaf_hash(&entries(index..index + 1)[0]);
        proof.verify(leaf, ORIGIN, &[key().verifying_key().clone()])
    }

    #[test]
    fn a_proof_is_a_text_that_verifies_by_itself() {
        let proof = proof(3, 1, Some(b"beside".to_vec()));
        let text = proof.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra YmVzaWRl\nindex 1\n"));
        assert_eq!(text.lines().position(str::is_empty), Some(5));
        let read = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(verify(&read, 1).unwrap().tree.size, 3);
        assert!(verify(&read, 2).is_err());
    }

    #[test]
    fn an_entry_alone_needs_no_path() {
        let proof = proof(1, 0, None);
        let text = proof.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/audit\n1\n"));
        assert!(verify(&Proof::parse(text.as_bytes()).unwrap(), 0).is_ok());
    }

    #[test]
    fn what_is_not_a_proof_is_refused() {
        let text = proof(5, 2, Some(vec![1])).to_string();
        let hash = text.lines().nth(3).unwrap();
        let broken = [
            String::new(),
            text.replace("@v1", "@v2"),
            text.replace("index 2\n", ""),
            text.replace("index 2", "index 02"),
            text.replace("index 2", "index +2"),
            text.replace("extra AQ==", "extra AR=="),
            text.replace("extra AQ==\n", "extra AQ==\nextra AQ==\n"),
            text.replace("index", " index"),
            text.replace(hash, "hash"),
            text.replace(hash, &vec![hash; 63].join("\n")),
            text.replace("\n\n", "\n"),
            text.replace("AQ==", &"AAAA".repeat(EXTRA_BYTES_MAX / 3 + 1)),
            text.clone() + &" ".repeat(PROOF_BYTES_MAX),
        ];
        for text in broken {
            assert!(Proof::parse(text.as_bytes()).is_err(), "{text:.200}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_of_a_proof_is_told(
            size in 1_u64..40, index: prop::sample::Index, at: prop::sample::Index, bit in 0_u8..8,
        ) {
            let index = index.index(usize::try_from(size).unwrap()) as u64;
            let good = proof(size, index, None);
            let mut bytes = good.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let holds = Proof::parse(&bytes).and_then(|proof| verify(&proof, index)).is_ok();
            prop_assert!(!holds, "{}", String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, near in "c2sp.org/tlog-proof@v1\n(extra [a=]{0,4}\n)?index [0-9]\n\n?[a\n]{0,9}") {
            prop_assert!(Proof::parse(&bytes).is_err());
            if let Ok(proof) = Proof::parse(near.as_bytes()) {
                prop_assert_eq!(proof.to_string(), near);
            }
        }
    }
}

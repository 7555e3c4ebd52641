//! That a record is in the log, for somebody who has the record, the log's entry of its split, and a public key.
//!
//! The proof is a C2SP tlog-proof of the entry. What leads from the record to the entry stands in its `extra`, as JSON.

use palisade_record::wire::Malformed;
use palisade_seal::log::{Hash, Proof, VerifyingKey, leaf_hash, verify_inclusion};
use serde::{Deserialize, Serialize};

use super::entry::{Entry, Event};

/// The way from a record to the root of its split.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPath {
    /// The split.
    pub split: String,
    /// Which block of the split, from 0.
    pub block: u64,
    /// The root of the block.
    pub block_root: Hash,
    /// The hashes beside the way from the block to the root of the split.
    pub block_path: Vec<Hash>,
    /// Which row of the block, from 0.
    pub row: u64,
    /// How many rows the block has.
    pub rows: u64,
    /// The hashes beside the way from the record to the root of the block.
    pub row_path: Vec<Hash>,
}

/// What a proof proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvenRecord {
    /// The way that was gone.
    pub path: RecordPath,
    /// Which entry of the log tells of the split.
    pub entry: u64,
    /// The size of the log with which it is proven.
    pub log_size: u64,
}

impl RecordPath {
    /// Reads the `extra` of a proof.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(extra: &[u8]) -> Result<Self, Malformed> {
        let refused = |_| Malformed { offset: 0, problem: "not the way from a record to its split" };
        serde_json::from_slice(extra).map_err(refused)
    }

    /// Whether a record leads to the root of a split of so many blocks.
    fn leads_to(&self, record: &[u8], blocks: u64, root: Hash) -> Result<(), String> {
        let row = verify_inclusion(leaf_hash(record), self.row, self.rows, &self.row_path, self.block_root);
        row.map_err(|error| format!("the record is not row {} of its block: {error}", self.row))?;
        let leaf = leaf_hash(&self.block_root.0);
        let block = verify_inclusion(leaf, self.block, blocks, &self.block_path, root);
        block.map_err(|error| format!("the block is not block {} of its split: {error}", self.block))
    }
}

/// Whether the bytes of a record are what the log vouches for.
///
/// # Errors
/// Which step of the way does not hold.
pub fn verify_record(
    record: &[u8],
    entry: &[u8],
    proof: &[u8],
    keys: &[VerifyingKey],
) -> Result<ProvenRecord, String> {
    let proof = Proof::parse(proof).map_err(|error| error.to_string())?;
    let extra = proof.extra.as_deref().ok_or("the proof does not lead from the record to the entry")?;
    let path = RecordPath::parse(extra).map_err(|malformed| malformed.problem.to_owned())?;
    let Event::Split { split, .. } = Entry::parse(entry)?.event else {
        return Err("the entry is not one of a split".to_owned());
    };
    if split.id != path.split {
        return Err(format!("the entry is that of split {}, the proof is for {}", split.id, path.split));
    }
    path.leads_to(record, split.blocks, split.root)?;
    let origin = keys.first().map(VerifyingKey::name).unwrap_or_default();
    let checkpoint = proof.verify(leaf_hash(entry), origin, keys).map_err(|error| error.to_string())?;
    Ok(ProvenRecord { path, entry: proof.index, log_size: checkpoint.tree.size })
}

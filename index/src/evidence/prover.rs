//! Makes proofs for records of published splits.

use std::collections::HashMap;
use std::sync::Arc;

use palisade_seal::log::{Hash, Proof, entries, inclusion_path, leaf_hash, prove_inclusion};
use palisade_storage::ObjectStorage;

use super::entry::{Entry, Event};
use super::entry_proof::{SignedCheckpoint, newest};
use super::record_proof::RecordPath;
use super::signed_log::{LOG, LogReader};
use crate::error::{Error, Result};
use crate::{Block, Index, Split, Texts};

/// The newest state of the log, and where it tells of splits.
struct SignedState {
    note: String,
    size: u64,
    positions: HashMap<String, u64>,
}

/// An entry of the log, as it is hashed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedEntry {
    /// Which one.
    pub position: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    path: Vec<Hash>,
}

/// Some records of a block, with what proves them.
pub struct ProvedRecords {
    /// Their bytes.
    pub records: Texts,
    /// Their proofs, and the entry they lead to; nothing while the log does not tell of them.
    pub proofs: Option<(Arc<SignedEntry>, Vec<String>)>,
}

/// Makes proofs for the records of one snapshot.
pub struct Prover {
    storage: Arc<dyn ObjectStorage>,
    splits: Vec<Arc<Split>>,
    state: Option<SignedState>,
    /// The entries of splits that were asked for; few of them are in use at once.
    known: HashMap<String, Arc<SignedEntry>>,
}

/// Entries that are remembered.
const KNOWN_MAX: usize = 256;

impl Prover {
    /// For the splits of a snapshot, with the log as it is signed now.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn new(index: &Index, splits: &[Arc<Split>]) -> Result<Self> {
        let storage = index.storages().hot.clone();
        let state = read(&*storage)?;
        Ok(Self { storage, splits: splits.to_vec(), state, known: HashMap::new() })
    }

    /// Proofs for some rows of a block, which grow.
    ///
    /// # Errors
    /// When the block or the log cannot be read.
    pub fn prove(&mut self, block: &Arc<Block>, rows: &[u32]) -> Result<ProvedRecords> {
        let Some((split, position)) = self.place(block)? else {
            return Ok(ProvedRecords { records: block.raw_of(rows)?, proofs: None });
        };
        let Some(entry) = self.entry(split.id())? else {
            return Ok(ProvedRecords { records: block.raw_of(rows)?, proofs: None });
        };
        let raw = block.raw()?;
        let leaves: Vec<Hash> = raw.iter().map(leaf_hash).collect();
        let roots: Vec<Hash> = split.blocks()?.iter().map(|block| leaf_hash(&block.info().root.0)).collect();
        let block_path = inclusion_path(&roots, position).unwrap_or_default();
        let (mut records, mut proofs) = (Texts::new(), Vec::with_capacity(rows.len()));
        for row in rows {
            let path = RecordPath {
                split: split.id().to_owned(),
                block: position,
                block_root: block.info().root,
                block_path: block_path.clone(),
                row: u64::from(*row),
                rows: leaves.len() as u64,
                row_path: inclusion_path(&leaves, u64::from(*row)).unwrap_or_default(),
            };
            let extra = serde_json::to_vec(&path).expect("a path has text keys only");
            let checkpoint = self.state.as_ref().map(|state| state.note.clone()).unwrap_or_default();
            let proof =
                Proof { extra: Some(extra), index: entry.position, path: entry.path.clone(), checkpoint };
            records.push(raw.get(*row as usize));
            proofs.push(proof.to_string());
        }
        Ok(ProvedRecords { records, proofs: Some((entry, proofs)) })
    }

    /// The split of a block, and its place there.
    fn place(&self, block: &Arc<Block>) -> Result<Option<(Arc<Split>, u64)>> {
        let inside = block.sequences();
        let can_have = |split: &&Arc<Split>| {
            split.batches().is_some_and(|(first, last)| first <= inside.start && inside.end <= last + 1)
        };
        for split in self.splits.iter().filter(can_have) {
            let position = split.blocks()?.iter().position(|known| Arc::ptr_eq(known, block));
            if let Some(position) = position {
                return Ok(Some((split.clone(), position as u64)));
            }
        }
        Ok(None)
    }

    fn entry(&mut self, split: &str) -> Result<Option<Arc<SignedEntry>>> {
        let Some(state) = &self.state else { return Ok(None) };
        if let Some(known) = self.known.get(split) {
            return Ok(Some(known.clone()));
        }
        let Some(position) = state.positions.get(split).copied() else { return Ok(None) };
        let reader = LogReader(&*self.storage);
        let damaged = |problem: String| Error::Damaged { path: self.storage.locate(LOG), offset: 0, problem };
        let bytes = entries(&reader, state.size, position..position + 1).next();
        let bytes = bytes.ok_or_else(|| damaged(format!("entry {position} is not there")))?;
        let bytes = bytes.map_err(|error| damaged(error.to_string()))?;
        let path =
            prove_inclusion(&reader, state.size, position).map_err(|error| damaged(error.to_string()))?;
        let entry = Arc::new(SignedEntry { position, bytes, path });
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(split.to_owned(), entry.clone());
        Ok(Some(entry))
    }
}

/// The newest checkpoint and where the log tells of splits; nothing while there is no log.
fn read(storage: &dyn ObjectStorage) -> Result<Option<SignedState>> {
    let Some(SignedCheckpoint { checkpoint, note }) = newest(storage)? else { return Ok(None) };
    let damaged = |problem: String| Error::Damaged { path: storage.locate(LOG), offset: 0, problem };
    let size = checkpoint.tree.size;
    let mut positions = HashMap::new();
    for (position, entry) in (0..).zip(entries(&LogReader(storage), size, 0..size)) {
        let entry = entry.map_err(|error| damaged(error.to_string()))?;
        if let Event::Split { split, .. } = Entry::parse(&entry).map_err(damaged)?.event {
            positions.insert(split.id, position);
        }
    }
    Ok(Some(SignedState { note, size, positions }))
}

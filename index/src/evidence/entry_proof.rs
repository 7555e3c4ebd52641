//! That something stands in the log: an entry with its proof.

use palisade_seal::log::{Checkpoint, NOTE_BYTES_MAX, Note, Proof, entries, prove_inclusion};
use palisade_storage::ObjectStorage;

use super::signed_log::{CHECKPOINTS, LOG, LogReader};
use crate::Index;
use crate::error::{Error, Result};

/// The newest signed state of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// It, as it is stored, with its signatures.
    pub note: String,
}

/// An entry of the log, which proves itself with the public key alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryProof {
    /// The entry, one JSON text.
    pub entry: String,
    /// A file in the `tlog-proof` format whose extra data is the entry.
    pub proof: String,
}

impl Index {
    /// The newest signed state of the log; nothing while nothing was signed.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn signed_checkpoint(&self) -> Result<Option<SignedCheckpoint>> {
        newest(&*self.storages().hot)
    }

    /// The first entry from a position on that is asked for, with its proof; nothing while the signed log has none.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn prove_entry(&self, from: u64, is_meant: impl Fn(&[u8]) -> bool) -> Result<Option<EntryProof>> {
        let storage = self.storages().hot.clone();
        let Some(SignedCheckpoint { checkpoint, note }) = newest(&*storage)? else { return Ok(None) };
        let damaged = |problem: String| Error::Damaged { path: storage.locate(LOG), offset: 0, problem };
        let (reader, size) = (LogReader(&*storage), checkpoint.tree.size);
        for (position, entry) in (from..size).zip(entries(&reader, size, from.min(size)..size)) {
            let entry = entry.map_err(|error| damaged(error.to_string()))?;
            if !is_meant(&entry) {
                continue;
            }
            let path =
                prove_inclusion(&reader, size, position).map_err(|error| damaged(error.to_string()))?;
            let text = String::from_utf8_lossy(&entry).into_owned();
            let proof = Proof { extra: Some(entry), index: position, path, checkpoint: note };
            return Ok(Some(EntryProof { entry: text, proof: proof.to_string() }));
        }
        Ok(None)
    }
}

/// The newest signed state of a log. Whoever gets what follows from it checks the signature; here it is only read what the log is.
pub(super) fn newest(storage: &dyn ObjectStorage) -> Result<Option<SignedCheckpoint>> {
    let unreadable = |name: &str, source| Error::Read { path: storage.locate(name), source };
    let names = storage.list(CHECKPOINTS).map_err(|source| unreadable(CHECKPOINTS, source))?;
    let Some(name) = names.last() else { return Ok(None) };
    let damaged = |problem: String| Error::Damaged { path: storage.locate(name), offset: 0, problem };
    let (note, _) = storage.end(name, NOTE_BYTES_MAX as u64).map_err(|source| unreadable(name, source))?;
    let note = String::from_utf8(note).map_err(|error| damaged(error.to_string()))?;
    Note::parse(note.as_bytes()).map_err(|error| damaged(error.to_string()))?;
    let text = note.split("\n\n").next().unwrap_or_default();
    let checkpoint = Checkpoint::parse(&format!("{text}\n")).map_err(|error| damaged(error.to_string()))?;
    Ok(Some(SignedCheckpoint { checkpoint, note }))
}

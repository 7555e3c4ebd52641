//! The log as objects: tiles, entry bundles and signed checkpoints, below one folder that any reader of C2SP tlog-tiles
//! understands.
//!
//! ```text
//! log/tile/…, log/tile/entries/…      as tlog-tiles has them
//! log/checkpoint                      the newest, written over
//! log/checkpoints/SIZE                each, by its size in 20 decimal digits, never written over
//! ```

use std::io;
use std::sync::Arc;

use palisade_seal::log::{
    APPEND_ENTRIES_MAX, AppendError, Bundle, Checkpoint, Checkpointed, NOTE_BYTES_MAX, SigningKey, Tile,
    TileReader, append,
};
use palisade_storage::{ObjectStorage, Terms};

use crate::error::{Error, Result};

/// Where the log lies.
pub const LOG: &str = "log/";

/// Where its checkpoints lie.
pub const CHECKPOINTS: &str = "log/checkpoints/";

/// The name of the checkpoint of a size.
pub fn checkpoint_name(size: u64) -> String {
    format!("{CHECKPOINTS}{size:020}")
}

/// Reads the log's objects from a storage.
pub struct LogReader<'a>(pub &'a dyn ObjectStorage);

impl TileReader for LogReader<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        read_whole(self.0, &format!("{LOG}{path}"))
    }
}

fn read_whole(storage: &dyn ObjectStorage, name: &str) -> io::Result<Vec<u8>> {
    let (bytes, length) = storage.end(name, NOTE_BYTES_MAX as u64)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { storage.get(name, 0..length) }
}

/// Whether the log of this size, as it was signed, needs an object below [`LOG`]. What was written ahead of a checkpoint may be
/// written again after a crash, with more entries and under another name; a copy of it would be an object that nobody signed.
pub fn is_of_log(name: &str, size: u64) -> bool {
    name.strip_prefix(LOG).is_some_and(|path| !is_beyond(path, size))
}

/// Whether a tile or bundle has what a log of this size does not have.
fn is_beyond(path: &str, size: u64) -> bool {
    match (Bundle::parse(path), Tile::parse(path)) {
        (Some(bundle), _) => Bundle::at(size, bundle.index).is_none_or(|known| known.width < bundle.width),
        (None, Some(tile)) => {
            Tile::at(size, tile.level, tile.index).is_none_or(|known| known.width < tile.width)
        }
        (None, None) => false,
    }
}

/// The log of a tenant, and where it grows.
pub(crate) struct SignedLog {
    storage: Arc<dyn ObjectStorage>,
    key: SigningKey,
    tree: Checkpointed,
}

impl SignedLog {
    /// Most entries that are added at once.
    pub(crate) const ENTRIES_MAX: usize = APPEND_ENTRIES_MAX;

    /// Goes on after the newest checkpoint.
    pub(crate) fn open(storage: Arc<dyn ObjectStorage>, key: SigningKey) -> Result<Self> {
        let unreadable = |name: &str| {
            let path = storage.locate(name);
            move |source| Error::Read { path, source }
        };
        let names = storage.list(CHECKPOINTS).map_err(unreadable(CHECKPOINTS))?;
        let tree = match names.last() {
            None => Checkpointed::empty(),
            Some(name) => {
                let note = read_whole(&*storage, name).map_err(unreadable(name))?;
                let text = String::from_utf8_lossy(&note);
                // The key may have been renewed since: this is where the log goes on, not a proof of anything.
                let signed = text.split("\n\n").next().unwrap_or_default();
                let checkpoint = Checkpoint::parse(&format!("{signed}\n"));
                let damaged =
                    |problem: String| Error::Damaged { path: storage.locate(name), offset: 0, problem };
                checkpoint.map_err(|error| damaged(error.to_string()))?.tree
            }
        };
        let log = Self { storage, key, tree };
        log.forget_unsigned()?;
        Ok(log)
    }

    /// Removes objects that were written when the program ended before it signed them: they are written again, perhaps
    /// with more entries, and for an auditor what nobody signed would mean that a checkpoint is missing.
    fn forget_unsigned(&self) -> Result<()> {
        let folder = format!("{LOG}tile/");
        let unreadable = |source| Error::Read { path: self.storage.locate(&folder), source };
        for name in self.storage.list(&folder).map_err(unreadable)? {
            if !is_of_log(&name, self.tree.size) {
                let removed = self.storage.remove(&name);
                removed.map_err(|source| Error::Write { path: self.storage.locate(&name), source })?;
            }
        }
        Ok(())
    }

    /// How many entries it has.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size
    }

    /// Appends entries and signs what there is then; gives the signed checkpoint.
    pub(crate) fn append(&mut self, entries: &[Vec<u8>]) -> Result<String> {
        let appended =
            append(&LogReader(&*self.storage), &self.tree, entries).map_err(|error| self.damaged(&error))?;
        for (path, bytes) in &appended.objects {
            self.put(&format!("{LOG}{path}"), bytes, &Terms::default())?;
        }
        let origin = self.key.verifying_key().name().to_owned();
        let checkpoint = Checkpoint::new(&origin, appended.tree);
        let problem =
            |error: String| Error::Damaged { path: self.storage.locate(LOG), offset: 0, problem: error };
        let checkpoint = checkpoint.map_err(|error| problem(error.to_string()))?;
        let note = checkpoint.sign(&[&self.key]).map_err(|error| problem(error.to_string()))?;
        self.put(&checkpoint_name(appended.tree.size), note.as_bytes(), &Terms::default())?;
        self.put(&format!("{LOG}checkpoint"), note.as_bytes(), &Terms::pointer())?;
        self.tree = appended.tree;
        Ok(note)
    }

    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> Result<()> {
        let stored = self.storage.put(name, bytes, terms);
        stored.map_err(|source| Error::Write { path: self.storage.locate(name), source })?;
        Ok(())
    }

    fn damaged(&self, error: &AppendError) -> Error {
        Error::Damaged { path: self.storage.locate(LOG), offset: 0, problem: error.to_string() }
    }
}

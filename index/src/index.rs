//! The index as a whole: append, look, follow, close.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::SharedDisk;
use palisade_record::{Batch, ByteSize, Clock, Timestamp};
use tokio::sync::broadcast;

use crate::error::Result;
use crate::{Block, Mark, Rows, Snapshot};

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything lies.
    pub data_dir: PathBuf,
    /// A split is written when so many bytes of records are waiting.
    pub split_bytes: ByteSize,
    /// ... or when the oldest has waited so long.
    pub split_age: Duration,
}

/// Turns batches into rows: what the collector does on arrival, and again with what is found in the journal after a
/// restart. The same batches must give the same rows.
pub trait Parse: Send + Sync {
    /// The rows of some batches, one `Rows` per stream.
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows>;
}

/// Batches to be stored.
#[derive(Debug)]
pub struct Submission {
    /// The batches.
    pub batches: Vec<Batch>,
    /// The same as zstd-compressed bytes, when they arrived so: stored as they are if all is accepted.
    pub packed: Option<bytes::Bytes>,
    /// What [`Parse::parse`] made of the batches.
    pub rows: Vec<Rows>,
    /// When they arrived.
    pub received_at: Timestamp,
    /// Whether positions are checked: true for agents, false for doors without positions, whose lanes are new every time.
    pub positioned: bool,
}

/// What became of one batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Stored, or stored before; everything before `mark` is.
    Stored {
        /// The lane's position now.
        mark: u64,
    },
    /// Refused: it begins after the lane's position.
    Gap {
        /// The lane's position.
        mark: u64,
    },
    /// Refused: this generation number belongs to another file.
    Incarnation {
        /// The position of the other file.
        mark: u64,
    },
}

/// Proof that the journal holds everything that was accepted. Only the journal makes one.
#[must_use = "acknowledge the sender, or the batch will be sent again"]
#[derive(Debug)]
pub struct Durable {
    _private: (),
}

/// The answer to a submission.
#[derive(Debug)]
pub struct Receipt {
    /// What became of each batch, in order.
    pub outcomes: Vec<Outcome>,
    /// The proof.
    pub durable: Durable,
}

/// Numbers for `/metrics` and `stats`.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Records accepted since start.
    pub records_total: u64,
    /// Bytes of records accepted since start.
    pub bytes_total: u64,
    /// Journal syncs since start.
    pub syncs_total: u64,
    /// Published splits.
    pub splits: u64,
    /// Records in published splits.
    pub split_records: u64,
    /// Bytes of the records in published splits, as they came.
    pub split_raw_bytes: u64,
    /// Bytes of all data objects.
    pub data_bytes: u64,
    /// Bytes of all index objects.
    pub index_bytes: u64,
    /// Records in the tail.
    pub tail_records: u64,
    /// Bytes of the tail in memory.
    pub tail_bytes: u64,
    /// Bytes of the journal on disk.
    pub journal_bytes: u64,
    /// Bytes in the block cache.
    pub cache_bytes: u64,
}

/// The index. Clones share it.
#[derive(Clone)]
pub struct Index {}

impl Index {
    /// Opens or creates the index in `settings.data_dir` and brings back what the journal holds.
    pub fn open(
        _settings: Settings,
        _disk: SharedDisk,
        _clock: Arc<dyn Clock>,
        _parse: Arc<dyn Parse>,
    ) -> Result<Self> {
        todo!()
    }
    /// Stores batches; answers when they are durable.
    pub async fn append(&self, _submission: Submission) -> Result<Receipt> {
        todo!()
    }
    /// The positions of all lanes of an agent.
    pub fn marks(&self, _agent: &str) -> Vec<Mark> {
        todo!()
    }
    /// What is stored now; everything acknowledged before the call is inside. Blocks for at most a few hundred
    /// milliseconds: call it on a thread that may wait.
    pub fn snapshot(&self) -> Result<Snapshot> {
        todo!()
    }
    /// Blocks of new records as they arrive, at most a quarter of a second old.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Block>> {
        todo!()
    }
    /// Writes all of the tail into splits and waits until they are published.
    pub fn publish(&self) -> Result<()> {
        todo!()
    }
    /// Numbers about it all.
    pub fn statistics(&self) -> Statistics {
        todo!()
    }
    /// Whether writing works; if not, why.
    pub fn health(&self) -> std::result::Result<(), String> {
        todo!()
    }
    /// Stops the threads after what was accepted is durable. The tail is found in the journal at the next start.
    pub fn close(&self) {
        todo!()
    }
}

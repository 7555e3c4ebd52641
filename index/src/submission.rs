//! What is handed to the index, and what it answers.

use palisade_record::{Batch, Timestamp};

use crate::Rows;

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
pub struct Durable(());

impl Durable {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// The answer to a submission.
#[derive(Debug)]
pub struct Receipt {
    /// What became of each batch, in order.
    pub outcomes: Vec<Outcome>,
    /// The proof.
    pub durable: Durable,
}

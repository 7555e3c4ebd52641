//! What a query sees, fixed when it begins.

use std::sync::Arc;

use crate::split::{StreamShare, shares};
use crate::{Block, Split};

/// Published splits and the unpublished tail, as they were at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The published splits, oldest first.
    pub splits: Vec<Arc<Split>>,
    /// The tail, oldest first.
    pub tail: Vec<Arc<Block>>,
}

impl Snapshot {
    /// How much each stream has in the tail.
    pub fn tail_streams(&self) -> Vec<StreamShare> {
        shares(self.tail.iter().map(Arc::as_ref))
    }
}

//! What a query sees, fixed when it begins.

use std::sync::Arc;

use crate::{Block, Split};

/// Published splits and the unpublished tail, as they were at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The published splits, oldest first.
    pub splits: Vec<Arc<Split>>,
    /// The tail, oldest first.
    pub tail: Vec<Arc<Block>>,
}

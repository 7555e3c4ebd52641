//! What a query sees, fixed when it begins.

use std::sync::Arc;

use crate::error::Result;
use crate::needle::{Batches, Needles};
use crate::split::{StreamShare, shares};
use crate::{Block, Probe, Split};

/// Published splits and the unpublished tail, as they were at one moment.
#[derive(Clone, Default)]
pub struct Snapshot {
    /// The published splits, oldest first.
    pub splits: Vec<Arc<Split>>,
    /// The tail, oldest first.
    pub tail: Vec<Arc<Block>>,
    pub(crate) needles: Option<Arc<Needles>>,
}

impl Snapshot {
    /// For each split whether it can hold a match, as far as the needle indexes of past days know; reads little, and
    /// none of the splits.
    ///
    /// # Errors
    /// When a needle index cannot be read.
    pub fn candidates(&self, probe: &Probe) -> Result<Vec<bool>> {
        let batches: Option<Vec<Batches>> = self.splits.iter().map(|split| split.batches()).collect();
        match (&self.needles, batches) {
            (Some(needles), Some(batches)) => needles.candidates(probe, &batches),
            _ => Ok(vec![true; self.splits.len()]),
        }
    }

    /// How much each stream has in the tail.
    pub fn tail_streams(&self) -> Vec<StreamShare> {
        shares(self.tail.iter().map(Arc::as_ref))
    }
}

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
    /// Those of some splits, told by their numbers, that can hold a match as far as the needle indexes of past days know;
    /// reads little, and none of the splits.
    ///
    /// # Errors
    /// When a needle index cannot be read.
    pub fn candidates(&self, probe: &Probe, of: &[usize]) -> Result<Vec<usize>> {
        let Some(needles) = self.needles.as_ref().filter(|_| *probe != Probe::Any) else {
            return Ok(of.to_vec());
        };
        let batches: Option<Vec<Batches>> = of.iter().map(|number| self.splits[*number].batches()).collect();
        let Some(batches) = batches else { return Ok(of.to_vec()) };
        let can_match = needles.candidates(probe, &batches)?;
        Ok(of.iter().zip(can_match).filter(|(_, can_match)| *can_match).map(|(number, _)| *number).collect())
    }

    /// How much each stream has in the tail.
    pub fn tail_streams(&self) -> Vec<StreamShare> {
        shares(self.tail.iter().map(Arc::as_ref))
    }
}

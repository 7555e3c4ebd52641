//! What a query sees, fixed when it begins.

use std::sync::Arc;

use crate::needle::{Asked, Needles};
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
    /// reads little, and none of the splits. What cannot be read rules out nothing.
    pub fn candidates(&self, probe: &Probe, of: &[usize]) -> Vec<usize> {
        let Some((needles, asked)) = self.asked(probe, of) else { return of.to_vec() };
        let can_match = needles.candidates(probe, &asked);
        of.iter().zip(can_match).filter(|(_, can_match)| *can_match).map(|(number, _)| *number).collect()
    }

    /// The needle indexes, and some splits as they are asked for.
    pub(crate) fn asked(&self, probe: &Probe, of: &[usize]) -> Option<(&Needles, Vec<Asked>)> {
        let needles = self.needles.as_ref().filter(|_| *probe != Probe::Any)?;
        let asked = |number: &usize| {
            let split = &self.splits[*number];
            Some(Asked { batches: split.batches()?, is_far: split.is_far() })
        };
        Some((needles, of.iter().map(asked).collect::<Option<_>>()?))
    }

    /// How much each stream has in the tail.
    pub fn tail_streams(&self) -> Vec<StreamShare> {
        shares(self.tail.iter().map(Arc::as_ref))
    }
}

//! The seal thread: encodes slices, and hands the slices of a split over when it is time to write it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};

use tracing::error;

use crate::Mark;
use crate::catalog::JournalPosition;
use crate::class::ClassName;
use crate::publish::{SplitJob, SplitPart};
use crate::seal::{SealedSlice, Sealer};
use crate::shared::Shared;
use crate::split::VocabularyBuilder;
use crate::tail::UnsealedSlice;

/// What the seal thread is asked for.
pub(crate) enum SealJob {
    /// Encode these rows, the oldest that wait.
    Slice(Arc<UnsealedSlice>),
    /// Everything sealed so far becomes a split. The journal begins to count at `after` once it is, and the lanes moved
    /// to `marks` up to there.
    Split { after: JournalPosition, marks: Vec<Mark> },
}

pub(crate) struct SealKeeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) sealer: Sealer,
    pub(crate) jobs: Receiver<SealJob>,
    pub(crate) splits: SyncSender<SplitJob>,
}

impl SealKeeper {
    pub(crate) fn run(mut self) {
        while let Ok(job) = self.jobs.recv() {
            match job {
                SealJob::Slice(unsealed) => {
                    let slice = self.sealer.seal(&unsealed);
                    self.shared.tail().sealed(slice);
                    self.shared.room.notify_waiters();
                }
                SealJob::Split { after, marks } => {
                    let slices = self.shared.tail().freeze();
                    let parts = parts(slices, self.sealer.finish_splits());
                    if self.splits.send(SplitJob { parts, after, marks }).is_err() {
                        error!("the split thread is gone; records stay in the journal until the next start");
                    }
                }
            }
        }
    }
}

/// The slices of each class, with what they share.
fn parts(
    slices: Vec<Arc<SealedSlice>>,
    mut vocabularies: BTreeMap<ClassName, VocabularyBuilder>,
) -> Vec<SplitPart> {
    let mut by_class: BTreeMap<ClassName, Vec<Arc<SealedSlice>>> = BTreeMap::new();
    for slice in slices {
        by_class.entry(slice.class.clone()).or_default().push(slice);
    }
    let part = |(class, slices)| {
        let vocabulary = vocabularies.remove(&class).unwrap_or_default();
        SplitPart { class, slices, vocabulary }
    };
    by_class.into_iter().map(part).collect()
}

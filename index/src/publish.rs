//! The split thread: writes what was set apart into splits, and lets the catalog know in one step.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use palisade_disk::SharedDisk;
use palisade_record::Clock;
use tracing::{info, warn};

use crate::cache::Cache;
use crate::catalog::{Catalog, JournalPosition};
use crate::error::Result;
use crate::journal::{file_number, file_path};
use crate::seal::SealedSlice;
use crate::shared::Shared;
use crate::split::VocabularyBuilder;
use crate::storage::ObjectStorage;
use crate::{Mark, Split, needle, split};

/// How long to wait before a split that could not be written is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// How often it is looked whether a day is over, while there is nothing else to do.
const NEEDLES_EVERY: Duration = Duration::from_secs(60);

/// What shall become a split.
pub(crate) struct SplitJob {
    pub(crate) slices: Vec<Arc<SealedSlice>>,
    pub(crate) vocabulary: VocabularyBuilder,
    /// Where the journal begins to count once it is.
    pub(crate) after: JournalPosition,
    /// The lanes that moved up to there.
    pub(crate) marks: Vec<Mark>,
}

pub(crate) struct Publisher {
    pub(crate) shared: Arc<Shared>,
    pub(crate) disk: SharedDisk,
    pub(crate) journal_directory: PathBuf,
    pub(crate) storage: Arc<dyn ObjectStorage>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalog: Catalog,
    pub(crate) position: JournalPosition,
    pub(crate) jobs: Receiver<SplitJob>,
}

impl Publisher {
    pub(crate) fn run(mut self) {
        loop {
            let job = match self.jobs.recv_timeout(NEEDLES_EVERY) {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => {
                    self.make_needles();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while let Err(problem) = self.publish(&job) {
                warn!(%problem, "split cannot be written; trying again");
                self.shared.publish_failed(problem.to_string());
                // No second job comes before this one is done: what ends the wait early is the end of the program, and the
                // journal still has everything.
                if let Err(RecvTimeoutError::Disconnected) = self.jobs.recv_timeout(RETRY_AFTER) {
                    return;
                }
            }
        }
    }

    fn publish(&mut self, job: &SplitJob) -> Result<()> {
        let split = self.write(job)?;
        self.position = job.after;
        self.shared.tail().published(split);
        self.shared.moved.notify_all();
        self.shared.room.notify_waiters();
        self.remove_old_files(job.after.file);
        Ok(())
    }

    fn write(&mut self, job: &SplitJob) -> Result<Option<Arc<Split>>> {
        if job.slices.is_empty() {
            self.catalog.publish(None, self.position, job.after, &job.marks)?;
            return Ok(None);
        }
        let started = Instant::now();
        let summary = split::write(&*self.storage, &job.slices, &job.vocabulary)?;
        self.catalog.publish(Some(&summary), self.position, job.after, &job.marks)?;
        let (records, millis) = (summary.rows, started.elapsed().as_secs_f64() * 1_000.0);
        info!(split = %summary.id, records, raw_bytes = summary.raw_bytes, data_bytes = summary.data_bytes,
            index_bytes = summary.index_bytes, millis, "split published");
        Ok(Some(Arc::new(Split::new(summary, self.storage.clone(), self.cache.clone()))))
    }

    /// Makes the needle indexes of the days that are over.
    fn make_needles(&self) {
        loop {
            let splits = self.shared.tail().splits().to_vec();
            let made = needle::make_next(&self.storage, &splits, self.clock.now());
            match made.and_then(|made| Ok((made, needle::Needles::list(self.storage.clone())?))) {
                Ok((Some(made), needles)) => {
                    self.shared.tail().set_needles(Arc::new(needles));
                    info!(splits = made.splits, bytes = made.bytes, "needle index of a day made");
                }
                Ok((None, _)) => return,
                Err(problem) => {
                    warn!(%problem, "needle index cannot be made; searches ask every split of the day instead");
                    return;
                }
            }
        }
    }

    fn remove_old_files(&self, first: u64) {
        let files = self.disk.list(&self.journal_directory).unwrap_or_default();
        for number in files.iter().filter_map(|path| file_number(path)).filter(|number| *number < first) {
            if let Err(error) = self.disk.remove(&file_path(&self.journal_directory, number)) {
                warn!(%error, number, "journal file cannot be removed; the next start will try again");
            }
        }
    }
}

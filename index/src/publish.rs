//! The split thread: writes what was set apart into splits, one for each class, and lets the catalog know in one step.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use palisade_disk::SharedDisk;
use palisade_record::Clock;
use palisade_storage::Terms;
use tracing::{info, warn};

use crate::cache::Cache;
use crate::catalog::{Catalog, JournalPosition, SharedCatalog};
use crate::class::ClassName;
use crate::copies::Copies;
use crate::error::{Error, Result};
use crate::evidence::{Entry, Event, Page, page_name};
use crate::journal::{file_number, file_path};
use crate::needle_keeper::NeedleKeeper;
use crate::seal::SealedSlice;
use crate::shared::Shared;
use crate::split::{Content, SplitSummary, VocabularyBuilder};
use crate::storages::Storages;
use crate::{Mark, Split, split};

/// How long to wait before a split that could not be written is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// How often it is looked whether a day is over, while there is nothing else to do.
const NEEDLES_EVERY: Duration = Duration::from_secs(60);

/// The slices of one class.
pub(crate) struct SplitPart {
    pub(crate) class: ClassName,
    pub(crate) slices: Vec<Arc<SealedSlice>>,
    pub(crate) vocabulary: VocabularyBuilder,
}

/// What shall become splits, one for each class.
pub(crate) struct SplitJob {
    pub(crate) parts: Vec<SplitPart>,
    /// Where the journal begins to count once it is.
    pub(crate) after: JournalPosition,
    /// The lanes that moved up to there.
    pub(crate) marks: Vec<Mark>,
}

pub(crate) struct Publisher {
    pub(crate) shared: Arc<Shared>,
    pub(crate) disk: SharedDisk,
    pub(crate) journal_directory: PathBuf,
    pub(crate) storages: Storages,
    pub(crate) cache: Arc<Cache>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tenant: String,
    pub(crate) catalog: SharedCatalog,
    pub(crate) position: JournalPosition,
    pub(crate) needles: Arc<NeedleKeeper>,
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
        let splits = self.write(job)?;
        self.position = job.after;
        self.shared.held().published(job.after.file);
        self.shared.tail().published(splits);
        self.shared.moved.notify_all();
        self.shared.room.notify_waiters();
        self.remove_old_files(job.after.file);
        Ok(())
    }

    fn write(&mut self, job: &SplitJob) -> Result<Vec<Arc<Split>>> {
        let mut summaries = Vec::with_capacity(job.parts.len());
        for SplitPart { class, slices, vocabulary } in &job.parts {
            let started = Instant::now();
            let summary = split::write(&*self.storages.hot, Content { class, slices, vocabulary })?;
            let (records, millis) = (summary.rows, started.elapsed().as_secs_f64() * 1_000.0);
            info!(split = %summary.id, records, raw_bytes = summary.raw_bytes, data_bytes = summary.data.bytes,
                index_bytes = summary.index.bytes, millis, "split written");
            summaries.push(summary);
        }
        // Everybody sees splits in the order of their batches, as the catalog lists them.
        summaries.sort_by(|left, right| left.id.cmp(&right.id));
        let entries = self.entries(&summaries, job.after);
        let page = Page { after: job.after, entries, marks: job.marks.clone() };
        let name = page_name(self.position.next_sequence, job.after.next_sequence);
        if !page.entries.is_empty() || !page.marks.is_empty() {
            // A page of the same publishing may be there, from a try that the catalog does not know.
            let written = self.storages.hot.put(&name, &page.encode(), &Terms::pointer());
            written.map_err(|source| Error::Write { path: self.storages.hot.locate(&name), source })?;
        }
        self.catalog().publish(&summaries, self.position, job.after, &page.marks, &page.entries)?;
        let split = |summary| {
            Arc::new(Split::new(summary, Copies::fresh(), self.storages.clone(), self.cache.clone()))
        };
        Ok(summaries.into_iter().map(split).collect())
    }

    fn catalog(&self) -> MutexGuard<'_, Catalog> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the log shall say of a publishing.
    fn entries(&self, summaries: &[SplitSummary], after: JournalPosition) -> Vec<Vec<u8>> {
        let (first, next) = (self.position.next_sequence, after.next_sequence);
        let entry = |event| Entry::new(&self.tenant, self.clock.now(), event).to_bytes();
        if summaries.is_empty() {
            return if first < next { vec![entry(Event::Empty { first, next })] } else { Vec::new() };
        }
        let parts = summaries.len() as u64;
        let event = |(part, split): (u64, &SplitSummary)| Event::Split {
            first,
            next,
            part,
            parts,
            split: Box::new(split.clone()),
        };
        (1..).zip(summaries).map(event).map(entry).collect()
    }

    /// Makes the needle indexes of the days that are over.
    fn make_needles(&self) {
        if let Err(problem) = self.needles.make_due() {
            warn!(%problem, "needle index cannot be made; searches ask every split of the day instead");
        }
    }

    fn remove_old_files(&self, first: u64) {
        let files = self.disk.list(&self.journal_directory).unwrap_or_default();
        let old = files.iter().filter_map(|path| file_number(path)).filter(|number| *number < first);
        let is_held =
            |number: &u64| self.shared.receipts().holds(*number) || self.shared.held().holds(*number);
        for number in old.filter(|number| !is_held(number)) {
            if let Err(error) = self.disk.remove(&file_path(&self.journal_directory, number)) {
                warn!(%error, number, "journal file cannot be removed; the next start will try again");
            }
        }
    }
}

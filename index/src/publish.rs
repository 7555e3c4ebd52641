//! The tail thread: makes durable records searchable, and from time to time a split of them.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use palisade_disk::SharedDisk;
use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::catalog::{Catalog, JournalPosition};
use crate::encode::{Chunk, Part, encode};
use crate::error::Result;
use crate::index::Shared;
use crate::ingest::{Applied, Command};
use crate::journal::{file_number, file_path};
use crate::storage::ObjectStorage;
use crate::{Block, Mark, Settings, Split, split};

/// How often followers get what came.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);

/// How long to wait before a split that could not be written is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

pub(crate) struct Publisher {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
    pub(crate) disk: SharedDisk,
    pub(crate) journal_directory: PathBuf,
    pub(crate) storage: Arc<dyn ObjectStorage>,
    pub(crate) catalog: Catalog,
    pub(crate) position: JournalPosition,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) applied: Receiver<Applied>,
    /// Chunks that followers have not got yet.
    pub(crate) fresh: Vec<Arc<Chunk>>,
    pub(crate) rotation_asked: bool,
    pub(crate) followed_at: Instant,
}

impl Publisher {
    pub(crate) fn run(mut self) {
        loop {
            match self.applied.recv_timeout(FOLLOW_EVERY) {
                Ok(Applied::Submission(chunks)) => self.apply(chunks),
                Ok(Applied::Rotated { after, marks }) => self.publish(after, &marks),
                Ok(Applied::Closed) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.followed_at.elapsed() >= FOLLOW_EVERY {
                self.feed_followers();
            }
            if self.is_due() {
                // A full queue means that there is work before it; the next round asks again.
                self.rotation_asked = self.commands.try_send(Command::Rotate).is_ok();
            }
        }
        self.feed_followers();
    }

    fn apply(&mut self, chunks: Vec<Arc<Chunk>>) {
        {
            let mut tail = self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner);
            tail.apply(&chunks);
        }
        self.shared.moved.notify_all();
        if self.shared.follow.receiver_count() > 0 {
            self.fresh.extend(chunks);
        }
    }

    fn feed_followers(&mut self) {
        self.followed_at = Instant::now();
        for chunk in std::mem::take(&mut self.fresh) {
            let part = Part { start: 0, end: chunk.rows.len(), chunk };
            if let Some(block) = encode(part.chunk.rows.stream(), std::slice::from_ref(&part)) {
                // Nobody may listen any more.
                _ = self.shared.follow.send(Arc::new(block));
            }
        }
    }

    fn is_due(&mut self) -> bool {
        let rotation_failed = self.shared.take_rotation_failure();
        if rotation_failed {
            self.rotation_asked = false;
        }
        let tail = self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if self.rotation_asked || tail.is_publishing() || tail.rows() == 0 && !self.shared.publish_is_asked()
        {
            return false;
        }
        let age = tail.waiting_since().map_or(Duration::ZERO, |since| since.elapsed());
        self.shared.publish_is_asked()
            || tail.raw_bytes() >= self.settings.split_bytes.as_u64()
            || age >= self.settings.split_age
    }

    fn publish(&mut self, after: JournalPosition, marks: &[Mark]) {
        self.rotation_asked = false;
        let blocks = self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner).freeze();
        loop {
            match self.write(&blocks, after, marks) {
                Ok(split) => {
                    self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner).published(split);
                    break;
                }
                Err(problem) => {
                    warn!(%problem, "split cannot be written; trying again");
                    self.shared.tail.lock().unwrap_or_else(PoisonError::into_inner).publish_error =
                        Some(problem.to_string());
                    self.shared.moved.notify_all();
                    if !self.wait_before_retry() {
                        // The program stops; the journal still has everything.
                        return;
                    }
                }
            }
        }
        self.position = after;
        self.shared.moved.notify_all();
        self.remove_old_files(after.file);
    }

    /// Goes on making records searchable until the next try; false when the program stops meanwhile.
    fn wait_before_retry(&mut self) -> bool {
        let until = Instant::now() + RETRY_AFTER;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.applied.recv_timeout(left) {
                Ok(Applied::Submission(chunks)) => {
                    self.apply(chunks);
                    self.feed_followers();
                }
                // Rotation is only asked for when nothing is being published.
                Ok(Applied::Rotated { .. }) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Applied::Closed) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }

    fn write(
        &mut self,
        blocks: &[Arc<Block>],
        after: JournalPosition,
        marks: &[Mark],
    ) -> Result<Option<Arc<Split>>> {
        if blocks.is_empty() {
            self.catalog.publish(None, self.position, after, marks)?;
            return Ok(None);
        }
        let started = Instant::now();
        let summary = split::write(&*self.storage, blocks)?;
        self.catalog.publish(Some(&summary), self.position, after, marks)?;
        let (records, millis) = (summary.rows, started.elapsed().as_millis());
        info!(split = %summary.id, records, raw_bytes = summary.raw_bytes, data_bytes = summary.data_bytes,
            index_bytes = summary.index_bytes, millis, "split published");
        Ok(Some(Arc::new(Split::new(summary, self.storage.clone()))))
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

//! The tail thread: makes durable records searchable, and asks for a split of them from time to time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tracing::error;

use crate::arrivals::Arrived;
use crate::catalog::JournalPosition;
use crate::chunk::Chunk;
use crate::ingest::{Applied, Command};
use crate::seal_thread::SealJob;
use crate::shared::Shared;
use crate::tail::UnsealedSlice;
use crate::{Mark, Settings};

/// How often followers get what came.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct TailKeeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) applied: Receiver<Applied>,
    pub(crate) jobs: SyncSender<SealJob>,
    /// Chunks that followers have not got yet.
    pub(crate) fresh: Vec<Arc<Chunk>>,
    pub(crate) rotation_asked: bool,
    pub(crate) followed_at: Instant,
}

impl TailKeeper {
    pub(crate) fn run(mut self) {
        loop {
            match self.applied.recv_timeout(FOLLOW_EVERY) {
                Ok(Applied::Submission { chunks, next }) => self.apply(chunks, next),
                Ok(Applied::Rotated { after, marks }) => self.hand_over(after, marks),
                Ok(Applied::Closed) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.followed_at.elapsed() >= FOLLOW_EVERY {
                self.feed_followers();
            }
            if self.shared.receipts().is_overdue() {
                // A full queue means that the journal thread is awake, and closes the file by itself.
                _ = self.commands.try_send(Command::CloseFile);
            }
            if self.is_due() {
                // A full queue means that there is work before it; the next round asks again.
                self.rotation_asked = self.commands.try_send(Command::Rotate).is_ok();
            }
        }
        self.feed_followers();
        self.shared.arrivals.close();
    }

    fn apply(&mut self, chunks: Vec<Arc<Chunk>>, next: u64) {
        self.shared.arrivals.push(Arrived::new(chunks.clone(), next));
        if self.shared.follow.receiver_count() > 0 {
            self.fresh.extend(chunks.iter().cloned());
        }
        let slices = {
            let mut tail = self.shared.tail();
            tail.apply(chunks);
            tail.take_slices(false)
        };
        self.shared.moved.notify_all();
        self.seal(slices);
    }

    fn seal(&self, slices: Vec<Arc<UnsealedSlice>>) {
        for slice in slices {
            if self.jobs.send(SealJob::Slice(slice)).is_err() {
                error!("the seal thread is gone; records stay in the journal until the next start");
            }
        }
    }

    fn feed_followers(&mut self) {
        self.followed_at = Instant::now();
        for chunk in std::mem::take(&mut self.fresh) {
            // Nobody may listen any more.
            _ = self.shared.follow.send(Arc::new(chunk.block()));
        }
    }

    fn is_due(&mut self) -> bool {
        let rotation_failed = self.shared.take_rotation_failure();
        if rotation_failed {
            self.rotation_asked = false;
        }
        let tail = self.shared.tail();
        if self.rotation_asked || tail.is_publishing() || tail.rows() == 0 && !self.shared.publish_is_asked()
        {
            return false;
        }
        let age = tail.waiting_since().map_or(Duration::ZERO, |since| since.elapsed());
        self.shared.publish_is_asked()
            || tail.raw_bytes() >= self.settings.split_bytes.as_u64()
            || age >= self.settings.split_age
    }

    fn hand_over(&mut self, after: JournalPosition, marks: Vec<Mark>) {
        self.rotation_asked = false;
        let slices = {
            let mut tail = self.shared.tail();
            tail.hand_over();
            tail.take_slices(true)
        };
        self.seal(slices);
        if self.jobs.send(SealJob::Split { after, marks }).is_err() {
            error!("the seal thread is gone; records stay in the journal until the next start");
        }
    }
}

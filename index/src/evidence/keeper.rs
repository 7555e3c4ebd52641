//! The log thread: what the catalog says happened becomes part of the signed log, within a second.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use palisade_record::{Clock, Timestamp};
use palisade_storage::{ObjectStorage, Terms};
use tracing::{info, warn};

use super::entry::{Entry, Event};
use super::signed_log::SignedLog;
use crate::catalog::SharedCatalog;
use crate::error::{Error, Result};

/// How often it is looked for new entries.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A log without news says so as often as this: that nothing happened can then be told from that nothing was told.
const IDLE_AFTER: Duration = Duration::from_secs(3_600);

pub(crate) struct LogKeeper {
    pub(crate) catalog: SharedCatalog,
    pub(crate) log: SignedLog,
    pub(crate) tenant: String,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where checkpoints are copied to, out of reach of who could change the log.
    pub(crate) anchor: Option<Arc<dyn ObjectStorage>>,
    /// A checkpoint that is not in the anchor yet.
    pub(crate) unanchored: Option<(u64, String)>,
    pub(crate) last_entry_at: Timestamp,
    /// Closed when the program ends.
    pub(crate) stop: Receiver<()>,
}

impl LogKeeper {
    pub(crate) fn run(mut self) {
        loop {
            let is_last = !matches!(self.stop.recv_timeout(LOOK_EVERY), Err(RecvTimeoutError::Timeout));
            if let Err(problem) = self.catch_up() {
                warn!(%problem, "the log cannot be written; trying again");
            }
            self.anchor();
            if is_last {
                return;
            }
        }
    }

    fn catch_up(&mut self) -> Result<()> {
        loop {
            let catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
            let entries = catalog.log_entries(self.log.size(), SignedLog::ENTRIES_MAX)?;
            drop(catalog);
            let now = self.clock.now();
            if entries.is_empty() {
                if now.since(self.last_entry_at) < IDLE_AFTER {
                    return Ok(());
                }
                let entry = Entry::new(&self.tenant, now, Event::Idle).to_bytes();
                self.catalog.lock().unwrap_or_else(PoisonError::into_inner).append_log(entry)?;
                self.last_entry_at = now;
                continue;
            }
            let note = self.log.append(&entries)?;
            self.last_entry_at = now;
            info!(entries = entries.len(), size = self.log.size(), "log signed");
            self.unanchored = Some((self.log.size(), note));
        }
    }

    /// Copies the newest checkpoint; those in between are vouched for by it.
    fn anchor(&mut self) {
        let (Some(anchor), Some((size, note))) = (&self.anchor, &self.unanchored) else { return };
        let name = format!("{}/{size:020}", self.tenant);
        match anchor.put(&name, note.as_bytes(), &Terms::default()) {
            Ok(_) => self.unanchored = None,
            Err(source) => {
                let problem = Error::Write { path: anchor.locate(&name), source };
                warn!(%problem, "checkpoint cannot be anchored; trying again");
            }
        }
    }
}

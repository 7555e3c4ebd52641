//! Records in the order in which they became durable, for one reader that must not miss any: detection.
//!
//! The reader gets what the tail thread makes searchable. One that is too slow is not waited for: what it has missed it reads from the
//! journal, whose files stay until it says that it needs them no more.

mod arrived; // what became durable together
mod held; // journal files that are still to be read
mod queue; // between the tail thread and the reader

#[cfg(test)]
mod tests;

pub use arrived::{Arrived, ArrivedRows};
pub(crate) use held::Held;
pub(crate) use queue::Queue;

use std::path::PathBuf;
use std::time::Duration;

use tracing::warn;

use self::queue::Taken;
use crate::chunk::{Accepted, chunks};
use crate::error::{Error, Result};
use crate::journal::{Entry, Header, file_number, file_path, read_file};
use crate::placement::Arrival;
use crate::{Index, Parse};

/// From where on a reader reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReadFrom {
    /// There is no reader: the journal keeps nothing for one.
    #[default]
    Nowhere,
    /// From what is in no split yet.
    Unpublished,
    /// From the batch with this number.
    Batch(u64),
}

/// How waiting ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// Something came.
    Arrived,
    /// Nothing came in time.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

/// Reads what became durable, in order.
pub struct Arrivals {
    index: Index,
    position: u64,
    missed: u64,
}

impl Arrivals {
    /// The number of the next batch.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Batches that were not in the journal any more, since this was last asked.
    pub fn take_missed(&mut self) -> u64 {
        std::mem::take(&mut self.missed)
    }

    /// Hands on what has come, or comes within some time. `parse` makes rows of what has to be read from the journal.
    ///
    /// # Errors
    /// When the journal cannot be read. The next call tries again from where this one came to.
    pub fn wait(
        &mut self,
        patience: Duration,
        parse: &dyn Parse,
        take: &mut dyn FnMut(Arrived),
    ) -> Result<Waited> {
        match self.index.shared.arrivals.take(patience) {
            Taken::Arrived(arrived) => {
                for arrived in arrived {
                    self.hand_on(arrived, take);
                }
                Ok(Waited::Arrived)
            }
            Taken::Missed { until } => {
                let read = self.read_journal(until, parse, take);
                if read.is_err() {
                    self.index.shared.arrivals.still_missed();
                }
                read.map(|()| Waited::Arrived)
            }
            Taken::Nothing => Ok(Waited::Nothing),
            Taken::Closed => Ok(Waited::Closed),
        }
    }

    fn hand_on(&mut self, arrived: Arrived, take: &mut dyn FnMut(Arrived)) {
        if arrived.next <= self.position {
            return;
        }
        self.position = arrived.next;
        take(arrived);
    }

    /// What came before `position` is done with, also after a crash: its journal files may go.
    pub fn done(&self, position: u64) {
        let shared = &self.index.shared;
        for file in shared.held().done(position) {
            if !shared.receipts().holds(file) {
                self.index.remove_journal_file(&file_path(&self.index.journal_directory, file));
            }
        }
    }

    fn read_journal(&mut self, until: u64, parse: &dyn Parse, take: &mut dyn FnMut(Arrived)) -> Result<()> {
        let directory = &self.index.journal_directory;
        let unreadable = |source| Error::Read { path: directory.to_path_buf(), source };
        let mut files: Vec<(u64, PathBuf)> = self
            .index
            .disk
            .list(directory)
            .map_err(unreadable)?
            .into_iter()
            .filter_map(|path| Some((file_number(&path)?, path)))
            .collect();
        files.sort();
        let needed = self.index.shared.held().is_needed_from(self.position);
        for (number, path) in files.into_iter().filter(|(number, _)| needed(*number)) {
            if self.position >= until {
                return Ok(());
            }
            // The file that is being written ends wherever it does at the moment.
            let is_closed = self.index.shared.held().is_closed(number);
            let mut sequence = None;
            let disk = self.index.disk.clone();
            read_file(&*disk, &path, !is_closed, |header, entry| {
                self.replay(header, &entry, &mut sequence, until, (parse, &mut *take))
            })?;
        }
        if self.position < until {
            self.skip_to(until);
        }
        Ok(())
    }

    fn replay(
        &mut self,
        header: &Header,
        entry: &Entry<'_>,
        sequence: &mut Option<u64>,
        until: u64,
        (parse, take): (&dyn Parse, &mut dyn FnMut(Arrived)),
    ) -> std::result::Result<(), String> {
        // A file of version 1 does not tell its first batch; it was read to its end before version 2 began.
        let Some(first) = sequence.or(header.first) else { return Ok(()) };
        if first >= until {
            return Ok(());
        }
        let batches = entry.batches()?;
        let next = first + batches.len() as u64;
        *sequence = Some(next);
        if next <= self.position {
            return Ok(());
        }
        if first > self.position {
            self.skip_to(first);
        }
        let accepted: Vec<Option<Accepted>> = (first..)
            .zip(&batches)
            .map(|(sequence, batch)| {
                let arrival = Arrival::new(batch.lane.clone().into(), sequence, entry.received_at);
                Some(Accepted { arrival, from: batch.from })
            })
            .collect();
        let chunks = chunks(parse.parse(&batches, entry.received_at), &accepted);
        self.hand_on(Arrived { chunks, next }, take);
        Ok(())
    }

    fn skip_to(&mut self, batch: u64) {
        let missed = batch - self.position;
        warn!(
            from = self.position,
            to = batch,
            "batches are not in the journal any more; rules have not seen them"
        );
        (self.missed, self.position) = (self.missed + missed, batch);
    }
}

impl Index {
    /// The one reader of what becomes durable. Where it reads from was said when the index was opened.
    pub fn arrivals(&self) -> Arrivals {
        let position = self.shared.held().reader().unwrap_or(u64::MAX);
        self.shared.arrivals.begin();
        Arrivals { index: self.clone(), position, missed: 0 }
    }

    /// Nobody needs this file any more.
    pub(crate) fn remove_journal_file(&self, path: &std::path::Path) {
        if let Err(error) = self.disk.remove(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            warn!(%error, path = %path.display(), "journal file cannot be removed; the next start will try again");
        }
    }
}

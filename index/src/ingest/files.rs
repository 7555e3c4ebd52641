//! When one journal file ends and the next begins: before a split is made, and when what is in it wants a receipt.

use std::path::Path;
use std::sync::PoisonError;

use tracing::warn;

use super::{Applied, Journalist};
use crate::catalog::JournalPosition;
use crate::journal::JournalFile;

impl Journalist {
    /// Begins a new file, so that what is before it can become a split.
    pub(super) fn rotate(&mut self) {
        if let Err(error) = self.begin_file() {
            warn!(%error, after = self.file.number(), "journal file cannot be created; publishing waits");
            self.shared.rotation_failed(&error);
            return;
        }
        self.closed_bytes = 0;
        let number = self.file.number();
        let marks = self.shared.marks.lock().unwrap_or_else(PoisonError::into_inner).take_moved();
        let after = JournalPosition { file: number, next_sequence: self.next_sequence };
        // Nobody listens any more when the tail thread is gone; then the journal keeps everything.
        _ = self.applied.send(Applied::Rotated { after, marks });
    }

    /// Closes the file so that it can become a receipt. It stays a part of what the next split is made of.
    pub(super) fn close_file(&mut self) {
        // Of a file whose sync failed nobody knows what is in it until the next start.
        if self.shared.stopped().is_some() {
            return self.shared.receipts().postpone();
        }
        let bytes = self.file.bytes();
        match self.begin_file() {
            Ok(()) => self.closed_bytes += bytes,
            Err(error) => {
                warn!(%error, after = self.file.number(), "journal file cannot be created; receipts wait");
                self.shared.receipts().postpone();
            }
        }
    }

    fn begin_file(&mut self) -> std::io::Result<()> {
        let number = self.file.number() + 1;
        let file = JournalFile::create(&*self.disk, &self.directory, number, self.next_sequence)
            .inspect_err(|_| self.remove_half_made(number))?;
        let closed = std::mem::replace(&mut self.file, file);
        let batches = closed.first()..self.next_sequence;
        self.shared.held().add(closed.number(), batches.end, closed.bytes());
        self.shared.receipts().closed(closed.number(), batches, closed.bytes());
        Ok(())
    }

    fn remove_half_made(&self, number: u64) {
        let path: &Path = &crate::journal::file_path(&self.directory, number);
        if let Err(error) = self.disk.remove(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            warn!(path = %path.display(), %error, "half-made journal file cannot be removed");
        }
    }
}

//! Which journal files go into the cold storage as they are, within seconds of arrival: receipts of the records in them.
//!
//! A file that got a batch of a stream with receipts is closed soon, without a split being made of it, and is due from then
//! on. It is not removed before somebody says that it was put. What was put is known by one number in the catalog, because
//! files are put in their order: a kill in between lets one be put again, under the same name with the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};

use palisade_disk::read_file;
use palisade_record::{StreamName, Timestamp};

use crate::error::{Error, Result};
use crate::journal::{FILE_BYTES_MAX, file_path};
use crate::{Index, StreamClasses};

/// Where receipts lie.
pub const RECEIPTS: &str = "receipts/";

/// How long a file with a batch that wants a receipt takes in further ones. Shorter, and there would be more objects, each
/// of which is a request that costs; longer, and records would be alone on this disk for longer.
pub(crate) const CLOSED_AFTER: Duration = Duration::from_secs(2);

/// The document of the catalog that tells how far receipts were put.
const KIND: &str = "receipts";
const NEXT: &str = "next";

/// A closed journal file that is to be put into the cold storage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalReceipt {
    /// The numbers of the batches in it.
    pub batches: Range<u64>,
    /// How long it is.
    pub bytes: u64,
    /// When the first batch that wants it arrived.
    pub since: Timestamp,
    file: u64,
}

impl JournalReceipt {
    /// The name of its object.
    pub fn name(&self) -> String {
        receipt_name(&self.batches)
    }
}

/// The name of the receipt of these batches.
pub fn receipt_name(batches: &Range<u64>) -> String {
    format!("{RECEIPTS}{:016x}-{:016x}.journal", batches.start, batches.end)
}

/// The numbers of the batches of a receipt, from its name.
pub fn receipt_batches(name: &str) -> Option<Range<u64>> {
    let (first, next) = name.strip_prefix(RECEIPTS)?.strip_suffix(".journal")?.split_once('-')?;
    let number = |text: &str| (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok()).flatten();
    let batches = number(first)?..number(next)?;
    (batches.start < batches.end).then_some(batches)
}

/// What is to be put, and what waits in the file that is being written.
#[derive(Default)]
pub(crate) struct Receipts {
    streams: BTreeSet<StreamName>,
    /// Everything before it was put already.
    put: u64,
    /// Since when the file that is being written has to be closed, and when the batch arrived.
    open: Option<(Instant, Timestamp)>,
    due: BTreeMap<u64, JournalReceipt>,
}

impl Receipts {
    pub(crate) fn new(classes: &StreamClasses, put: u64) -> Self {
        Self { streams: classes.receipts().clone(), put, ..Self::default() }
    }

    /// Whether there is any stream with receipts.
    pub(crate) fn are_wanted(&self) -> bool {
        !self.streams.is_empty()
    }

    /// Whether records of a stream get them.
    pub(crate) fn wants(&self, stream: &StreamName) -> bool {
        self.streams.contains(stream)
    }

    /// A batch that wants one is durable in the file that is being written.
    pub(crate) fn begun(&mut self, at: Timestamp) {
        self.open.get_or_insert_with(|| (Instant::now(), at));
    }

    /// Whether the file that is being written is to be closed.
    pub(crate) fn is_overdue(&self) -> bool {
        self.open.is_some_and(|(since, _)| since.elapsed() >= CLOSED_AFTER)
    }

    /// It could not be closed; that is tried again after a while.
    pub(crate) fn postpone(&mut self) {
        self.open = self.open.map(|(_, at)| (Instant::now(), at));
    }

    /// The file that was being written is closed; another one is being written now.
    pub(crate) fn closed(&mut self, file: u64, batches: Range<u64>, bytes: u64) {
        if let Some((_, since)) = self.open.take() {
            self.add(file, batches, bytes, since);
        }
    }

    /// A closed file in which there is such a batch; whether it is due.
    pub(crate) fn add(&mut self, file: u64, batches: Range<u64>, bytes: u64, since: Timestamp) -> bool {
        let is_due = batches.end > self.put;
        if is_due {
            self.due.insert(file, JournalReceipt { batches, bytes, since, file });
        }
        is_due
    }

    /// Whether a file may not be removed yet.
    pub(crate) fn holds(&self, file: u64) -> bool {
        self.due.contains_key(&file)
    }

    fn is_first(&self, file: u64) -> bool {
        self.due.keys().next() == Some(&file)
    }
}

impl Index {
    /// The closed journal files that are to be put into the cold storage, in the order in which that has to be done.
    pub fn receipts_due(&self) -> Vec<JournalReceipt> {
        self.shared.receipts().due.values().cloned().collect()
    }

    /// The bytes of a file that is due: the whole of it, as it is put.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_receipt(&self, receipt: &JournalReceipt) -> Result<Vec<u8>> {
        let path = file_path(&self.journal_directory, receipt.file);
        let unreadable = |source| Error::Read { path: path.clone(), source };
        let mut bytes = read_file(&*self.disk, &path, FILE_BYTES_MAX).map_err(unreadable)?;
        // Behind it can be what a failed sync left; nothing of that was acknowledged.
        let length = usize::try_from(receipt.bytes).unwrap_or(usize::MAX);
        if bytes.len() < length {
            return Err(unreadable(std::io::ErrorKind::UnexpectedEof.into()));
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    /// The oldest of them is in the cold storage. Its file goes, if its records are in splits.
    ///
    /// # Errors
    /// When the catalog cannot be written; the file is due still then, and putting it again changes nothing.
    pub fn receipt_done(&self, receipt: &JournalReceipt) -> Result<()> {
        if self.shared.receipts().is_first(receipt.file) {
            self.put_document(KIND, NEXT, &receipt.batches.end.to_string(), None)?;
            self.shared.receipts().put = receipt.batches.end;
        }
        // In this order: who publishes commits first and looks then whether the file is held.
        self.shared.receipts().due.remove(&receipt.file);
        if receipt.file < self.catalog().position()?.file && !self.shared.held().holds(receipt.file) {
            self.remove_journal_file(&file_path(&self.journal_directory, receipt.file));
        }
        Ok(())
    }

    /// Whether all these batches are in splits.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn are_in_splits(&self, batches: &Range<u64>) -> Result<bool> {
        Ok(batches.end <= self.catalog().position()?.next_sequence)
    }
}

/// Up to which batch receipts were put, as the catalog tells.
pub(crate) fn put_before(document: Option<&str>) -> u64 {
    // Without a number all are put again, which changes nothing.
    document.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Where the catalog tells it.
pub(crate) const fn document() -> (&'static str, &'static str) {
    (KIND, NEXT)
}

#[cfg(test)]
mod tests;

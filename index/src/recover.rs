//! What happens at the start, in order: the catalog tells where the journal begins to count; older files are left over
//! from a crash after publishing and go, unless they are to be receipts still; the others are read into the tail; a group
//! that a crash tore is cut.

use std::path::Path;

use palisade_disk::Disk;
use palisade_record::Timestamp;
use tracing::{info, warn};

use crate::arrivals::Held;
use crate::catalog::JournalPosition;
use crate::chunk::{Accepted, chunks};
use crate::error::{Error, Result};
use crate::journal::{Entry, FILE_HEADER_BYTES, Header, file_number, first_batch, read_file};
use crate::marks::Marks;
use crate::placement::Arrival;
use crate::receipts::Receipts;
use crate::seal::Sealer;
use crate::submission::Parse;
use crate::tail::Tail;

/// What the journal held.
pub(crate) struct Recovered {
    /// The number for the next journal file.
    pub(crate) next_file: u64,
    /// The number of the next batch.
    pub(crate) next_sequence: u64,
    /// Bytes of the files.
    pub(crate) bytes: u64,
    /// When the oldest record came that is in no split.
    pub(crate) oldest: Option<Timestamp>,
}

/// Where what is found goes.
pub(crate) struct Recovery<'a> {
    pub(crate) parse: &'a dyn Parse,
    pub(crate) tail: &'a mut Tail,
    pub(crate) marks: &'a mut Marks,
    pub(crate) sealer: &'a mut Sealer,
    pub(crate) receipts: &'a mut Receipts,
    pub(crate) held: &'a mut Held,
}

/// Reads the journal from `position` on.
pub(crate) fn recover(
    disk: &dyn Disk,
    directory: &Path,
    position: JournalPosition,
    mut recovery: Recovery<'_>,
) -> Result<Recovered> {
    let unreadable = |source| Error::Read { path: directory.to_owned(), source };
    let mut files: Vec<_> = disk
        .list(directory)
        .map_err(unreadable)?
        .into_iter()
        .filter_map(|path| Some((file_number(&path)?, path)))
        .collect();
    files.sort();
    let (old, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(number, _)| *number < position.file);
    recovery.held.published(position.file);
    for (at, (number, path)) in old.iter().enumerate() {
        // Where one ends, the next one begins.
        let end = match old.get(at + 1) {
            Some((_, next)) => first_batch(disk, next),
            None => Some(position.next_sequence),
        };
        let bytes = disk.open(path).and_then(|file| file.length()).unwrap_or(0);
        end.into_iter().for_each(|end| recovery.held.add(*number, end, bytes));
        let (number, is_held) = (*number, recovery.held.holds(*number));
        if is_receipt_due(disk, number, path, recovery.receipts) || is_held {
            continue;
        }
        disk.remove(path).map_err(|source| Error::Write { path: path.clone(), source })?;
    }
    let (mut next_sequence, mut bytes, mut oldest) = (position.next_sequence, 0, None::<Timestamp>);
    let last = files.last().map(|(number, _)| *number);
    for (number, path) in &files {
        let (mut first, mut since) = (None, None);
        let mut take = |header: &Header, entry: Entry<'_>| {
            if first.is_none() {
                next_sequence = first_of(header, next_sequence)?;
                first = Some(next_sequence);
            }
            let wants_receipt = recovery.replay(&entry, &mut next_sequence)?;
            oldest = Some(oldest.map_or(entry.received_at, |oldest| oldest.min(entry.received_at)));
            since = since.or(wants_receipt.then_some(entry.received_at));
            Ok(())
        };
        let report = read_file(disk, path, Some(*number) == last, &mut take)?;
        info!(path = %path.display(), entries = report.entries, "journal file read");
        if report.torn_bytes > 0 {
            warn!(path = %path.display(), bytes = report.torn_bytes, "torn end of the journal cut; it was never acknowledged");
        }
        if report.torn_bytes > 0 || report.whole_bytes < FILE_HEADER_BYTES {
            cut(disk, path, report.whole_bytes)?;
        }
        // A file without batches counts too: those behind it go on from there.
        let told = report.header.and_then(|header| header.first);
        next_sequence = next_sequence.max(told.unwrap_or(0));
        bytes += report.whole_bytes;
        recovery.held.add(*number, next_sequence, report.whole_bytes);
        // A file that does not tell its first batch could not come back alone.
        if let (Some(_), Some(first), Some(since)) = (told, first, since) {
            _ = recovery.receipts.add(*number, first..next_sequence, report.whole_bytes, since);
        }
    }
    let next_file = last.map_or(position.file, |last| last + 1);
    Ok(Recovered { next_file, next_sequence, bytes, oldest })
}

impl Recovery<'_> {
    /// Takes in an entry; whether a batch of it wants a receipt.
    fn replay(&mut self, entry: &Entry<'_>, next_sequence: &mut u64) -> std::result::Result<bool, String> {
        let batches = entry.batches()?;
        let rows = self.parse.parse(&batches, entry.received_at);
        let mut accepted = Vec::with_capacity(batches.len());
        for batch in &batches {
            if entry.positioned {
                _ = self.marks.advance(batch);
            }
            let arrival = Arrival::new(batch.lane.clone().into(), *next_sequence, entry.received_at);
            accepted.push(Some(Accepted { arrival, from: batch.from }));
            *next_sequence += 1;
        }
        self.tail.apply(chunks(rows, &accepted));
        for slice in self.tail.take_slices(false) {
            self.tail.sealed(self.sealer.seal(&slice));
        }
        Ok(batches.iter().any(|batch| self.receipts.wants(&batch.stream)))
    }
}

/// The number of the first batch of a file, where `expected` come before it. Between files that came back as receipts there
/// can be batches that had none; their numbers are not given again.
fn first_of(header: &Header, expected: u64) -> std::result::Result<u64, String> {
    match header.first {
        Some(first) if first < expected => {
            Err(format!("its batches count from {first}, and those before it up to {expected}"))
        }
        Some(first) if first > expected => {
            warn!(from = expected, to = first, "batches are not there any more: they had no receipt");
            Ok(first)
        }
        Some(_) | None => Ok(expected),
    }
}

/// Whether a file whose records are in splits is to become a receipt still.
fn is_receipt_due(disk: &dyn Disk, number: u64, path: &Path, receipts: &mut Receipts) -> bool {
    if !receipts.are_wanted() {
        return false;
    }
    let (mut next, mut since) = (None, None);
    let read = read_file(disk, path, false, |header, entry| {
        let batches = entry.batches()?;
        // Before version 2 there were no receipts.
        next = next.or(header.first).map(|next| next + batches.len() as u64);
        let wants_receipt = batches.iter().any(|batch| receipts.wants(&batch.stream));
        since = since.or(wants_receipt.then_some(entry.received_at));
        Ok(())
    });
    match (read, next, since) {
        (Ok(report), Some(next), Some(since)) => {
            let first = report.header.and_then(|header| header.first).unwrap_or(next);
            receipts.add(number, first..next, report.whole_bytes, since)
        }
        (Err(error), ..) => {
            warn!(%error, "no receipt can be made of this file; its records are in splits");
            false
        }
        _ => false,
    }
}

/// Leaves only what is whole of a file, so that it is undamaged when it is no longer the last one. A file that was never
/// begun goes.
fn cut(disk: &dyn Disk, path: &Path, whole_bytes: u64) -> Result<()> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if whole_bytes < FILE_HEADER_BYTES {
        disk.remove(path).map_err(failed)?;
        return path.parent().map_or(Ok(()), |directory| disk.sync_directory(directory)).map_err(failed);
    }
    let file = disk.open(path).map_err(failed)?;
    file.truncate(whole_bytes).and_then(|()| file.sync()).map_err(failed)
}

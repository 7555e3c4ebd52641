//! What happens at the start, in order: the catalog tells where the journal begins to count; older files are left over
//! from a crash after publishing and go; the others are read into the tail; a group that a crash tore is cut.

use std::path::Path;

use palisade_disk::Disk;
use palisade_record::Timestamp;
use tracing::{info, warn};

use crate::catalog::JournalPosition;
use crate::chunk::{Accepted, chunks};
use crate::error::{Error, Result};
use crate::journal::{Entry, FILE_HEADER_BYTES, file_number, read_file};
use crate::marks::Marks;
use crate::placement::Arrival;
use crate::seal::Sealer;
use crate::submission::Parse;
use crate::tail::Tail;

/// What the journal held.
pub(crate) struct Recovered {
    /// The number for the next journal file.
    pub(crate) next_file: u64,
    /// The number of the next batch.
    pub(crate) next_sequence: u64,
    /// When the oldest record came that is in no split.
    pub(crate) oldest: Option<Timestamp>,
}

/// Reads the journal from `position` on into `tail` and `marks`.
pub(crate) fn recover(
    disk: &dyn Disk,
    directory: &Path,
    position: JournalPosition,
    parse: &dyn Parse,
    tail: &mut Tail,
    marks: &mut Marks,
    sealer: &mut Sealer,
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
    for (_, path) in old {
        disk.remove(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
    }
    let (mut next_sequence, mut oldest) = (position.next_sequence, None::<Timestamp>);
    let last = files.last().map(|(number, _)| *number);
    for (number, path) in &files {
        let mut take = |entry: Entry<'_>| {
            replay(&entry, parse, tail, marks, &mut next_sequence)?;
            oldest = Some(oldest.map_or(entry.received_at, |oldest| oldest.min(entry.received_at)));
            for slice in tail.take_slices(false) {
                tail.sealed(sealer.seal(&slice));
            }
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
    }
    Ok(Recovered { next_file: last.map_or(position.file, |last| last + 1), next_sequence, oldest })
}

fn replay(
    entry: &Entry<'_>,
    parse: &dyn Parse,
    tail: &mut Tail,
    marks: &mut Marks,
    next_sequence: &mut u64,
) -> std::result::Result<(), String> {
    let batches = entry.batches()?;
    let rows = parse.parse(&batches, entry.received_at);
    let mut accepted = Vec::with_capacity(batches.len());
    for batch in &batches {
        if entry.positioned {
            _ = marks.advance(batch);
        }
        let arrival = Arrival::new(batch.lane.clone().into(), *next_sequence, entry.received_at);
        accepted.push(Some(Accepted { arrival, from: batch.from }));
        *next_sequence += 1;
    }
    tail.apply(chunks(rows, &accepted));
    Ok(())
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

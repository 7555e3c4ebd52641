//! Receipts: journal files in the cold storage. Whether one is what its name says, and how those that are in no publishing
//! come back into the journal.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use palisade_disk::{Disk, RealDisk, replace_file};
use palisade_storage::ObjectStorage;

use crate::catalog::JournalPosition;
use crate::error::{Error, Result};
use crate::journal::{file_path, read_bytes};
use crate::receipts::{RECEIPTS, receipt_batches};

/// What came back into the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Returned {
    pub(super) receipts: u64,
    pub(super) batches: u64,
    pub(super) records: u64,
}

/// What a receipt holds.
struct Contents {
    /// The number of the journal file.
    file: u64,
    records: u64,
}

/// Reads a receipt; says where it is not the journal file that its name promises.
fn contents(bytes: &[u8], place: &Path, batches: &Range<u64>) -> Result<Contents> {
    let (mut count, mut records) = (0, 0);
    let report = read_bytes(bytes, place, false, |_, entry| {
        for batch in entry.batches()? {
            count += 1;
            records += batch.frames.len() as u64;
        }
        Ok(())
    })?;
    let damaged = |problem| Error::Damaged { path: place.to_owned(), offset: 0, problem };
    let header = report.header.ok_or_else(|| damaged("it has no header".to_owned()))?;
    let found = header.first.map(|first| first..first + count);
    if found.as_ref() == Some(batches) {
        return Ok(Contents { file: header.number, records });
    }
    let Range { start, end } = found.unwrap_or_default();
    Err(damaged(format!("it holds the batches {start} to {end}, and its name tells of others")))
}

/// Whether a receipt is what its name tells.
pub(crate) fn check_receipt(bytes: &[u8], place: &Path, batches: &Range<u64>) -> Result<()> {
    contents(bytes, place, batches).map(drop)
}

/// Puts the receipts of batches that no publishing has into the journal of `data_dir`, from where the next start takes them.
pub(super) fn bring_back(
    data_dir: &Path,
    cold: Option<&dyn ObjectStorage>,
    position: JournalPosition,
) -> Result<Returned> {
    let Some(cold) = cold else { return Ok(Returned::default()) };
    let unreadable = |name: &str, source| Error::Read { path: cold.locate(name), source };
    let names = cold.list(RECEIPTS).map_err(|source| unreadable(RECEIPTS, source))?;
    let journal = data_dir.join("journal");
    let unwritable = |source| Error::Write { path: journal.clone(), source };
    RealDisk.create_directory(&journal).map_err(unwritable)?;
    let mut returned = Returned::default();
    for (batches, name) in unpublished(&names, position.next_sequence) {
        let bytes = cold.length(name).and_then(|length| cold.get(name, 0..length));
        let bytes = bytes.map_err(|source| unreadable(name, source))?;
        let Contents { file, records } = contents(&bytes, &cold.locate(name), &batches)?;
        if file < position.file {
            let problem =
                format!("it is of journal file {file}, and the journal counts from {}", position.file);
            return Err(Error::Damaged { path: cold.locate(name), offset: 5, problem });
        }
        let path = file_path(&journal, file);
        // One that is there has more in it, or the same: the receipt was made of it.
        if !path.exists() {
            replace_file(&RealDisk, &path, &bytes).map_err(|source| Error::Write { path, source })?;
        }
        returned.receipts += 1;
        returned.batches += batches.end - batches.start;
        returned.records += records;
    }
    Ok(returned)
}

/// The receipts of batches from `next` on, in their order. Of those that begin with the same batch the longest counts: after
/// a failed sync a file can be put once without what nobody knew of, and after a start with it.
fn unpublished(names: &[String], next: u64) -> Vec<(Range<u64>, &String)> {
    let mut longest: BTreeMap<u64, (u64, &String)> = BTreeMap::new();
    for (batches, name) in names.iter().filter_map(|name| Some((receipt_batches(name)?, name))) {
        if batches.start < next {
            continue;
        }
        let known = longest.entry(batches.start).or_insert((batches.end, name));
        if known.0 < batches.end {
            *known = (batches.end, name);
        }
    }
    longest.into_iter().map(|(first, (next, name))| (first..next, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipts::receipt_name;

    #[test]
    fn the_longest_receipts_behind_the_last_publishing_come_back_in_their_order() {
        let names =
            [(0, 4), (4, 6), (4, 9), (9, 10), (12, 13)].map(|(first, next)| receipt_name(&(first..next)));
        let found: Vec<_> = unpublished(&names, 4).into_iter().map(|(batches, _)| batches).collect();
        assert_eq!(found, [4..9, 9..10, 12..13]);
        assert!(unpublished(&["receipts/x".to_owned()], 0).is_empty());
    }

    #[test]
    fn what_is_no_journal_file_is_told() {
        let refused = contents(b"PALJ", Path::new("receipts/a"), &(0..1)).err().unwrap().to_string();
        assert!(refused.contains("receipts/a is damaged"), "{refused}");
    }
}

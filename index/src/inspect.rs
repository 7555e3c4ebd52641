//! Says what a file on the collector's disk holds, for people who look at one file alone.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use palisade_disk::RealDisk;
use palisade_record::Clock;
use serde::Serialize;

use crate::Storages;
use crate::cache::Cache;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::evidence::reindex;
use crate::journal::read_file;
use crate::split::{Split, SplitSummary};
use palisade_storage::{LocalStorage, ObjectStorage};

/// What a journal file holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct JournalReport {
    /// The file.
    pub path: PathBuf,
    /// Groups, each made durable by one sync.
    pub groups: u64,
    /// Submissions.
    pub entries: u64,
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// Bytes of a last group that a crash cut short.
    pub torn_bytes: u64,
}

/// Reads a journal file as the program does at its start, and changes nothing.
///
/// # Errors
/// Where and how the file is damaged.
pub fn inspect_journal(path: &Path) -> Result<JournalReport> {
    let (mut batches, mut records) = (0, 0);
    let report = read_file(&RealDisk, path, true, |_, entry| {
        for batch in entry.batches()? {
            batches += 1;
            records += batch.frames.len() as u64;
        }
        Ok(())
    })?;
    let (groups, entries, torn_bytes) = (report.groups, report.entries, report.torn_bytes);
    Ok(JournalReport { path: path.to_owned(), groups, entries, batches, records, torn_bytes })
}

/// What a split holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SplitReport {
    /// The data object.
    pub path: PathBuf,
    /// Records.
    pub rows: u64,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// The blocks.
    pub blocks: Vec<BlockReport>,
    /// What the object's bytes are spent on, most first.
    pub parts: Vec<PartReport>,
}

/// What one kind of part takes of a data object, over all blocks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartReport {
    /// `field`, `dictionary`, `times`, `places`, `shapes`, `vocabulary` or `footer`.
    pub kind: &'static str,
    /// The field's name; empty for what belongs to no field.
    pub name: String,
    /// Sections.
    pub sections: u64,
    /// Bytes, packed.
    pub packed_bytes: u64,
}

/// What a block holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BlockReport {
    /// The stream of its records.
    pub stream: String,
    /// Records.
    pub rows: u32,
    /// The earliest event time.
    pub oldest: String,
    /// The latest event time.
    pub newest: String,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// Bytes of the block.
    pub packed_bytes: u64,
    /// The fields, each with the number of records that have it.
    pub fields: Vec<(String, u32)>,
}

/// Reads every section of the data object at `path` and says what is inside.
///
/// # Errors
/// Where and how the object is damaged.
pub fn inspect_split(path: &Path) -> Result<SplitReport> {
    let not_found = || Error::Read { path: path.to_owned(), source: std::io::ErrorKind::NotFound.into() };
    let directory = path.parent().and_then(Path::parent).ok_or_else(not_found)?;
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".data"));
    let id = name.ok_or_else(|| Error::Damaged {
        path: path.to_owned(),
        offset: 0,
        problem: "the name of a data object ends in .data and lies in a folder `splits`".to_owned(),
    })?;
    let storage = LocalStorage::open(Arc::new(RealDisk), directory)
        .map_err(|source| Error::Read { path: directory.to_owned(), source })?;
    let storage: Arc<dyn ObjectStorage> = Arc::new(storage);
    let split = Split::unlisted(id, storage);
    let mut blocks = Vec::new();
    for block in split.blocks()? {
        let info = block.info();
        let (times, raw) = (block.times()?, block.raw()?);
        debug_assert_eq!(times.len(), raw.len());
        block.ids()?;
        for column in &info.columns {
            block.column(&column.name)?;
        }
        blocks.push(BlockReport {
            stream: info.stream.to_string(),
            rows: info.rows,
            oldest: info.oldest.to_string(),
            newest: info.newest.to_string(),
            raw_bytes: info.raw_bytes,
            packed_bytes: block.packed_bytes(),
            fields: info.columns.iter().map(|column| (column.name.to_string(), column.rows)).collect(),
        });
    }
    let rows = blocks.iter().map(|block| u64::from(block.rows)).sum();
    let raw_bytes = blocks.iter().map(|block| block.raw_bytes).sum();
    Ok(SplitReport { path: path.to_owned(), rows, raw_bytes, blocks, parts: split.parts()? })
}

/// What a catalog holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CatalogReport {
    /// The first journal file that counts.
    pub journal_file: u64,
    /// The number of the first batch in it.
    pub next_sequence: u64,
    /// Lanes with a position.
    pub lanes: u64,
    /// The splits: name, records, bytes of the records, of the data object and of the index object.
    pub splits: Vec<(String, u64, u64, u64, u64)>,
}

/// Reads a catalog.
///
/// # Errors
/// When it is not there, damaged or of a newer program.
pub fn inspect_catalog(path: &Path) -> Result<CatalogReport> {
    if !path.exists() {
        return Err(Error::Read { path: path.to_owned(), source: std::io::ErrorKind::NotFound.into() });
    }
    let catalog = Catalog::open(path)?;
    let position = catalog.position()?;
    let lanes = catalog.marks()?.len() as u64;
    let summaries = catalog.splits()?.into_iter();
    let splits = summaries
        .map(|(split, _)| (split.id, split.rows, split.raw_bytes, split.data.bytes, split.index.bytes));
    Ok(CatalogReport {
        journal_file: position.file,
        next_sequence: position.next_sequence,
        lanes,
        splits: splits.collect(),
    })
}

/// All splits that a catalog lists, oldest first.
///
/// # Errors
/// When it is not there, damaged or of a newer program.
pub fn catalog_splits(path: &Path) -> Result<Vec<SplitSummary>> {
    if !path.exists() {
        return Err(Error::Read { path: path.to_owned(), source: std::io::ErrorKind::NotFound.into() });
    }
    Ok(Catalog::open(path)?.splits()?.into_iter().map(|(split, _)| split).collect())
}

/// All splits that the catalog of a data directory lists, oldest first, to be read from these storages. No server needs
/// to run, and none may: index objects that are made again are entries of the log, which the next start signs.
///
/// # Errors
/// When the catalog is not there, damaged or of a newer program.
pub fn open_splits(
    data_dir: &Path,
    storages: &Storages,
    tenant: &str,
    clock: Arc<dyn Clock>,
) -> Result<Vec<Split>> {
    let path = data_dir.join("catalog.sqlite");
    if !path.exists() {
        return Err(Error::Read { path, source: std::io::ErrorKind::NotFound.into() });
    }
    let catalog = Catalog::open(&path)?;
    let splits = catalog.splits()?.into_iter();
    let cache = Arc::new(Cache::none());
    cache.hear_of_remade(reindex(Arc::new(Mutex::new(catalog)), tenant.into(), clock));
    let open = |(summary, copies)| Split::new(summary, copies, storages.clone(), cache.clone());
    Ok(splits.map(open).collect())
}

//! A lost catalog is made again from the pages of publishings and the log, wherever they are, and what is in no publishing
//! comes back into the journal from receipts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use palisade_record::Lane;
use palisade_storage::{Cover, ObjectStorage};

use super::entry::{Entry, Event};
use super::page::{FOLDER, Page, page_range};
use super::receipts::bring_back;
use super::signed_log::{CHECKPOINTS, LOG, LogReader};
use crate::catalog::{Catalog, JournalPosition};
use crate::error::{Error, Result};
use crate::split::{ObjectDigest, SplitSummary, data_name, index_name};
use crate::{Copies, FarCopy, Mark, Storages};

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct RestoredCatalog {
    /// Splits that are there.
    pub splits: u64,
    /// Records in them.
    pub rows: u64,
    /// Splits of which no copy was found; they are not listed.
    pub missing: Vec<String>,
    /// Lanes with a position.
    pub lanes: u64,
    /// Entries of the log.
    pub log_entries: u64,
    /// Publishings.
    pub publications: u64,
    /// Publishings between the first and the last of which there is no page, as ranges of batches.
    pub gaps: Vec<(u64, u64)>,
    /// Receipts that came back into the journal, from where the next start takes their records.
    pub receipts: u64,
    /// Batches in them.
    pub receipt_batches: u64,
    /// Records in them.
    pub receipt_rows: u64,
}

/// Makes the catalog of a data directory again, which must have none.
///
/// # Errors
/// When there is a catalog, or what is needed cannot be read or is damaged.
pub fn restore_catalog(data_dir: &Path, storages: &Storages) -> Result<RestoredCatalog> {
    let path = data_dir.join("catalog.sqlite");
    if path.exists() {
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(Error::Write { path, source });
    }
    let pages = read_pages(storages)?;
    let entries = entries(storages, &pages)?;
    let (splits, missing) = splits(storages, &entries)?;
    forget_unknown_indexes(storages, &entries)?;
    let mut marks: HashMap<Lane, Mark> = HashMap::new();
    for mark in pages.values().flat_map(|page| &page.marks) {
        marks.insert(mark.lane.clone(), mark.clone());
    }
    let position =
        pages.values().next_back().map_or(JournalPosition { file: 0, next_sequence: 0 }, |page| page.after);
    let marks: Vec<Mark> = marks.into_values().collect();
    // Before the catalog: with it, nothing would say that they are missing.
    let returned = bring_back(data_dir, storages.cold.as_deref(), position)?;
    let making = data_dir.join("catalog.sqlite.restored");
    _ = std::fs::remove_file(&making);
    let mut catalog = Catalog::open(&making)?;
    catalog.fill(&splits, position, &marks, &entries)?;
    for (kind, id, body) in documents(&entries) {
        catalog.put_document(kind, &id, &body, None)?;
    }
    catalog.close()?;
    forget_last_writes(&path)?;
    std::fs::rename(&making, &path).map_err(|source| Error::Write { path, source })?;
    Ok(RestoredCatalog {
        splits: splits.len() as u64,
        rows: splits.iter().map(|(split, _)| split.rows).sum(),
        missing,
        lanes: marks.len() as u64,
        log_entries: entries.len() as u64,
        publications: pages.len() as u64,
        gaps: gaps(pages.keys()),
        receipts: returned.receipts,
        receipt_batches: returned.batches,
        receipt_rows: returned.records,
    })
}

/// Removes what the lost catalog wrote last, where a killed server left it: SQLite would take it into the restored one, which is
/// another file of the same name.
fn forget_last_writes(path: &Path) -> Result<()> {
    for ending in ["-wal", "-shm"] {
        let mut left = path.as_os_str().to_owned();
        left.push(ending);
        match std::fs::remove_file(&left) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Write { path: left.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The storages in which pages and logs can be, the nearest first.
fn sources(storages: &Storages) -> impl Iterator<Item = &dyn ObjectStorage> {
    std::iter::once(&*storages.hot).chain(storages.cold.as_deref())
}

/// All pages, by their ranges.
fn read_pages(storages: &Storages) -> Result<BTreeMap<(u64, u64), Page>> {
    let mut pages = BTreeMap::new();
    for storage in sources(storages) {
        let unreadable = |name: &str, source| Error::Read { path: storage.locate(name), source };
        for name in storage.list(FOLDER).map_err(|source| unreadable(FOLDER, source))? {
            let Some(range) = page_range(&name) else { continue };
            if pages.contains_key(&(range.start, range.end)) {
                continue;
            }
            let bytes = storage.length(&name).and_then(|length| storage.get(&name, 0..length));
            let bytes = bytes.map_err(|source| unreadable(&name, source))?;
            let page = Page::decode(&bytes).map_err(|malformed| Error::Damaged {
                path: storage.locate(&name),
                offset: malformed.offset as u64,
                problem: malformed.problem.to_owned(),
            })?;
            pages.insert((range.start, range.end), page);
        }
    }
    Ok(pages)
}

/// All entries of the log: those that are signed, and after them those of pages that the log does not have yet.
fn entries(storages: &Storages, pages: &BTreeMap<(u64, u64), Page>) -> Result<Vec<Vec<u8>>> {
    let mut longest: Vec<Vec<u8>> = Vec::new();
    for storage in sources(storages) {
        let damaged = |problem: String| Error::Damaged { path: storage.locate(LOG), offset: 0, problem };
        let names = storage.list(CHECKPOINTS);
        let names = names.map_err(|source| Error::Read { path: storage.locate(CHECKPOINTS), source })?;
        let size = names.last().and_then(|name| name.strip_prefix(CHECKPOINTS)?.parse::<u64>().ok());
        let Some(size) = size.filter(|size| *size > longest.len() as u64) else { continue };
        let reader = LogReader(storage);
        let read: std::result::Result<Vec<_>, _> =
            palisade_seal::log::entries(&reader, size, 0..size).collect();
        longest = read.map_err(|error| damaged(error.to_string()))?;
    }
    let known: std::collections::HashSet<Vec<u8>> = longest.iter().cloned().collect();
    let newer = pages.values().flat_map(|page| &page.entries).filter(|entry| !known.contains(*entry));
    longest.extend(newer.cloned().collect::<Vec<_>>());
    Ok(longest)
}

/// A split and its copies.
type Found = (SplitSummary, Copies);

/// The splits that were published and not disposed of, with the copies that are there.
fn splits(storages: &Storages, entries: &[Vec<u8>]) -> Result<(Vec<Found>, Vec<String>)> {
    let mut published: BTreeMap<String, SplitSummary> = BTreeMap::new();
    for (position, bytes) in (0u64..).zip(entries) {
        let damaged = |problem| Error::Damaged { path: storages.hot.locate(LOG), offset: position, problem };
        match Entry::parse(bytes).map_err(damaged)?.event {
            Event::Split { split, .. } => drop(published.insert(split.id.clone(), *split)),
            Event::Deed { deed, paper } if deed == "disposal" => {
                if let Some(id) = paper.get("split").and_then(|id| id.as_str()) {
                    published.remove(id);
                }
            }
            Event::Deed { .. } | Event::Empty { .. } | Event::Idle => {}
        }
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for split in published.into_values() {
        let copies = copies(storages, &split.id);
        if copies == Copies::default() { missing.push(split.id) } else { found.push((split, copies)) }
    }
    Ok((found, missing))
}

/// Removes near index objects of which no entry tells: that one was made again may have stood in the lost catalog alone, and
/// what nobody signed looks forged. They are a cache.
fn forget_unknown_indexes(storages: &Storages, entries: &[Vec<u8>]) -> Result<()> {
    let mut known: HashMap<String, Vec<ObjectDigest>> = HashMap::new();
    for entry in entries.iter().filter_map(|bytes| Entry::parse(bytes).ok()) {
        match entry.event {
            Event::Split { split, .. } => known.entry(split.id.clone()).or_default().push(split.index),
            Event::Deed { deed, paper } if deed == "reindex" => {
                let digest = serde_json::from_value(paper.clone());
                if let (Some(id), Ok(digest)) = (paper.get("split").and_then(|id| id.as_str()), digest) {
                    known.entry(id.to_owned()).or_default().push(digest);
                }
            }
            Event::Deed { .. } | Event::Empty { .. } | Event::Idle => {}
        }
    }
    let near = &storages.hot;
    for (id, digests) in known {
        let name = index_name(&id);
        let Ok(length) = near.length(&name) else { continue };
        let found = near.get(&name, 0..length).map(|bytes| ObjectDigest::of(&bytes));
        if !found.is_ok_and(|found| digests.contains(&found)) {
            near.remove(&name).map_err(|source| Error::Write { path: near.locate(&name), source })?;
        }
    }
    Ok(())
}

/// The documents that deeds of the log were about, oldest first: holds must come back, or what they hold could go; and
/// disposals, or what was left of them would stay.
fn documents(entries: &[Vec<u8>]) -> Vec<(&'static str, String, String)> {
    let document = |bytes: &Vec<u8>| {
        let Event::Deed { deed, paper } = Entry::parse(bytes).ok()?.event else { return None };
        let (kind, key) = match deed.as_str() {
            "hold" | "release" => ("hold", "id"),
            "disposal" => ("disposal", "split"),
            _ => return None,
        };
        let id = paper.get(key)?.as_str()?.to_owned();
        Some((kind, id, paper.to_string()))
    };
    entries.iter().filter_map(document).collect()
}

/// Which copies of a data object there are. They are looked at again before anything relies on them.
fn copies(storages: &Storages, id: &str) -> Copies {
    let name = data_name(id);
    let far = |storage: Option<&dyn ObjectStorage>| {
        let found = storage?.describe(&name).ok().filter(|found| found.cover == Cover::Nothing)?;
        Some(FarCopy {
            version: found.version,
            verified: false,
            locked_until: found.lock.map(|lock| lock.until),
            lock_mode: found.lock.map(|lock| lock.mode),
            storage_class: found.class,
            held: found.held,
        })
    };
    Copies {
        hot: storages.hot.length(&name).is_ok(),
        warm: far(storages.warm.as_deref()),
        cold: far(storages.cold.as_deref()),
    }
}

/// The ranges between pages of which there is none.
fn gaps<'a>(ranges: impl Iterator<Item = &'a (u64, u64)>) -> Vec<(u64, u64)> {
    let (mut gaps, mut expected) = (Vec::new(), 0);
    for (first, next) in ranges {
        if *first > expected {
            gaps.push((expected, *first));
        }
        expected = expected.max(*next);
    }
    gaps
}

//! Journal files as receipts, over a whole index.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_disk::{RealDisk, SharedDisk};
use palisade_record::SystemClock;
use palisade_storage::{LocalStorage, MemoryStorage, ObjectStorage, Terms};

use super::*;
use crate::tests::{Lines, append, batch, lines, settings, stored};
use crate::{Parts, RestoredCatalog, Storages, restore_catalog};

/// An index in which the stream `audit` has receipts.
fn open(directory: &Path) -> Index {
    let mut settings = settings(directory);
    settings.classes = StreamClasses::new(BTreeMap::new()).with_receipts(["audit".parse().unwrap()]);
    Index::open(settings, Parts::near(Arc::new(RealDisk), Arc::new(SystemClock)), &Lines).unwrap()
}

fn reopen(index: &Index, directory: &Path) -> Index {
    index.close();
    open(directory)
}

fn send(index: &Index, stream: &str, from: u64, numbers: Range<usize>) -> u64 {
    let mut batch = batch(stream, from, &lines(numbers));
    batch.stream = stream.parse().unwrap();
    let end = batch.to;
    append(index, vec![batch]).unwrap();
    end
}

/// The batches of what is due: the first of each, and the one behind its last.
fn due(index: &Index) -> Vec<(u64, u64)> {
    let due = index.receipts_due().into_iter();
    due.map(|receipt| (receipt.batches.start, receipt.batches.end)).collect()
}

fn journal_files(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory.join("journal")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Puts everything that is due, as the lifecycle does.
fn put_all(index: &Index, cold: &MemoryStorage) {
    for receipt in index.receipts_due() {
        let bytes = index.read_receipt(&receipt).unwrap();
        cold.put(&receipt.name(), &bytes, &Terms::default()).unwrap();
        index.receipt_done(&receipt).unwrap();
    }
}

/// Everything that is near is lost, and comes back from the cold storage.
fn lose_and_restore(directory: &Path, cold: &Arc<MemoryStorage>) -> RestoredCatalog {
    std::fs::remove_dir_all(directory).unwrap();
    std::fs::create_dir_all(directory).unwrap();
    let disk: SharedDisk = Arc::new(RealDisk);
    let hot = Arc::new(LocalStorage::open(disk, &directory.join("objects")).unwrap());
    let storages = Storages { hot, warm: None, cold: Some(cold.clone()), anchor: None };
    restore_catalog(directory, &storages).unwrap()
}

#[test]
fn a_file_with_a_batch_that_wants_a_receipt_is_closed_soon_and_no_split_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path());
    send(&index, "app", 0, 0..10);
    assert!(due(&index).is_empty());
    send(&index, "audit", 0, 10..20);

    let begun = Instant::now();
    while due(&index).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the file is not closed");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    assert_eq!(due(&index), [(0, 2)]);
    assert_eq!(index.statistics().splits, 0);

    // What comes after it goes into the next file; all of it becomes one split.
    send(&index, "other", 0, 20..30);
    assert_eq!(stored(&index), lines(0..30));
    let index = reopen(&index, directory.path());
    assert_eq!(stored(&index), lines(0..30));
    index.publish().unwrap();
    assert_eq!((index.statistics().splits, index.statistics().split_records), (1, 30));
    index.close();
}

#[test]
fn a_file_whose_records_are_in_a_split_stays_until_its_receipt_is_put() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path());
    let end = send(&index, "audit", 0, 0..10);
    index.publish().unwrap();
    let file = journal_files(directory.path())[0].clone();
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(due(&index), [(0, 1)]);

    // Nobody puts it for a while, over two starts and another split.
    let index = reopen(&index, directory.path());
    send(&index, "audit", end, 10..20);
    index.publish().unwrap();
    let index = reopen(&index, directory.path());
    assert_eq!(due(&index), [(0, 1), (1, 2)]);
    assert_eq!(stored(&index), lines(0..20));

    let cold = MemoryStorage::default();
    put_all(&index, &cold);
    assert!(!file.exists());
    let names = [receipt_name(&(0..1)), receipt_name(&(1..2))];
    assert_eq!(cold.list(RECEIPTS).unwrap(), names);
    assert_eq!(cold.get(&names[0], 0..bytes.len() as u64).unwrap(), bytes);
    let index = reopen(&index, directory.path());
    assert!(due(&index).is_empty());
    assert_eq!(stored(&index), lines(0..20));
    index.close();
}

#[test]
fn what_was_put_is_not_due_after_a_start_and_what_was_not_is() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path());
    let end = send(&index, "audit", 0, 0..10);
    let index = reopen(&index, directory.path());
    let first = index.receipts_due();
    send(&index, "audit", end, 10..20);
    index.receipt_done(&first[0]).unwrap();

    let index = reopen(&index, directory.path());

    assert_eq!(due(&index), [(1, 2)]);
    assert_eq!(stored(&index), lines(0..20));
    index.close();
}

#[test]
fn what_has_a_receipt_comes_back_once_after_everything_near_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let cold = Arc::new(MemoryStorage::default());
    let index = open(directory.path());
    let end = send(&index, "audit", 0, 0..10);
    // These have none, and are lost.
    let index = reopen(&index, directory.path());
    send(&index, "app", 0, 10..20);
    let index = reopen(&index, directory.path());
    let end = send(&index, "audit", end, 20..30);
    let index = reopen(&index, directory.path());
    put_all(&index, &cold);
    index.close();

    let restored = lose_and_restore(directory.path(), &cold);

    assert_eq!((restored.receipts, restored.receipt_batches, restored.receipt_rows), (2, 2, 20));
    let index = open(directory.path());
    let known: Vec<String> = lines(0..10).into_iter().chain(lines(20..30)).collect();
    assert_eq!(stored(&index), known);
    // The agent goes on where it was, and no number of a batch is given twice.
    assert_eq!(index.marks("node-1")[0].mark, end);
    assert_eq!(due(&index), [(0, 1), (2, 3)]);
    put_all(&index, &cold);
    send(&index, "audit", end, 30..40);
    index.publish().unwrap();
    assert_eq!(due(&index), [(3, 4)]);
    put_all(&index, &cold);
    let index = reopen(&index, directory.path());
    assert_eq!(stored(&index).len(), 30);
    index.close();
}

#[test]
fn what_is_published_does_not_come_back_from_its_receipt_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let cold = Arc::new(MemoryStorage::default());
    let index = open(directory.path());
    let end = send(&index, "audit", 0, 0..10);
    index.publish().unwrap();
    send(&index, "audit", end, 10..20);
    let index = reopen(&index, directory.path());
    put_all(&index, &cold);
    for name in index.storages().hot.list("").unwrap() {
        let length = index.storages().hot.length(&name).unwrap();
        let bytes = index.storages().hot.get(&name, 0..length).unwrap();
        cold.put(&name, &bytes, &Terms::default()).unwrap();
    }
    index.close();

    let restored = lose_and_restore(directory.path(), &cold);

    assert_eq!((restored.splits, restored.rows), (1, 10));
    assert_eq!((restored.receipts, restored.receipt_rows), (1, 10));
    let mut settings = settings(directory.path());
    settings.classes = StreamClasses::new(BTreeMap::new()).with_receipts(["audit".parse().unwrap()]);
    let parts = Parts { cold: Some(cold), ..Parts::near(Arc::new(RealDisk), Arc::new(SystemClock)) };
    let index = Index::open(settings, parts, &Lines).unwrap();
    assert_eq!(stored(&index), lines(0..20));
    index.close();
}

#[test]
fn a_receipt_that_was_changed_is_not_taken_in() {
    let directory = tempfile::tempdir().unwrap();
    let cold = Arc::new(MemoryStorage::default());
    let index = open(directory.path());
    send(&index, "audit", 0, 0..10);
    let index = reopen(&index, directory.path());
    let mut bytes = index.read_receipt(&index.receipts_due()[0]).unwrap();
    index.close();
    *bytes.last_mut().unwrap() ^= 1;
    cold.put(&receipt_name(&(0..1)), &bytes, &Terms::default()).unwrap();
    let lost = directory.path().join("lost");
    let disk: SharedDisk = Arc::new(RealDisk);
    let hot = Arc::new(LocalStorage::open(disk, &lost.join("objects")).unwrap());
    let storages = Storages { hot, warm: None, cold: Some(cold), anchor: None };

    let refusal = restore_catalog(&lost, &storages).unwrap_err().to_string();

    assert!(refusal.contains(&receipt_name(&(0..1))) && refusal.contains("damaged"), "{refusal}");
    assert!(!lost.join("catalog.sqlite").exists());
}

#[test]
fn names_tell_their_batches() {
    assert_eq!(receipt_batches(&receipt_name(&(3..77))), Some(3..77));
    for wrong in ["receipts/3-77.journal", "receipts/x", "splits/a", &receipt_name(&(3..3))] {
        assert_eq!(receipt_batches(wrong), None, "{wrong}");
    }
}

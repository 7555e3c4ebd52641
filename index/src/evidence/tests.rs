//! What makes the splits evidence, over a whole index.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::{RealDisk, SharedDisk};
use palisade_record::{ManualClock, StreamName, Timestamp};
use palisade_seal::log::{Checkpoint, SigningKey, VerifyingKey, audit_log, entries};
use palisade_storage::{LocalStorage, MemoryStorage, ObjectStorage};

use crate::evidence::{CHECKPOINTS, Entry, Event, LogReader};
use crate::tests::{Lines, append, batch, lines, settings, stored};
use crate::{
    ClassName, Copies, Deed, Error, FarCopy, Index, Parts, Probe, Storages, StreamClasses, restore_catalog,
};

const ORIGIN: &str = "palisade.log/test";

fn key() -> SigningKey {
    SigningKey::from_secret(ORIGIN, &[7; 32]).unwrap()
}

/// An index with a log, and a class of its own for the stream `audit`.
fn open(directory: &Path, parts: Parts) -> Index {
    let audit: StreamName = "audit".parse().unwrap();
    let class: ClassName = "hipaa-6y".parse().unwrap();
    let mut settings = settings(directory);
    settings.classes = StreamClasses::new(BTreeMap::from([(audit, class)]));
    Index::open(settings, Parts { log_key: Some(key()), ..parts }, &Lines).unwrap()
}

fn near() -> Parts {
    let now = Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap();
    Parts::near(Arc::new(RealDisk), Arc::new(ManualClock::at(now)))
}

fn objects(directory: &Path) -> Arc<dyn ObjectStorage> {
    let disk: SharedDisk = Arc::new(RealDisk);
    Arc::new(LocalStorage::open(disk, &directory.join("objects")).unwrap())
}

fn append_lines(index: &Index, file: &str, stream: &str, from: u64, numbers: std::ops::Range<usize>) -> u64 {
    let mut batch = batch(file, from, &lines(numbers));
    batch.stream = stream.parse().unwrap();
    let end = batch.to;
    append(index, vec![batch]).unwrap();
    end
}

/// The entries that the newest checkpoint vouches for, after checking everything.
fn proved(storage: &dyn ObjectStorage) -> Vec<Entry> {
    let names = storage.list(CHECKPOINTS).unwrap();
    let Some(name) = names.last() else { return Vec::new() };
    let note = storage.get(name, 0..storage.length(name).unwrap()).unwrap();
    let keys: [VerifyingKey; 1] = [key().verifying_key().clone()];
    let tree = Checkpoint::verify(&note, ORIGIN, &keys).unwrap().tree;
    assert_eq!(audit_log(&LogReader(storage), &tree), []);
    let reader = LogReader(storage);
    entries(&reader, tree.size, 0..tree.size).map(|entry| Entry::parse(&entry.unwrap()).unwrap()).collect()
}

#[test]
fn each_class_gets_a_split_of_its_own_and_the_log_tells_of_both() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), near());
    append_lines(&index, "a", "app", 0, 0..300);
    append_lines(&index, "b", "audit", 0, 300..500);
    index.publish().unwrap();
    append_lines(&index, "c", "app", 0, 500..600);
    index.publish().unwrap();

    let classes: Vec<(String, u64)> = index
        .splits()
        .iter()
        .map(|split| (split.summary().class.to_string(), split.summary().rows))
        .collect();
    assert_eq!(classes, [("standard".into(), 300), ("hipaa-6y".into(), 200), ("standard".into(), 100)]);
    assert_eq!(stored(&index), lines(0..600));
    index.close();

    let told: Vec<(u64, u64, u64, u64, u64)> = proved(&*objects(directory.path()))
        .into_iter()
        .map(|entry| match entry.event {
            Event::Split { first, next, part, parts, split } => (first, next, part, parts, split.rows),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(0, 2, 1, 2, 300), (0, 2, 2, 2, 200), (2, 3, 1, 1, 100)]);
}

#[test]
fn the_roots_of_blocks_are_those_of_the_records_that_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), near());
    append_lines(&index, "a", "app", 0, 0..20_000);
    index.publish().unwrap();

    let splits = index.splits();
    let blocks = splits[0].blocks().unwrap();
    assert!(blocks.len() > 1);
    for block in blocks {
        let raw = block.raw().unwrap();
        let leaves: Vec<_> = (0..raw.len()).map(|row| palisade_seal::log::leaf_hash(raw.get(row))).collect();
        assert_eq!(block.info().root, palisade_seal::log::root(&leaves));
    }
    let roots: Vec<_> =
        blocks.iter().map(|block| palisade_seal::log::leaf_hash(&block.info().root.0)).collect();
    assert_eq!(splits[0].summary().root, palisade_seal::log::root(&roots));
    index.close();
}

#[test]
fn the_log_goes_on_after_a_restart_and_each_checkpoint_reaches_the_anchor() {
    let directory = tempfile::tempdir().unwrap();
    let anchor = Arc::new(MemoryStorage::default());
    let with_anchor = || Parts { anchor: Some(anchor.clone()), ..near() };
    let mut from = 0;
    for round in 0..3 {
        let index = open(directory.path(), with_anchor());
        from = append_lines(&index, "a", "app", from, round * 10..round * 10 + 10);
        index.publish().unwrap();
        index.record_deed(Deed { deed: "hold".into(), paper: serde_json::json!({"matter": round}) }).unwrap();
        index.close();
    }

    assert_eq!(proved(&*objects(directory.path())).len(), 6);
    let newest = anchor.list("default/").unwrap().pop().unwrap();
    assert!(newest.ends_with("/00000000000000000006"), "{newest}");
    let here = objects(directory.path());
    let name = format!("{CHECKPOINTS}{:020}", 6);
    let length = here.length(&name).unwrap();
    assert_eq!(anchor.get(&newest, 0..length).unwrap(), here.get(&name, 0..length).unwrap());
}

#[test]
fn an_hour_without_news_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-09-21T12:00:00Z").unwrap());
    let index = open(directory.path(), Parts::near(Arc::new(RealDisk), Arc::new(clock.clone())));
    clock.advance(Duration::from_secs(3_601));
    index.close();

    let events: Vec<Event> =
        proved(&*objects(directory.path())).into_iter().map(|entry| entry.event).collect();
    assert_eq!(events, [Event::Idle]);
}

#[test]
fn a_lost_catalog_comes_back_with_the_same_splits_positions_and_log() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), near());
    let end = append_lines(&index, "a", "app", 0, 0..300);
    append_lines(&index, "b", "audit", 0, 300..400);
    index.publish().unwrap();
    append_lines(&index, "a", "app", end, 400..450);
    let (splits, marks) = (index.splits(), index.marks("node-1"));
    index.close();
    let summaries: Vec<_> = splits.iter().map(|split| split.summary().clone()).collect();
    std::fs::remove_file(directory.path().join("catalog.sqlite")).unwrap();

    let report = restore_catalog(directory.path(), &Storages::near(objects(directory.path()))).unwrap();
    assert_eq!((report.splits, report.rows, report.lanes, report.log_entries), (2, 400, 2, 2));
    assert!(report.missing.is_empty() && report.gaps.is_empty());

    let index = open(directory.path(), near());
    let restored: Vec<_> = index.splits().iter().map(|split| split.summary().clone()).collect();
    assert_eq!(restored, summaries);
    assert_eq!(stored(&index), lines(0..450), "what was only in the journal is there, too");
    let sorted = |mut marks: Vec<crate::Mark>| {
        marks.sort_by_key(|mark| mark.mark);
        marks
    };
    assert_eq!(sorted(index.marks("node-1")), sorted(marks));
    index.close();
    let again = restore_catalog(directory.path(), &Storages::near(objects(directory.path())));
    assert!(matches!(again, Err(Error::Write { .. })), "a catalog that is there is not overwritten");
}

#[test]
fn a_disposed_split_does_not_come_back_and_a_lost_one_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), near());
    let mut from = 0;
    for round in 0..3 {
        from = append_lines(&index, "a", "app", from, round * 10..round * 10 + 10);
        index.publish().unwrap();
    }
    let ids: Vec<String> = index.splits().iter().map(|split| split.id().to_owned()).collect();
    let deed = Deed { deed: "disposal".into(), paper: serde_json::json!({ "split": ids[0] }) };
    assert_eq!(index.forget(&ids[0], deed).unwrap().unwrap().id(), ids[0]);
    assert_eq!(stored(&index), lines(10..30));
    index.close();
    std::fs::remove_file(directory.path().join("catalog.sqlite")).unwrap();
    objects(directory.path()).remove(&format!("splits/{}.data", ids[1])).unwrap();

    let report = restore_catalog(directory.path(), &Storages::near(objects(directory.path()))).unwrap();
    assert_eq!((report.splits, report.missing), (1, vec![ids[1].clone()]));
}

#[test]
fn what_a_lost_catalog_wrote_last_is_not_taken_for_the_restored_one() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), near());
    for round in 0..3 {
        append_lines(&index, &round.to_string(), "app", 0, round * 10..round * 10 + 10);
        index.publish().unwrap();
    }
    let lost = index.splits()[1].id().to_owned();
    // As a killed server leaves them: SQLite takes what stands in the first into the file of this name, whichever that is.
    let beside = ["catalog.sqlite-wal", "catalog.sqlite-shm"].map(|name| directory.path().join(name));
    let left = beside.clone().map(|path| std::fs::read(path).unwrap());
    index.close();
    std::fs::remove_file(directory.path().join("catalog.sqlite")).unwrap();
    objects(directory.path()).remove(&format!("splits/{lost}.data")).unwrap();
    beside.iter().zip(left).for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());

    restore_catalog(directory.path(), &Storages::near(objects(directory.path()))).unwrap();

    let index = open(directory.path(), near());
    assert_eq!((index.splits().len(), stored(&index).len()), (2, 20));
    index.close();
}

#[test]
fn a_split_is_read_from_afar_and_its_index_is_brought_near_or_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let cold = Arc::new(MemoryStorage::default());
    let index = open(directory.path(), Parts { cold: Some(cold.clone()), ..near() });
    append_lines(&index, "a", "app", 0, 0..20_000);
    index.publish().unwrap();
    let id = index.splits()[0].id().to_owned();
    let hot = objects(directory.path());
    let (data, words) = (format!("splits/{id}.data"), format!("splits/{id}.index"));
    let bytes = hot.get(&data, 0..hot.length(&data).unwrap()).unwrap();
    let version = cold.put(&data, &bytes, &Default::default()).unwrap().version;
    let copies = Copies { hot: false, warm: None, cold: Some(FarCopy { version, ..FarCopy::default() }) };

    let before = index.splits()[0].candidates(&Probe::Word("12345".into())).unwrap();
    assert_eq!(before.iter().filter(|named| **named).count(), 1);
    drop(index.set_copies(&id, &copies).unwrap().unwrap());
    hot.remove(&data).unwrap();
    hot.remove(&words).unwrap();
    assert_eq!(stored(&index), lines(0..20_000));
    let after = index.splits()[0].candidates(&Probe::Word("12345".into())).unwrap();
    assert_eq!(after, before);
    assert!(hot.length(&words).is_ok(), "it is near from now on");
    assert!(index.splits()[0].candidates(&Probe::Word("54321".into())).unwrap().iter().all(|named| !named));
    index.close();

    let index = open(directory.path(), Parts { cold: Some(cold), ..near() });
    assert_eq!(index.splits()[0].copies(), &copies);
    assert_eq!(stored(&index), lines(0..20_000));
    index.close();
}

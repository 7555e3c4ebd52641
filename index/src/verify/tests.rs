//! What is right is found right, whatever happens meanwhile; and what the reports say of what is not.

use std::sync::Arc;

use palisade_storage::{MemoryStorage, ObjectStorage};
use serde_json::json;

use super::report::FindingKind;
use super::world::{World, fill, judge, judge_storage, open};
use crate::evidence::{Deed, Event};
use crate::{Copies, Entry, LogReader, Probe};

#[test]
fn an_untouched_store_is_right_also_with_its_anchor_and_its_catalog() {
    let world = World::new();
    let catalog = world.directory.path().join("catalog.sqlite");

    let report =
        judge_storage(&World::local(world.directory.path()), Some(&*world.anchor), Some(&catalog), false);

    assert_eq!((&report.findings[..], report.verdict), (&[][..], "ok"));
    assert_eq!((report.splits, report.indexes, report.publishings, report.pages), (9, 9, 6, 6));
    assert_eq!(report.records, 3 * (300 + 40 + 5) + 9_000);
    assert!(report.checkpoints >= 3 && report.anchored > 0 && report.bytes > 0);
    assert_eq!(report.entries, 9);
}

#[test]
fn a_store_that_is_written_meanwhile_is_right() {
    let (directory, anchor) = (tempfile::tempdir().unwrap(), Arc::new(MemoryStorage::default()));
    let index = open(directory.path(), &anchor);
    let catalog = directory.path().join("catalog.sqlite");
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut from = 0;
            for round in 0..12 {
                from = fill(&index, "app", from, round * 10..round * 10 + 10);
                index.publish().unwrap();
            }
        });
        loop {
            let is_last = writing.is_finished();
            let storage = World::local(directory.path());
            let report = judge_storage(&storage, Some(&*anchor as &dyn ObjectStorage), Some(&catalog), true);
            // An anchor that has nothing yet is told, and is right a moment later.
            assert_eq!(report.findings, []);
            if is_last {
                break;
            }
        }
    });
    index.close();
}

#[test]
fn an_empty_storage_proves_nothing() {
    let report = judge(&Default::default(), None);
    assert_eq!(report.worst(), Some(FindingKind::Incomplete));
}

#[test]
fn damage_is_told_with_its_bytes_its_block_and_its_rows() {
    let world = World::new();
    let name = world.names("splits/").into_iter().find(|name| name.ends_with(".data")).unwrap();
    let mut objects = world.objects.clone();
    objects.get_mut(&name).unwrap()[40] ^= 0x10;

    let report = judge(&objects, None);

    assert_eq!(report.worst(), Some(FindingKind::Tampered));
    let place = report.findings.iter().find(|finding| finding.bytes.is_some()).unwrap();
    assert!(place.bytes.as_ref().unwrap().contains(&40), "{place:?}");
    let rows = place.rows.as_ref().unwrap();
    assert_eq!((rows.block, rows.stream.as_str(), rows.rows.clone()), (0, "app", 0..300));
}

#[test]
fn another_key_vouches_for_nothing() {
    let world = World::new();
    let other = palisade_seal::log::SigningKey::from_secret("palisade.log/test", &[8; 32]).unwrap();
    let storage = World::local(world.directory.path());
    let options = super::Options {
        keys: &[other.verifying_key().clone()],
        anchor: None,
        catalog: None,
        place: super::Place::Hot,
        depth: super::Depth::Hashed,
        part: None,
        is_live: false,
        clock: &super::world::clock(),
    };
    let report = super::verify(&storage, &options, &|_| {});
    assert_eq!(report.worst(), Some(FindingKind::Tampered));
    assert!(report.checkpoint.is_none() && !report.findings.is_empty());
}

#[test]
fn disposals_erasures_reindexing_and_copies_elsewhere_are_understood() {
    let (directory, anchor) = (tempfile::tempdir().unwrap(), Arc::new(MemoryStorage::default()));
    let index = open(directory.path(), &anchor);
    let mut from = 0;
    for round in 0..4 {
        from = fill(&index, "app", from, round * 10..round * 10 + 10);
        index.publish().unwrap();
    }
    let ids: Vec<String> = index.splits().iter().map(|split| split.id().to_owned()).collect();
    let storage = World::local(directory.path());
    let object = |id: &str, ending: &str| format!("splits/{id}.{ending}");

    index.forget(&ids[0], Deed { deed: "disposal".into(), paper: json!({ "split": ids[0] }) }).unwrap();
    storage.remove(&object(&ids[0], "data")).unwrap();
    storage.remove(&object(&ids[0], "index")).unwrap();

    let copies = Copies { hot: false, cold: Some(Default::default()), warm: None };
    index.set_copies(&ids[1], &copies).unwrap();
    storage.remove(&object(&ids[1], "data")).unwrap();
    storage.remove(&object(&ids[1], "index")).unwrap();

    let made =
        storage.put(&object(&ids[2], "index"), b"made again", &palisade_storage::Terms::pointer()).unwrap();
    let sha256 = palisade_seal::log::Hash(made.sha256);
    let paper = json!({"split": ids[2], "bytes": 10, "sha256": sha256});
    index.record_deed(Deed { deed: "reindex".into(), paper }).unwrap();
    index.record_deed(Deed { deed: "erasure".into(), paper: json!({"subject": "s-1"}) }).unwrap();
    index.close();

    let report = judge_storage(&storage, None, Some(&directory.path().join("catalog.sqlite")), false);

    assert_eq!(report.findings, []);
    assert_eq!((report.splits, report.elsewhere, report.disposed, report.erasures), (2, 1, 1, 1));
}

#[test]
fn an_index_that_was_made_again_is_signed_and_one_of_which_nobody_heard_is_not() {
    let (directory, anchor) = (tempfile::tempdir().unwrap(), Arc::new(MemoryStorage::default()));
    let index = open(directory.path(), &anchor);
    fill(&index, "app", 0, 0..10);
    index.publish().unwrap();
    let split = index.splits()[0].clone();
    let (storage, name) = (World::local(directory.path()), split.index_name());
    let read = || storage.get(&name, 0..storage.length(&name).unwrap()).unwrap();
    let first = read();

    storage.remove(&name).unwrap();
    split.candidates(&Probe::Word("nowhere".to_owned())).unwrap();
    index.close();

    let catalog = directory.path().join("catalog.sqlite");
    let findings = |catalog| judge_storage(&storage, None, catalog, false).findings;
    assert_ne!(read(), first, "it has other bytes than before");
    assert_eq!(findings(Some(&*catalog)), []);
    assert_eq!(findings(None), [], "the log alone tells of it");
    storage.put(&name, &first, &palisade_storage::Terms::pointer()).unwrap();
    assert_eq!(findings(None), [], "the first one serves as well");
    storage.put(&name, b"made by somebody", &palisade_storage::Terms::pointer()).unwrap();
    assert_eq!(findings(Some(&*catalog)).len(), 1);

    // A lost catalog may have been the only one to know: nothing of that is relied on.
    std::fs::remove_file(&catalog).unwrap();
    crate::restore_catalog(directory.path(), &crate::Storages::near(storage.clone())).unwrap();
    assert!(storage.length(&name).is_err());
}

#[test]
fn what_a_page_tells_of_may_wait_for_its_signature_a_little_and_no_longer() {
    let world = World::new();
    let size = 9;
    let storage = World::local(world.directory.path());
    let reader = LogReader(&*storage);
    let entries: Vec<Vec<u8>> =
        palisade_seal::log::entries(&reader, size, 0..size).map(Result::unwrap).collect();
    // The next publishing, whose page is there already.
    let mut entry = Entry::parse(&entries[8]).unwrap();
    let Event::Split { next, .. } = entry.event else { panic!("the last entry is of a split") };
    entry.event = Event::Empty { first: next, next: next + 1 };
    let page = |entry: &Entry| {
        let after = crate::catalog::JournalPosition { file: 99, next_sequence: next + 1 };
        crate::evidence::Page { after, entries: vec![entry.to_bytes()], marks: Vec::new() }.encode()
    };
    let mut objects = world.objects.clone();
    let name = crate::evidence::page_name(next, next + 1);

    objects.insert(name.clone(), page(&entry));
    let report = judge(&objects, None);
    assert_eq!((report.findings.len(), report.unsigned), (0, 1));

    entry.at = entry.at.minus(std::time::Duration::from_secs(600));
    objects.insert(name.clone(), page(&entry));
    let report = judge(&objects, None);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(
        (report.findings[0].object.as_str(), report.worst()),
        (name.as_str(), Some(FindingKind::Incomplete))
    );
}

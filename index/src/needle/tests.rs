//! What a needle index promises: one small read says which splits of a day are worth opening.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::Timestamp;

use super::build::{build, build_by};
use super::*;
use crate::Storages;
use crate::split::Probe;
use crate::split::words::{UnitWords, WordCollector, word_hash};
use palisade_disk::SimulatedDisk;
use palisade_storage::{CountingStorage, LocalStorage, MemoryStorage, ObjectStorage, Reads, Terms};

fn unit(texts: impl Iterator<Item = String>) -> UnitWords {
    let mut collector = WordCollector::new();
    texts.for_each(|text| collector.add(&text));
    collector.finish()
}

fn day(number: u32) -> Timestamp {
    Timestamp::parse_rfc3339("2019-11-24T00:00:00Z").unwrap().plus(Duration::from_secs(86_400) * number)
}

fn word(word: &str) -> Probe {
    Probe::Word(word.to_owned())
}

fn listed(near: Arc<dyn ObjectStorage>) -> Needles {
    Needles::list(&Storages::near(near)).unwrap()
}

fn near(splits: &[Batches]) -> Vec<Asked> {
    splits.iter().map(|batches| Asked { batches: *batches, is_far: false }).collect()
}

fn count(found: &[bool]) -> usize {
    found.iter().filter(|found| **found).count()
}

/// Four splits of a day, of 50 batches each and with 300 words of their own; all have `shared77`.
fn put_day(storage: &dyn ObjectStorage, number: u32) -> Vec<Batches> {
    let first = u64::from(number) * 200;
    let splits: Vec<Batches> = (0..4).map(|split| (first + split * 50, first + split * 50 + 49)).collect();
    let words = |split: usize| {
        let own = (0..300).map(|word| format!("id{number}x{split}x{word}"));
        Ok(unit(own.chain(["shared77 word".to_owned()])))
    };
    build(storage, day(number), &splits, words).unwrap();
    splits
}

#[test]
fn a_day_names_the_splits_with_a_word() {
    let storage = Arc::new(MemoryStorage::default());
    let splits = put_day(&*storage, 0);
    let needles = listed(storage);

    let found = |probe: &Probe| needles.candidates(probe, &near(&splits));

    assert_eq!(found(&word("id0x2x299")), [false, false, true, false]);
    assert_eq!(found(&word("shared77")), [true; 4]);
    assert_eq!(found(&word("id0x4x1")), [false; 4]);
    let both = |second: &str| Probe::All(vec![word("shared77"), word(second)]);
    assert_eq!(found(&both("id0x1x0")), [false, true, false, false]);
    // A split that alone is left is asked itself.
    assert_eq!(found(&Probe::All(vec![word("id0x2x299"), word("id0x1x0")])), [false, false, true, false]);
    assert_eq!(found(&Probe::OneOf(vec![word("id0x2x299"), word("id0x1x0")])), [false, true, true, false]);
}

#[test]
fn what_it_does_not_know_it_does_not_rule_out() {
    let storage = Arc::new(MemoryStorage::default());
    let mut splits = put_day(&*storage, 0);
    let needles = listed(storage);

    // Words without digits, beginnings, short words.
    for probe in [word("absent"), Probe::Prefix("absent9".to_owned()), word("x9"), Probe::Any] {
        assert_eq!(needles.candidates(&probe, &near(&splits)), [true; 4], "{probe:?}");
    }
    // A split of later, and one that was joined of the first two.
    splits = vec![(0, 99), (100, 149), (150, 199), (200, 249)];
    assert_eq!(needles.candidates(&word("id0x1x7"), &near(&splits)), [true, false, false, true]);
}

#[test]
fn the_same_splits_give_the_same_objects() {
    let storage = MemoryStorage::default();
    put_day(&storage, 0);
    let names = storage.list("needles/").unwrap();

    // The storage refuses to change an object.
    put_day(&storage, 0);

    assert_eq!(storage.list("needles/").unwrap(), names);
    assert_eq!(names.len(), 1);
}

#[test]
fn a_day_of_many_words_is_built_part_by_part_and_does_not_count_before_it_is_whole() {
    let storage = Arc::new(MemoryStorage::default());
    let words = |split: usize| (0..1_000).map(move |number| format!("id{number}x{split}"));
    let splits = [(0, 0), (1, 1), (2, 2)];

    build_by(&*storage, day(0), &splits, |split| Ok(unit(words(split))), 900).unwrap();

    let names = storage.list("needles/").unwrap();
    assert_eq!(names.len(), 4);
    let needles = listed(storage.clone());
    for name in words(1) {
        assert!(needles.candidates(&word(&name), &near(&splits))[1], "{name}");
    }
    storage.remove(&names[1]).unwrap();
    assert_eq!(listed(storage).covered().count(), 0);
}

#[test]
fn a_needle_index_that_cannot_be_read_rules_out_nothing() {
    let storage = MemoryStorage::default();
    let splits = put_day(&storage, 0);
    let name = storage.list("needles/").unwrap().remove(0);
    let mut object = storage.get(&name, 0..storage.length(&name).unwrap()).unwrap();
    object[100] ^= 1;
    let damaged = Arc::new(MemoryStorage::default());
    damaged.put(&name, &object, &Terms::default()).unwrap();

    let needles = listed(damaged);
    let found = needles.candidates(&word("id0x2x299"), &near(&splits));

    // The byte is in the first bucket or in the only one.
    let bucket = |word: &str| {
        let geometry = geometry::Geometry::parse(&name).unwrap();
        geometry.bucket_of(word_hash(word.as_bytes()))
    };
    assert_eq!(bucket("id0x2x299"), 0);
    assert_eq!((found, needles.unreadable()), (vec![true; 4], 1));
}

#[test]
fn an_id_in_seven_years_costs_one_small_read_for_each_day() {
    const DAYS: u32 = 2_555;
    let storage = Arc::new(CountingStorage::new(MemoryStorage::default()));
    let splits: Vec<Batches> = (0..DAYS).flat_map(|number| put_day(&*storage, number)).collect();
    _ = storage.take();

    let needles = listed(storage.clone());
    assert_eq!(storage.take(), Reads { reads: 0, bytes: 0, questions: 1 });
    let found = needles.candidates(&word("id1700x3x123"), &near(&splits));
    let reads = storage.take();
    let absent = needles.candidates(&word("550e8400e29b41d4a716446655440000"), &near(&splits));

    let far = reads.far_away(Duration::from_millis(30), 90_000_000) / 64;
    println!(
        "an id in {DAYS} days: {reads:?}, {far:?} with 64 at once; {} of {} splits",
        count(&found),
        splits.len()
    );
    assert!(found[1_700 * 4 + 3]);
    // A read for each day, and the splits of those days that seem to have it: 2,555 / 256 by mistake.
    assert!(reads.reads < u64::from(DAYS) + 50, "{reads:?}");
    assert!(reads.bytes < u64::from(DAYS) * 16_384, "{reads:?}");
    assert!(count(&found) < 50 && count(&absent) < 50, "{} {}", count(&found), count(&absent));
}

fn move_away(from: &dyn ObjectStorage, to: &dyn ObjectStorage) {
    for name in from.list("needles/").unwrap() {
        let object = from.get(&name, 0..from.length(&name).unwrap()).unwrap();
        to.put(&name, &object, &Terms::pointer()).unwrap();
        from.remove(&name).unwrap();
    }
}

fn far(splits: &[Batches]) -> Vec<Asked> {
    splits.iter().map(|batches| Asked { batches: *batches, is_far: true }).collect()
}

#[test]
fn what_was_moved_far_away_is_read_there_also_when_it_was_listed_near_and_once_only() {
    let (near, cold) =
        (Arc::new(MemoryStorage::default()), Arc::new(CountingStorage::new(MemoryStorage::default())));
    let splits = put_day(&*near, 0);
    let storages = Storages { cold: Some(cold.clone()), ..Storages::near(near.clone()) };
    let before = Needles::list(&storages).unwrap();
    move_away(&*near, &*cold);
    let after = Needles::list(&storages).unwrap();

    for needles in [before.listed_again().unwrap(), after] {
        _ = cold.take();
        for _ in 0..2 {
            assert_eq!(needles.candidates(&word("id0x2x299"), &far(&splits)), [false, false, true, false]);
        }
        assert_eq!(cold.take().reads, 2, "the bucket and the list of splits, for both answers");
    }
}

#[test]
fn one_far_split_of_a_day_is_worth_asking_for_and_a_near_one_is_not() {
    let cold = Arc::new(CountingStorage::new(MemoryStorage::default()));
    let alone = [(0, 49)];
    build(&*cold, day(0), &alone, |_| Ok(unit(["id7".to_owned(), "absent9".to_owned()].into_iter())))
        .unwrap();
    let storages =
        Storages { cold: Some(cold.clone()), ..Storages::near(Arc::new(MemoryStorage::default())) };
    let needles = Needles::list(&storages).unwrap();
    _ = cold.take();

    assert_eq!(needles.far_requests(&word("id0x2x299"), &far(&alone)), 1);
    assert_eq!(needles.candidates(&word("id0x2x299"), &far(&alone)), [false]);
    assert_eq!(needles.candidates(&word("absent9"), &far(&alone)), [true]);
    assert_eq!(cold.take().reads, 2);
    assert_eq!(needles.far_requests(&word("id0x2x299"), &far(&alone)), 0, "it is remembered");
    assert_eq!(needles.candidates(&word("id0x2x298"), &near(&alone)), [true]);
    assert_eq!(cold.take().reads, 0);
}

#[test]
fn a_far_storage_that_cannot_be_listed_at_the_start_is_listed_later() {
    let (disk, directory) = (SimulatedDisk::new(), std::path::Path::new("/far"));
    let cold = Arc::new(LocalStorage::open(Arc::new(disk.clone()), directory).unwrap());
    let splits = put_day(&*cold, 0);
    let storages = Storages { cold: Some(cold), ..Storages::near(Arc::new(MemoryStorage::default())) };

    disk.power_off();
    let needles = Needles::list(&storages).unwrap();
    assert!(!needles.is_complete());
    assert_eq!(needles.candidates(&word("id0x2x299"), &far(&splits)), [true; 4]);

    disk.power_on();
    let needles = needles.listed_again().unwrap();
    assert!(needles.is_complete());
    assert_eq!(needles.candidates(&word("id0x2x299"), &far(&splits)), [false, false, true, false]);
}

//! The reader sees every record once and in order, whatever is published, restarted or too slow in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::RealDisk;
use palisade_record::SystemClock;
use proptest::prelude::*;

use super::*;
use crate::tests::{Lines, append, batch, settings};
use crate::{Index, Parts};

/// Comes to an end only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

fn open(directory: &Path, read_from: ReadFrom) -> Index {
    let parts = Parts { read_from, ..Parts::near(Arc::new(RealDisk), Arc::new(SystemClock)) };
    Index::open(settings(directory), parts, &Lines).unwrap()
}

/// Appends one line, a batch of its own.
fn send(index: &Index, number: u64) {
    let line = format!("line {number:03}");
    append(index, vec![batch("app", number * 9, &[line])]).unwrap();
}

/// The numbers of the lines that come until there are so many, or the index is closed.
fn read(arrivals: &mut Arrivals, count: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let waited = arrivals.wait(PATIENCE, &Lines, &mut |arrived| {
            for rows in arrived.rows() {
                for row in 0..rows.len() {
                    let text = String::from_utf8_lossy(rows.record(row)).into_owned();
                    numbers.push(text.strip_prefix("line ").unwrap().parse().unwrap());
                }
            }
        });
        match waited.unwrap() {
            Waited::Arrived => {}
            Waited::Nothing => panic!("nothing came, of {count} only {numbers:?}"),
            Waited::Closed => break,
        }
    }
    numbers
}

fn journal_files(directory: &Path) -> usize {
    directory.join("journal").read_dir().unwrap().count()
}

#[test]
fn the_reader_gets_what_came_before_it_and_what_comes_later() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), ReadFrom::Unpublished);
    (0..3).for_each(|number| send(&index, number));
    let mut arrivals = index.arrivals();
    assert_eq!(read(&mut arrivals, 3), [0, 1, 2]);
    (3..6).for_each(|number| send(&index, number));
    assert_eq!(read(&mut arrivals, 3), [3, 4, 5]);
    assert_eq!(arrivals.position(), 6);
    index.close();
    assert_eq!(read(&mut arrivals, 1), [] as [u64; 0]);
}

#[test]
fn a_journal_file_stays_until_the_reader_is_done_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), ReadFrom::Unpublished);
    (0..3).for_each(|number| send(&index, number));
    index.publish().unwrap();
    assert_eq!(journal_files(directory.path()), 2);
    index.close();
    drop(index);

    let index = open(directory.path(), ReadFrom::Batch(1));
    let mut arrivals = index.arrivals();
    assert_eq!(read(&mut arrivals, 2), [1, 2]);
    let before = journal_files(directory.path());
    arrivals.done(2);
    assert_eq!(journal_files(directory.path()), before);
    arrivals.done(3);
    assert!(journal_files(directory.path()) < before);
    assert_eq!(arrivals.take_missed(), 0);
    index.close();
}

#[test]
fn without_a_reader_nothing_is_kept_for_one() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), ReadFrom::Nowhere);
    send(&index, 0);
    index.publish().unwrap();
    assert_eq!(journal_files(directory.path()), 1);
    index.close();
}

#[test]
fn what_is_not_in_the_journal_any_more_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), ReadFrom::Nowhere);
    (0..3).for_each(|number| send(&index, number));
    index.publish().unwrap();
    index.close();
    drop(index);

    let index = open(directory.path(), ReadFrom::Batch(1));
    send(&index, 3);
    let mut arrivals = index.arrivals();
    assert_eq!(read(&mut arrivals, 1), [3]);
    assert_eq!(arrivals.take_missed(), 2);
    index.close();
}

#[test]
fn a_reader_that_is_too_slow_reads_the_journal_and_misses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), ReadFrom::Unpublished);
    let mut arrivals = index.arrivals();
    assert_eq!(arrivals.wait(Duration::ZERO, &Lines, &mut |_| {}).unwrap(), Waited::Arrived);
    send(&index, 0);
    assert_eq!(read(&mut arrivals, 1), [0]);
    (1..4).for_each(|number| send(&index, number));
    index.snapshot().unwrap();
    index.shared.arrivals.still_missed();
    index.publish().unwrap();
    send(&index, 4);
    assert_eq!(read(&mut arrivals, 4), [1, 2, 3, 4]);
    index.close();
}

/// What happens between records.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Record,
    Publish,
    Restart,
    Lag,
    Read,
    Done,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        5 => Just(Happening::Record),
        1 => Just(Happening::Publish),
        1 => Just(Happening::Restart),
        1 => Just(Happening::Lag),
        2 => Just(Happening::Read),
        1 => Just(Happening::Done),
    ];
    proptest::collection::vec(one, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_record_is_read_once_and_in_order(happenings in happenings()) {
        let directory = tempfile::tempdir().unwrap();
        let mut index = open(directory.path(), ReadFrom::Unpublished);
        let mut arrivals = index.arrivals();
        // What is known again after a crash: done up to here.
        let (mut sent, mut seen, mut done) = (0u64, 0u64, 0u64);
        for happening in happenings {
            match happening {
                Happening::Record => {
                    send(&index, sent);
                    sent += 1;
                }
                Happening::Publish => index.publish().unwrap(),
                Happening::Lag => {
                    // Everything that is durable is on its way to the reader.
                    index.snapshot().unwrap();
                    index.shared.arrivals.still_missed();
                }
                Happening::Restart => {
                    index.close();
                    index = open(directory.path(), ReadFrom::Batch(done));
                    arrivals = index.arrivals();
                    seen = done;
                }
                Happening::Read if seen < sent => {
                    let numbers = read(&mut arrivals, 1);
                    prop_assert_eq!(&numbers, &(seen..seen + numbers.len() as u64).collect::<Vec<_>>());
                    seen += numbers.len() as u64;
                    prop_assert_eq!(arrivals.position(), seen);
                }
                Happening::Read => {}
                Happening::Done => {
                    arrivals.done(seen);
                    done = seen;
                }
            }
        }
        let rest = read(&mut arrivals, usize::try_from(sent - seen).unwrap());
        prop_assert_eq!(rest, (seen..sent).collect::<Vec<_>>());
        prop_assert_eq!(arrivals.take_missed(), 0);
        index.close();
    }
}

//! The index as a whole: what is acknowledged is found, once, whatever happens in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::{Fault, RealDisk, SharedDisk, SimulatedDisk};
use palisade_record::{Batch, ByteSize, Clock, FrameFlags, Lane, Origin, SystemClock, Timestamp, Value};

use crate::{
    Error, ErrorKind, Index, Outcome, Parse, Parts, Probe, Rows, Settings, Standing, StreamClasses,
    Submission, inspect_split,
};

/// The payload is the message; its words are the fields `first` and `length`.
pub(crate) struct Lines;

impl Parse for Lines {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let mut all: Vec<Rows> = Vec::new();
        for (position, batch) in batches.iter().enumerate() {
            let found = all.iter().position(|rows| *rows.stream() == batch.stream);
            let found = found.unwrap_or_else(|| {
                all.push(Rows::new(batch.stream.clone(), ""));
                all.len() - 1
            });
            let rows = &mut all[found];
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let text = std::str::from_utf8(payload).unwrap();
                let time = frame.time.unwrap_or(received_at);
                rows.begin(u32::try_from(position).unwrap(), frame.offset, frame.flags.bits(), time, payload);
                let length = u32::try_from(text.len()).unwrap();
                rows.field("message", Value::Text(text), Standing::Bare(0, length));
                rows.field("length", Value::Integer(length.into()), Standing::Nowhere);
                rows.end();
            }
        }
        all
    }
}

pub(crate) fn settings(directory: &Path) -> Settings {
    Settings {
        data_dir: directory.to_owned(),
        split_bytes: ByteSize::mib(64),
        split_age: Duration::from_secs(3600),
        cache_bytes: ByteSize::mib(4),
        classes: StreamClasses::default(),
        tenant: "default".to_owned(),
    }
}

pub(crate) fn open(directory: &Path, disk: SharedDisk) -> Result<Index, Error> {
    Index::open(settings(directory), Parts::near(disk, Arc::new(SystemClock)), &Lines)
}

pub(crate) fn batch(file: &str, from: u64, lines: &[String]) -> Batch {
    let origin = Arc::new(Origin { file: file.to_owned(), ..Origin::default() });
    let lane = Lane { agent: "node-1".into(), origin, generation: 1 };
    let mut batch = Batch::new(lane, 42, b"identity".to_vec(), "app".parse().unwrap(), from);
    for line in lines {
        let span = line.len() as u64 + 1;
        let time = Some(Timestamp::from_nanos(i64::try_from(batch.to).unwrap()));
        batch.push(batch.to, span, FrameFlags::default(), time, line.as_bytes());
        batch.to += span;
    }
    batch
}

fn submission(batches: Vec<Batch>, received_at: Timestamp) -> Submission {
    let rows = Lines.parse(&batches, received_at);
    Submission { batches, packed: None, rows, received_at, positioned: true }
}

pub(crate) fn append(index: &Index, batches: Vec<Batch>) -> Result<Vec<Outcome>, Error> {
    append_of(index, batches, SystemClock.now())
}

/// The same for batches that came at another time.
pub(crate) fn append_of(
    index: &Index,
    batches: Vec<Batch>,
    received_at: Timestamp,
) -> Result<Vec<Outcome>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(index.append(submission(batches, received_at))).map(|receipt| receipt.outcomes)
}

#[test]
fn records_that_waited_before_a_restart_do_not_wait_anew() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path(), Arc::new(RealDisk)).unwrap();
    let long_ago = SystemClock.now().minus(settings(folder.path()).split_age);
    append_of(&index, vec![batch("old", 0, &["came long ago".to_owned()])], long_ago).unwrap();
    index.close();
    drop(index);

    let index = open(folder.path(), Arc::new(RealDisk)).unwrap();
    let tail = index.shared.tail();
    let is_waiting = |tail: &mut crate::tail::Tail| tail.splits().is_empty();
    let patience = Duration::from_secs(60);
    let (tail, waited) = index.shared.moved.wait_timeout_while(tail, patience, is_waiting).unwrap();
    assert!(!waited.timed_out());
    drop(tail);
    assert_eq!(stored(&index), ["came long ago"]);
    index.close();
}

/// All records, in the order in which they arrived.
pub(crate) fn stored(index: &Index) -> Vec<String> {
    let snapshot = index.snapshot().unwrap();
    let mut blocks = snapshot.tail.clone();
    for split in &snapshot.splits {
        blocks.extend(split.blocks().unwrap().iter().cloned());
    }
    let mut records = Vec::new();
    for block in blocks {
        let (raw, arrivals) = (block.raw().unwrap(), block.arrivals().unwrap());
        let message = block.column("message").unwrap().unwrap();
        for (row, value) in message.entries() {
            let text = String::from_utf8(raw.get(row as usize).to_vec()).unwrap();
            assert_eq!(message.value(value as usize), Value::Text(&text));
            records.push((arrivals[row as usize], text));
        }
    }
    records.sort();
    records.into_iter().map(|(_, text)| text).collect()
}

pub(crate) fn lines(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("line {number} of many")).collect()
}

#[test]
fn what_is_acknowledged_is_found_at_once_after_a_restart_and_in_a_split() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    let first = batch("a", 0, &lines(0..20_000));
    let end = first.to;

    assert_eq!(append(&index, vec![first]).unwrap(), [Outcome::Stored { mark: end }]);
    assert_eq!(stored(&index), lines(0..20_000));
    index.close();

    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    assert_eq!(stored(&index), lines(0..20_000));
    append(&index, vec![batch("a", end, &lines(20_000..20_010))]).unwrap();
    index.publish().unwrap();
    let statistics = index.statistics();
    assert_eq!((statistics.splits, statistics.split_records, statistics.tail_records), (1, 20_010, 0));
    assert_eq!(stored(&index), lines(0..20_010));
    index.close();

    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    assert_eq!(stored(&index), lines(0..20_010));
    assert!(index.marks("node-1")[0].mark > end);
    index.close();
}

#[test]
fn what_comes_again_is_acknowledged_and_not_stored_again() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    let (first, all) = (batch("a", 0, &lines(0..2)), batch("a", 0, &lines(0..3)));
    append(&index, vec![first.clone()]).unwrap();

    let again =
        append(&index, vec![first.clone(), all.clone(), batch("a", all.to + 5, &lines(9..10))]).unwrap();

    let gap = Outcome::Gap { mark: all.to };
    assert_eq!(again, [Outcome::Stored { mark: first.to }, Outcome::Stored { mark: all.to }, gap]);
    assert_eq!(stored(&index), lines(0..3));
    index.close();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    assert_eq!(stored(&index), lines(0..3));
    index.close();
}

#[test]
fn a_split_names_the_blocks_that_have_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    append(&index, vec![batch("a", 0, &lines(0..20_000))]).unwrap();
    index.publish().unwrap();

    let snapshot = index.snapshot().unwrap();
    let split = &snapshot.splits[0];
    let found = |probe: Probe| split.candidates(&probe).unwrap().iter().filter(|found| **found).count();
    let word = |word: &str| Probe::Word(word.to_owned());

    assert_eq!(split.blocks().unwrap().len(), 3);
    assert_eq!(found(word("line")), 3);
    assert_eq!(found(word("19999")), 1);
    assert_eq!(found(word("20001")), 0);
    assert_eq!(found(Probe::Prefix("lin".to_owned())), 3);
    assert_eq!(found(Probe::Prefix("lines".to_owned())), 0);
    assert_eq!(found(Probe::All(vec![word("line"), word("19999")])), 1);
    assert_eq!(found(Probe::OneOf(vec![word("1"), word("19999")])), 2);
    assert_eq!(found(Probe::None), 0);
    index.close();
}

#[test]
fn every_look_at_the_tail_sees_everything_once() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    let mut from = 0;
    for round in 0..50 {
        let batch = batch("a", from, &lines(round * 3..round * 3 + 3));
        from = batch.to;
        append(&index, vec![batch]).unwrap();
        assert_eq!(stored(&index), lines(0..round * 3 + 3));
        assert!(index.snapshot().unwrap().tail.len() <= 16);
    }
    index.close();
}

#[test]
fn followers_get_every_record_soon() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    let mut follower = index.follow();

    append(&index, vec![batch("a", 0, &lines(0..3))]).unwrap();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let block = runtime
        .block_on(async { tokio::time::timeout(Duration::from_secs(10), follower.recv()).await })
        .unwrap()
        .unwrap();
    assert_eq!(block.info().rows, 3);
    index.close();
}

/// Lets the disk stop at every operation in turn, brings it back with `revive`, and looks at what is there.
fn nothing_acknowledged_is_lost(revive: fn(&SimulatedDisk)) {
    for cut in 1.. {
        let directory = tempfile::tempdir().unwrap();
        let disk = SimulatedDisk::new();
        disk.fail_at(cut, Fault::PowerCut);
        let (mut acknowledged, mut sent, mut from) = (0, 0, 0);
        let mut survived = false;
        if let Ok(index) = open(directory.path(), Arc::new(disk.clone())) {
            for round in 0..3 {
                let batch = batch("a", from, &lines(round * 2..round * 2 + 2));
                from = batch.to;
                sent += 2;
                if append(&index, vec![batch]).is_ok() {
                    acknowledged = sent;
                }
                if round == 1 && acknowledged == sent {
                    _ = index.publish();
                }
            }
            index.close();
            survived = !disk.is_off();
        }
        disk.power_off();
        revive(&disk);

        // Several times: what one start leaves behind must not trouble the next.
        for start in 1..=3 {
            let index = open(directory.path(), Arc::new(disk.clone())).unwrap();
            let found = stored(&index);
            let is_right = found.len() >= acknowledged && found == lines(0..found.len());
            assert!(is_right, "cut {cut}, start {start}: {found:?} of {acknowledged}");
            index.close();
        }
        if survived {
            return;
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_a_power_cut_at_any_operation() {
    nothing_acknowledged_is_lost(|disk| disk.power_on());
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_a_kill_at_any_operation() {
    nothing_acknowledged_is_lost(|disk| disk.start_again());
}

#[test]
fn a_full_disk_refuses_and_recovers_and_a_failed_sync_stops_writing() {
    let directory = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let index = open(directory.path(), Arc::new(disk.clone())).unwrap();
    let first = batch("a", 0, &lines(0..2));

    disk.fail_at(disk.operations() + 1, Fault::Full);
    assert_eq!(append(&index, vec![first.clone()]).unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(stored(&index).is_empty());
    append(&index, vec![first.clone()]).unwrap();
    assert_eq!(stored(&index), lines(0..2));

    disk.fail_at(disk.operations() + 2, Fault::Broken);
    append(&index, vec![batch("a", first.to, &lines(2..4))]).unwrap_err();
    let refusal = append(&index, vec![batch("a", first.to, &lines(2..4))]).unwrap_err();
    assert!(refusal.to_string().contains("restart"), "{refusal}");
    assert!(index.health().unwrap_err().contains("restart"));
    assert_eq!(stored(&index), lines(0..2));
    index.close();
}

#[test]
fn a_lost_catalog_is_not_taken_for_a_new_beginning() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    append(&index, vec![batch("a", 0, &lines(0..2))]).unwrap();
    index.publish().unwrap();
    index.close();
    drop(index);
    for file in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        _ = std::fs::remove_file(directory.path().join(file));
    }

    let refusal = open(directory.path(), Arc::new(RealDisk)).err().unwrap().to_string();
    assert!(refusal.contains("catalog.sqlite is missing although there are 2 objects"), "{refusal}");
}

#[test]
fn a_flipped_byte_anywhere_in_a_data_object_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
    append(&index, vec![batch("a", 0, &lines(0..40))]).unwrap();
    index.publish().unwrap();
    index.close();
    let objects = directory.path().join("objects/splits");
    let find = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path();
    let path = std::fs::read_dir(objects)
        .unwrap()
        .map(find)
        .find(|path| path.extension().unwrap() == "data")
        .unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(inspect_split(&path).unwrap().rows, 40);

    // The header is not read when an object is: its end says everything.
    for position in 5..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[position] ^= 0x40;
        std::fs::write(&path, &damaged).unwrap();
        let error = inspect_split(&path).unwrap_err().to_string();
        assert!(error.contains(".data"), "byte {position}: {error}");
    }
}

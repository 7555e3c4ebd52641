//! The checkpoint through power cuts, failing disks and damage.

use std::path::Path;
use std::sync::Arc;

use palisade_disk::{Disk as _, Fault, SimulatedDisk, read_file};
use proptest::prelude::*;

use super::format::{MAGIC, VERSION, frame_head, replay};
use super::log::COMPACT_BYTES_MIN;
use super::{Checkpoint, Condition, Remembered};
use crate::identity::Marker;

fn remembered(live: &str, number: u64, done: u64) -> Remembered {
    let acked = [done, done / 2];
    Remembered {
        live: live.into(),
        number,
        done,
        acked,
        marker: Marker::at_end_of(b"tail"),
        ..Remembered::default()
    }
}

fn load(disk: &SimulatedDisk) -> (Checkpoint, Condition) {
    Checkpoint::load(Arc::new(disk.clone()), Path::new("/state")).unwrap()
}

fn write_steps(disk: &SimulatedDisk, steps: u64) -> u64 {
    let Ok((mut checkpoint, _)) = Checkpoint::load(Arc::new(disk.clone()), Path::new("/state")) else {
        return 0;
    };
    for step in 1..=steps {
        let changed = vec![remembered("/a", 1, step), remembered("/b", step, step)];
        let forgotten = if step > 1 { vec![("/b".into(), step - 1)] } else { vec![] };
        if checkpoint.write(changed, forgotten).is_err() {
            return step - 1;
        }
    }
    steps
}

#[test]
fn after_a_power_cut_at_any_operation_the_last_step_that_was_confirmed_is_there_whole() {
    for cut in 1.. {
        let disk = SimulatedDisk::new();
        disk.fail_at(cut, Fault::PowerCut);
        let confirmed = write_steps(&disk, 5);
        disk.power_off();
        disk.power_on();

        let (checkpoint, _) = load(&disk);
        let found = checkpoint.state().get(&("/a".into(), 1)).map_or(0, |a| a.done);
        assert!(found == confirmed || found == confirmed + 1, "cut {cut}: {found} after {confirmed}");
        assert_eq!(checkpoint.state().len(), if found == 0 { 0 } else { 2 }, "steps are not torn apart");
        if confirmed == 5 {
            return;
        }
    }
}

#[test]
fn a_failed_sync_is_never_trusted_and_a_new_file_takes_over() {
    for fault in [Fault::Broken, Fault::Full] {
        for at in 1..30 {
            let disk = SimulatedDisk::new();
            disk.fail_at(at, fault);
            let Ok((mut checkpoint, _)) = Checkpoint::load(Arc::new(disk.clone()), Path::new("/state"))
            else {
                continue;
            };
            checkpoint.settle();
            for step in 1..=6 {
                let first = checkpoint.write(vec![remembered("/a", 1, step)], vec![]);
                if first.is_err() {
                    checkpoint.write(vec![remembered("/a", 1, step)], vec![]).unwrap();
                }
            }
            disk.power_off();
            disk.power_on();
            let (checkpoint, condition) = load(&disk);
            assert_eq!(condition, Condition::Whole);
            assert_eq!(checkpoint.state()[&("/a".into(), 1)].done, 6, "{fault:?} at {at}");
        }
    }
}

#[test]
fn damage_is_noticed_and_never_stops_the_agent() {
    let disk = SimulatedDisk::new();
    assert_eq!(load(&disk).1, Condition::Doubtful, "there is none yet");
    write_steps(&disk, 3);
    let path = Path::new("/state/checkpoint.1");
    let good = read_file(&disk, path, 1 << 20).unwrap();
    let put = |bytes: &[u8]| {
        let file = disk.create(path).unwrap();
        file.write_at(bytes, 0).unwrap();
    };

    let mut future = good.clone();
    future[MAGIC.len()] = 200;
    for bytes in [&[][..], &good[..10], &future] {
        put(bytes);
        let (checkpoint, condition) = load(&disk);
        assert_eq!((checkpoint.state().len(), condition), (0, Condition::Doubtful));
    }
    put(&good[..good.len() - 1]);
    let (mut checkpoint, condition) = load(&disk);
    assert_eq!((checkpoint.state()[&("/a".into(), 1)].done, condition), (2, Condition::Doubtful));
    checkpoint.write(vec![remembered("/a", 1, 9)], vec![]).unwrap();
    assert_eq!(load(&disk).0.state()[&("/a".into(), 1)].done, 9);
}

#[test]
fn a_checkpoint_that_is_begun_anew_is_in_doubt_until_it_is_settled() {
    let disk = SimulatedDisk::new();
    write_steps(&disk, 2);
    let (mut checkpoint, condition) = load(&disk);
    assert_eq!((checkpoint.state().len(), condition), (2, Condition::Doubtful));
    assert_eq!((checkpoint.newest_number(&"/b".into()), checkpoint.newest_number(&"/none".into())), (2, 0));

    checkpoint.write(vec![remembered("/a", 1, 3)], vec![]).unwrap();
    assert_eq!(load(&disk).1, Condition::Doubtful);
    checkpoint.settle();
    checkpoint.write(vec![], vec![]).unwrap();
    assert_eq!(load(&disk).1, Condition::Whole);
}

#[test]
fn the_file_does_not_grow_without_bound() {
    let disk = SimulatedDisk::new();
    let (mut checkpoint, _) = load(&disk);
    for step in 0..20_000 {
        checkpoint.write(vec![remembered("/a", 1, step)], vec![]).unwrap();
    }
    assert!(checkpoint.file_bytes < 2 * COMPACT_BYTES_MIN);
    assert!(disk.list(Path::new("/state")).unwrap().len() <= 2);
    assert_eq!(load(&disk).0.state()[&("/a".into(), 1)].done, 19_999);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut file = MAGIC.to_vec();
        file.push(VERSION);
        file.extend_from_slice(&frame_head(&bytes));
        file.extend_from_slice(&bytes);
        _ = replay(&file);
        _ = replay(&bytes);
    }
}

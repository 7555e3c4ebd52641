//! The life of splits in real storages of memory, killed between any two of their requests.

mod failing;
mod receipts;
mod world;

use palisade_storage::{LockMode as StoredMode, ObjectStorage, Terms, is_locked};

use crate::{Hold, LockMode, Release, Term};
use failing::FailingStorage;
use world::World;

fn hold(id: &str, query: &str) -> Hold {
    Hold {
        id: id.to_owned(),
        matter: "26-1841".to_owned(),
        reason: "asked for by counsel".to_owned(),
        query: query.to_owned(),
        from: None,
        to: None,
        author: "ada".to_owned(),
        created_at: World::START,
        released: None,
    }
}

#[test]
fn evidence_is_put_locked_and_looked_at() {
    let world = World::new();
    world.publish("a");

    let mut applier = world.applier();
    world.settle(&mut applier);

    let split = world.split();
    let cold = split.copies().cold.clone().unwrap();
    assert!(cold.verified && split.copies().hot);
    let described = world.cold.describe(&split.data_name()).unwrap();
    let lock = described.lock.unwrap();
    assert_eq!(lock.mode, StoredMode::Governance);
    assert!(lock.until >= world.in_days(365 + 1) && lock.until <= world.in_days(365 + 2), "{}", lock.until);
    assert!(is_locked(&world.cold.remove(&split.data_name()).unwrap_err()));
    let status = applier.status().lock().unwrap().clone();
    assert_eq!(status.unarchived, 0);
    assert_eq!((status.locks.splits, status.locks.first_ends), (1, Some(lock.until)));
    assert_eq!(status.locks.last_ends, status.locks.first_ends);
    assert_eq!((status.cold.splits, status.cold.oldest), (1, Some(split.summary().oldest)));
    assert!(status.configured.warm && status.configured.cold);
}

#[test]
fn near_copies_come_and_go_by_age_and_the_split_stays_readable() {
    let world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    world.settle(&mut applier);

    world.set_day(8);
    world.settle(&mut applier);
    assert_eq!(world.split().copies().tier(), "warm");
    assert!(world.index().storages().hot.length(&world.split().data_name()).is_err());
    assert_eq!(world.records(), ["a"]);

    world.set_day(40);
    world.settle(&mut applier);
    assert_eq!(world.split().copies().tier(), "cold");
    assert_eq!(world.warm.list("splits/").unwrap(), [] as [&str; 0]);
    assert_eq!(world.records(), ["a"]);
}

#[test]
fn a_copy_that_a_query_still_reads_is_removed_after_it() {
    let world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    world.settle(&mut applier);
    let query = world.index().snapshot().unwrap();

    world.set_day(8);
    world.settle(&mut applier);
    let name = world.split().data_name();
    assert_eq!(world.split().copies().tier(), "warm");
    assert!(world.index().storages().hot.length(&name).is_ok());
    assert_eq!(query.splits[0].blocks().unwrap().len(), 1);

    drop(query);
    world.settle(&mut applier);
    assert!(world.index().storages().hot.length(&name).is_err());
}

#[test]
fn a_query_that_began_several_steps_ago_still_finds_its_copy() {
    let world = World::new();
    world.publish("a");
    let query = world.index().snapshot().unwrap();
    let mut applier = world.applier();
    world.set_day(8);

    world.settle(&mut applier);

    let name = world.split().data_name();
    assert_eq!(world.split().copies().tier(), "warm");
    assert_eq!(query.splits[0].blocks().unwrap().len(), 1);
    assert!(world.index().storages().hot.length(&name).is_ok());
    drop(query);
    world.settle(&mut applier);
    assert!(world.index().storages().hot.length(&name).is_err());
}

#[test]
fn what_is_over_is_disposed_of_with_a_certificate_in_the_log() {
    let world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    world.settle(&mut applier);
    let id = world.split().id().to_owned();

    world.set_day(365 + 3);
    world.settle(&mut applier);

    assert!(world.index().splits().is_empty());
    assert_eq!(world.cold.list("splits/").unwrap(), [] as [&str; 0]);
    assert_eq!(world.index().storages().hot.list("splits/").unwrap(), [] as [&str; 0]);
    let paper = world.index().document("disposal", &id).unwrap().unwrap();
    assert!(
        paper.contains(r#""kind":"palisade-disposal/v1""#) && paper.contains(r#""done":true"#),
        "{paper}"
    );
    assert_eq!(world.index().log_size().unwrap(), 2);
    assert_eq!(applier.status().lock().unwrap().disposals, 1);
}

#[test]
fn a_hold_keeps_what_is_over_until_it_is_released() {
    let world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    let holds = applier.holds();
    holds.place(hold("h", "yes")).unwrap();
    holds.place(hold("other", "no")).unwrap();

    world.set_day(365 + 3);
    world.settle(&mut applier);
    let copy = world.split().copies().cold.clone();
    assert!(copy.is_none(), "what is over is not archived any more");
    world.set_day(0);
    world.settle(&mut applier);
    assert!(world.split().copies().cold.as_ref().unwrap().held);
    world.set_day(365 + 3);
    world.settle(&mut applier);
    assert!(world.cold.describe(&world.split().data_name()).unwrap().held);

    // A start reads the holds from the catalog.
    let mut applier = world.applier();
    world.settle(&mut applier);
    assert_eq!(world.index().splits().len(), 1);

    let release = Release { by: "grace".to_owned(), reason: "closed".to_owned(), at: world.now() };
    applier.holds().release("h", release).unwrap();
    world.settle(&mut applier);
    assert!(world.index().splits().is_empty());
}

#[test]
fn a_class_that_became_longer_and_stronger_is_followed() {
    let mut world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    world.settle(&mut applier);

    world.set_class(Term::days(800), LockMode::Compliance);
    let mut applier = world.applier();
    world.settle(&mut applier);

    let lock = world.cold.describe(&world.split().data_name()).unwrap().lock.unwrap();
    assert_eq!(lock.mode, StoredMode::Compliance);
    assert!(lock.until >= world.in_days(801));
    assert_eq!(world.split().copies().cold.as_ref().unwrap().lock_mode, Some(StoredMode::Compliance));
}

#[test]
fn the_log_the_pages_and_the_indexes_are_in_the_cold_storage_too() {
    let world = World::new();
    world.publish("a");
    world.wait_for_log(1);
    let ahead = "log/tile/entries/000.p/200";
    world.index().storages().hot.put(ahead, b"of a checkpoint to come", &Terms::default()).unwrap();
    let mut applier = world.applier();
    world.settle(&mut applier);

    let names = world.cold.list("").unwrap();
    assert!(!names.iter().any(|name| name == ahead), "nobody signed it, and nobody may ever");
    for prefix in ["log/checkpoint", "log/checkpoints/", "log/tile/", "publications/", "splits/"] {
        assert!(names.iter().any(|name| name.starts_with(prefix)), "{prefix} in {names:?}");
    }
    assert!(names.iter().any(|name| name.ends_with(".index")), "{names:?}");
    for name in names.iter().filter(|name| name.starts_with("publications/") || name.contains("/tile/")) {
        assert!(world.cold.describe(name).unwrap().lock.is_some(), "{name}");
    }
    let near = world.index().storages().hot.get("log/checkpoint", 0..20).unwrap();
    assert_eq!(world.cold.get("log/checkpoint", 0..20).unwrap(), near);
}

#[test]
fn index_objects_above_the_budget_go_and_come_back_when_they_are_asked() {
    let mut world = World::new();
    world.publish("a");
    world.index_bytes(1);
    let mut applier = world.applier();
    world.settle(&mut applier);

    let hot = world.index().storages().hot.clone();
    assert!(hot.length(&world.split().index_name()).is_err());
    let word = palisade_index::Probe::Word("a".to_owned());
    assert_eq!(world.split().candidates(&word).unwrap(), [true]);
    assert!(hot.length(&world.split().index_name()).is_ok());
}

#[test]
fn a_cold_storage_that_is_down_is_told_and_come_back_to() {
    let world = World::new();
    world.publish("a");
    let mut applier = world.applier();
    world.failing.fail_after(0);

    assert!(applier.round().failures > 0);
    let status = applier.status();
    assert!(status.lock().unwrap().cold_unreachable);
    assert_eq!(status.lock().unwrap().unarchived, 1);
    assert!(status.lock().unwrap().render().contains("palisade_lifecycle_cold_unreachable 1"));

    world.failing.work_again();
    world.pass_minutes(10);
    world.settle(&mut applier);
    let told = status.lock().unwrap().clone();
    assert_eq!((told.cold_unreachable, told.unarchived, told.last_problem), (false, 0, None));
}

#[test]
fn killed_between_any_two_requests_the_same_end_is_reached() {
    let mut kills = 0;
    for requests in 0.. {
        let world = World::new();
        world.publish("a");
        for day in [0, 8, 40, 365 + 3] {
            world.set_day(day);
            // The process ends at a request that never comes back, and a new one begins.
            world.failing.fail_after(requests);
            let mut applier = world.applier();
            for _ in 0..20 {
                applier.round();
            }
            kills += u64::from(world.failing.work_again());
            drop(applier);
            let mut applier = world.applier();
            world.settle(&mut applier);
            match day {
                0 => assert!(world.split().copies().cold.as_ref().unwrap().verified),
                8 => assert_eq!(world.split().copies().tier(), "warm"),
                40 => assert_eq!(world.split().copies().tier(), "cold"),
                _ => {
                    assert!(world.index().splits().is_empty());
                    assert_eq!(world.cold.list("splits/").unwrap(), [] as [&str; 0]);
                    assert_eq!(world.warm.list("splits/").unwrap(), [] as [&str; 0]);
                    assert_eq!(world.index().storages().hot.list("splits/").unwrap(), [] as [&str; 0]);
                }
            }
        }
        if requests > FailingStorage::REQUESTS_OF_A_LIFE {
            break;
        }
    }
    assert!(kills > FailingStorage::REQUESTS_OF_A_LIFE, "{kills}");
}

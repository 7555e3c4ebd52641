//! Everything somebody with the disks could do to an object, to every kind of object: all of it must be found, and the
//! object named.

use std::collections::BTreeMap;

use super::report::{FindingKind, Report};
use super::world::{World, judge, judge_storage, stored};

/// Places in an object that are changed one after the other; all of its regions are among them.
const PLACES: usize = 24;

type Objects = BTreeMap<String, Vec<u8>>;

/// A mutated store, and the objects of which at least one must be named.
struct Mutation {
    what: String,
    objects: Objects,
    named: Vec<String>,
}

type Change = fn(&mut Vec<u8>, usize);

/// What one does to the bytes of an object at a place.
const CHANGES: [(&str, Change); 6] = [
    ("a bit flipped", |bytes, at| bytes[at] ^= 1),
    ("a byte cut out", |bytes, at| bytes.splice(at..=at, []).for_each(|_| {})),
    ("a byte put in", |bytes, at| bytes.insert(at, 0x5a)),
    ("the end cut off", |bytes, at| bytes.truncate(at)),
    ("a piece doubled", |bytes, at| {
        let piece = bytes[at..(at + 9).min(bytes.len())].to_vec();
        let tail = bytes.split_off(at);
        bytes.extend(piece);
        bytes.extend(tail);
    }),
    ("two pieces swapped", |bytes, at| {
        let other = (at + bytes.len() / 2) % bytes.len();
        bytes.swap(at, other);
    }),
];

/// Places spread over an object, its first and last bytes among them.
fn places(length: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..PLACES).map(|place| place * (length - 1) / (PLACES - 1)).collect();
    // The last bytes are a checksum or a signature's end, the first say what it is.
    places.extend((1..5).filter(|at| *at < length));
    places.extend((2..14).filter_map(|back| length.checked_sub(back)));
    places.sort_unstable();
    places.dedup();
    places
}

fn of_bytes(world: &World, name: &str) -> Vec<Mutation> {
    let original = &world.objects[name];
    let mut mutations = Vec::new();
    for (what, change) in CHANGES {
        for at in places(original.len()) {
            let mut bytes = original.clone();
            change(&mut bytes, at);
            if bytes == *original {
                continue;
            }
            let mut objects = world.objects.clone();
            objects.insert(name.to_owned(), bytes);
            let what = format!("{what} at {at} of {name}");
            mutations.push(Mutation { what, objects, named: vec![name.to_owned()] });
        }
    }
    mutations
}

/// Whole objects: gone, in the place of another, twice.
fn of_objects(world: &World, names: &[String]) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    for name in names {
        let mut objects = world.objects.clone();
        objects.remove(name);
        mutations.push(Mutation { what: format!("{name} deleted"), objects, named: vec![name.clone()] });
        for other in names.iter().filter(|other| world.objects[*other] != world.objects[name]).take(3) {
            let mut objects = world.objects.clone();
            objects.insert(name.clone(), world.objects[other].clone());
            let what = format!("{other} copied over {name}");
            mutations.push(Mutation { what, objects: objects.clone(), named: vec![name.clone()] });
            objects.insert(other.clone(), world.objects[name].clone());
            let what = format!("{name} and {other} swapped");
            mutations.push(Mutation { what, objects, named: vec![name.clone(), other.clone()] });
        }
    }
    mutations
}

fn detects(report: &Report, mutation: &Mutation) -> bool {
    let is_named = |name: &String| report.findings.iter().any(|finding| finding.object == *name);
    report.worst().is_some() && mutation.named.iter().any(is_named)
}

/// Judges all mutations; fails with those that were not found.
fn all_are_found(kind: &str, mutations: &[Mutation]) {
    let missed: Vec<&str> = mutations
        .iter()
        .filter(|mutation| !detects(&judge(&mutation.objects, None), mutation))
        .map(|mutation| mutation.what.as_str())
        .collect();
    println!("{kind:<14} mutations {:>5}  detected {:>5}", mutations.len(), mutations.len() - missed.len());
    assert!(mutations.len() > 5 && missed.is_empty(), "{kind}: not found: {missed:#?}");
}

/// Changes bytes of some objects of a kind, and does everything that can be done to whole ones.
fn mutate(kind: &str, matches: impl Fn(&str) -> bool) {
    let world = World::new();
    assert_eq!(judge(&world.objects, None).findings, []);
    let names: Vec<String> = world.objects.keys().filter(|name| matches(name)).cloned().collect();
    assert!(!names.is_empty());
    let mut mutations = of_objects(&world, &names);
    // The first and the last of a kind stand for those between.
    for name in [&names[0], &names[names.len() - 1]] {
        mutations.extend(of_bytes(&world, name));
    }
    all_are_found(kind, &mutations);
}

#[test]
fn every_change_of_a_data_object_is_found() {
    mutate("data", |name| name.ends_with(".data"));
}

#[test]
fn every_change_of_an_index_object_is_found() {
    mutate("index", |name| name.ends_with(".index"));
}

#[test]
fn every_change_of_a_bundle_of_entries_is_found() {
    mutate("entries", |name| name.starts_with("log/tile/entries/"));
}

#[test]
fn every_change_of_a_tile_is_found() {
    mutate("tile", |name| name.starts_with("log/tile/0/"));
}

#[test]
fn every_change_of_a_checkpoint_is_found() {
    mutate("checkpoint", |name| name.starts_with("log/checkpoints/"));
}

#[test]
fn every_change_of_the_newest_checkpoint_s_copy_is_found() {
    let world = World::new();
    let name = "log/checkpoint".to_owned();
    let mut mutations = of_bytes(&world, &name);
    let older = world.names("log/checkpoints/");
    for older in &older[..older.len() - 1] {
        let mut objects = world.objects.clone();
        objects.insert(name.clone(), world.objects[older].clone());
        mutations.push(Mutation { what: format!("{older} put back"), objects, named: vec![name.clone()] });
    }
    let mut objects = world.objects.clone();
    objects.remove(&name);
    mutations.push(Mutation { what: "deleted".into(), objects, named: vec![name] });
    all_are_found("pointer", &mutations);
}

#[test]
fn every_change_of_a_page_is_found() {
    mutate("page", |name| name.starts_with("publications/"));
}

#[test]
fn objects_that_nobody_tells_of_are_found() {
    let world = World::new();
    let data = world.names("splits/").into_iter().find(|name| name.ends_with(".data")).unwrap();
    let mutations: Vec<Mutation> = [
        "splits/0000000000000001-0000000000000001-standard.data",
        "splits/00000000000000ff-00000000000000ff-standard.data",
        "splits/0000000000000000-0000000000000000-foreign.index",
        "splits/something",
        "log/tile/0/001",
        "log/tile/0/000.p/1",
        "log/tile/entries/000.p/200",
        "log/checkpoints/00000000000000000001",
        "log/checkpoints/latest",
        "publications/0000000000000000-0000000000000001",
        "publications/latest",
    ]
    .into_iter()
    .map(|name| {
        let mut objects = world.objects.clone();
        assert!(
            objects.insert(name.into(), world.objects[&data].clone()).is_none(),
            "{name} is there already"
        );
        // A tile without a checkpoint is told as the checkpoint's absence.
        let named = vec![name.to_owned(), "log/checkpoints/00000000000000000001".to_owned()];
        Mutation { what: format!("{name} added"), objects, named }
    })
    .collect();
    all_are_found("foreign", &mutations);
}

/// The store as it was before its last publishings, down to the last byte.
fn cut_back(world: &World, checkpoints: usize) -> Objects {
    let names = world.names("log/checkpoints/");
    let kept = &names[names.len() - 1 - checkpoints];
    let size = |name: &str| name.rsplit('/').next().unwrap().parse::<u64>().unwrap();
    let newest = size(kept);
    let mut objects = world.objects.clone();
    objects.retain(|name, _| match name.rsplit_once(".p/") {
        Some((_, width)) if name.starts_with("log/tile/") => width.parse::<u64>().unwrap() <= newest,
        _ => !name.starts_with("log/checkpoints/") || size(name) <= newest,
    });
    objects.insert("log/checkpoint".into(), world.objects[kept].clone());
    let storage = World::local(world.directory.path());
    let reader = crate::LogReader(&*storage);
    let told: Vec<crate::Entry> = palisade_seal::log::entries(&reader, newest, 0..newest)
        .map(|entry| crate::Entry::parse(&entry.unwrap()).unwrap())
        .collect();
    let (mut splits, mut pages) = (Vec::new(), Vec::new());
    for entry in told {
        if let crate::Event::Split { first, next, split, .. } = entry.event {
            splits.push(split.id);
            pages.push(crate::evidence::page_name(first, next));
        }
    }
    objects
        .retain(|name, _| !name.starts_with("splits/") || splits.iter().any(|id| name.contains(id.as_str())));
    objects.retain(|name, _| !name.starts_with("publications/") || pages.contains(name));
    objects
}

#[test]
fn a_log_whose_end_was_cut_off_consistently_is_told_by_the_anchor_and_by_the_catalog() {
    let world = World::new();
    for checkpoints in 1..world.names("log/checkpoints/").len() {
        let objects = cut_back(&world, checkpoints);
        assert!(objects.len() < world.objects.len());
        assert_eq!(judge(&objects, None).findings, [], "nobody can tell without an anchor or a catalog");

        let report = judge(&objects, Some(&world.anchor));
        assert_eq!(report.worst(), Some(FindingKind::Tampered), "{report:?}");
        assert!(report.findings.iter().any(|finding| finding.problem.contains("cut off")), "{report:?}");

        let catalog = world.directory.path().join("catalog.sqlite");
        let storage = stored(&objects);
        let report = judge_storage(&storage, None, Some(&catalog), false);
        assert_eq!(report.worst(), Some(FindingKind::Incomplete));
        assert!(report.findings.iter().any(|finding| finding.object == "log/checkpoint"), "{report:?}");
    }
}

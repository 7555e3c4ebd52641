//! Whatever is done to an object of a log, an audit or a verification tells.
//!
//! What verification passes over because the specification demands it is excepted: signature lines of keys that are not
//! known, and the order of lines. A note that two known keys signed also holds with one of both lines: that is what
//! rotation needs.

use proptest::prelude::*;
use proptest::sample::Index;

use super::sample::{Objects, entries, log};
use super::{
    Bundle, Checkpoint, Checkpointed, Finding, FindingKind, Hash, Note, SigningKey, Tile, append, audit_log,
};

const ORIGIN: &str = "example.com/audit";

/// Something that is done to bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index, Index),
    Insert(Index, Vec<u8>),
    Duplicate(Index, Index),
    Swap(Index, Index),
    Replace(Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..80);
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), 0_u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        2 => (at(), at()).prop_map(|(start, end)| Mutation::Cut(start, end)),
        2 => (at(), bytes()).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        2 => (at(), at()).prop_map(|(start, end)| Mutation::Duplicate(start, end)),
        2 => (at(), at()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        1 => bytes().prop_map(Mutation::Replace),
    ]
}

impl Mutation {
    fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let range = |start: &Index, end: &Index| {
            let (start, end) = (start.index(bytes.len() + 1), end.index(bytes.len() + 1));
            start.min(end)..start.max(end)
        };
        let mut changed = bytes.to_vec();
        match self {
            Self::Flip(at, bit) => changed[at.index(bytes.len())] ^= 1 << bit,
            Self::Cut(start, end) => drop(changed.drain(range(start, end))),
            Self::Insert(at, inserted) => {
                let at = at.index(bytes.len() + 1);
                changed.splice(at..at, inserted.iter().copied());
            }
            Self::Duplicate(start, end) => {
                let range = range(start, end);
                changed.splice(range.end..range.end, bytes[range].iter().copied());
            }
            // Two neighbouring ranges change places.
            Self::Swap(one, other) => {
                let range = range(one, other);
                let middle = range.len() / 2;
                changed[range].rotate_left(middle);
            }
            Self::Replace(with) => changed.clone_from(with),
        }
        changed
    }
}

/// A log with exactly the objects of its last state.
fn current(steps: &[u64]) -> (Objects, Checkpointed) {
    let (mut objects, states) = log(steps);
    let tree = *states.last().unwrap();
    objects.retain(|path, _| {
        let tile = Tile::parse(path).and_then(|tile| Tile::at(tree.size, tile.level, tile.index));
        let bundle = Bundle::parse(path).and_then(|bundle| Bundle::at(tree.size, bundle.index));
        tile.map(|tile| tile.path()).or(bundle.map(|bundle| bundle.path())).as_ref() == Some(path)
    });
    (objects, tree)
}

fn nth(objects: &Objects, index: Index) -> String {
    objects.keys().nth(index.index(objects.len())).unwrap().clone()
}

fn paths(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.path.as_str()).collect()
}

#[test]
fn a_byte_in_any_level_of_a_large_log_is_told_once_and_where_it_is() {
    let (objects, tree) = current(&[65_536, 600]);
    assert_eq!(audit_log(&objects, &tree), []);
    let tiles = ["tile/0/000", "tile/0/258.p/88", "tile/1/000", "tile/1/001.p/2", "tile/2/000.p/1"];
    for (path, at) in tiles.into_iter().zip([0, 777, 8_191, 63, 31]) {
        let mut changed = objects.clone();
        changed.get_mut(path).unwrap()[at] ^= 0x10;
        let findings = audit_log(&changed, &tree);
        assert_eq!(paths(&findings), [path]);
        assert_eq!(findings[0].range, at as u64..at as u64 + 1);
        assert_eq!(findings[0].kind, FindingKind::Tampered);
    }
    for (path, at) in [("tile/entries/100", 4), ("tile/entries/258.p/88", 8)] {
        let mut changed = objects.clone();
        changed.get_mut(path).unwrap()[at] ^= 0x10;
        let findings = audit_log(&changed, &tree);
        assert_eq!(paths(&findings), [path]);
        let range = &findings[0].range;
        assert!(range.contains(&(at as u64)) && range.end - range.start < 2 + 23, "{range:?}");
    }
}

#[test]
fn an_entry_that_was_changed_together_with_its_hash_is_told() {
    let (objects, tree) = current(&[700]);
    let mut other = entries(0..700);
    other[3] = b"forged".to_vec();
    let forged = append(&Objects::new(), &Checkpointed::empty(), &other).unwrap();
    let forged_objects: Objects = forged.objects.into_iter().collect();
    let mut changed = objects.clone();
    for path in ["tile/entries/000", "tile/0/000"] {
        changed.insert(path.into(), forged_objects[path].clone());
    }
    assert_eq!(paths(&audit_log(&changed, &tree)), ["tile/0/000"]);
    // Changed up to the root, it fits nothing but a checkpoint that nobody signed.
    assert_eq!(audit_log(&forged_objects, &forged.tree), []);
    assert_eq!(paths(&audit_log(&forged_objects, &tree)), ["checkpoint"]);
}

#[test]
fn a_log_that_was_cut_or_is_not_there_is_told() {
    let (objects, tree) = current(&[700]);
    let (shorter, _) = current(&[600]);
    let findings = audit_log(&shorter, &tree);
    assert_eq!(paths(&findings), ["tile/0/002.p/188", "tile/entries/002.p/188"]);
    assert!(findings.iter().all(|finding| finding.kind == FindingKind::Missing));
    let findings = audit_log(&Objects::new(), &tree);
    assert_eq!(findings.len(), objects.len());
    let endless = Checkpointed { size: super::SIZE_MAX, root: tree.root };
    assert_eq!(audit_log(&Objects::new(), &endless).len(), super::FINDINGS_MAX);
    let beyond = Checkpointed { size: u64::MAX, root: tree.root };
    assert_eq!(paths(&audit_log(&objects, &beyond)), ["checkpoint"]);
    let none = Checkpointed { size: 0, root: Hash([1; 32]) };
    assert_eq!(paths(&audit_log(&objects, &none)), ["checkpoint"]);
}

#[test]
fn an_audit_accepts_the_full_objects_that_replaced_partial_ones() {
    let (mut objects, states) = log(&[100, 500]);
    objects.retain(|path, _| !path.contains(".p/100") && path != "tile/1/000.p/1");
    assert_eq!(audit_log(&objects, &states[1]), []);
    objects.get_mut("tile/0/000").unwrap()[99 * 32] ^= 1;
    assert_eq!(paths(&audit_log(&objects, &states[1])), ["tile/0/000"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_change_of_an_object_is_told_with_its_path(
        steps in prop::collection::vec(1_u64..400, 1..4), which: Index, mutation in mutation(),
    ) {
        let (mut objects, tree) = current(&steps);
        prop_assert_eq!(audit_log(&objects, &tree), []);
        let path = nth(&objects, which);
        let changed = mutation.of(&objects[&path]);
        prop_assume!(changed != objects[&path]);
        objects.insert(path.clone(), changed);
        let findings = audit_log(&objects, &tree);
        prop_assert!(!findings.is_empty());
        prop_assert!(findings.iter().all(|finding| finding.path == path), "{:?}", findings);
        prop_assert!(findings.iter().all(|finding| finding.kind == FindingKind::Tampered));
    }

    #[test]
    fn a_missing_object_is_told_as_missing(
        steps in prop::collection::vec(1_u64..400, 1..4), which: Index,
    ) {
        let (mut objects, tree) = current(&steps);
        let path = nth(&objects, which);
        objects.remove(&path);
        let findings = audit_log(&objects, &tree);
        prop_assert_eq!(paths(&findings), vec![&path]);
        prop_assert_eq!(findings[0].kind, FindingKind::Missing);
    }

    #[test]
    fn many_changes_at_once_are_told(
        steps in prop::collection::vec(1_u64..400, 1..4),
        changes in prop::collection::vec((any::<Index>(), mutation()), 1..6),
        swapped: (Index, Index),
    ) {
        let (good, tree) = current(&steps);
        let mut objects = good.clone();
        for (which, mutation) in changes {
            let path = nth(&objects, which);
            if !objects[&path].is_empty() {
                let changed = mutation.of(&objects[&path]);
                objects.insert(path, changed);
            }
        }
        let (one, other) = (nth(&objects, swapped.0), nth(&objects, swapped.1));
        let (first, second) = (objects[&one].clone(), objects[&other].clone());
        objects.insert(one, second);
        objects.insert(other, first);
        prop_assert_eq!(audit_log(&objects, &tree).is_empty(), objects == good);
    }

    #[test]
    fn every_change_of_a_checkpoint_is_told(size in 0_u64..300, mutation in mutation()) {
        let (_, states) = log(&[size]);
        let key = SigningKey::from_secret(ORIGIN, &[1; 32]).unwrap();
        let known = [key.verifying_key().clone()];
        let checkpoint = Checkpoint::new(ORIGIN, states[1]).unwrap();
        let note = checkpoint.sign(&[&key]).unwrap();
        prop_assert_eq!(Checkpoint::verify(note.as_bytes(), ORIGIN, &known).unwrap(), checkpoint);
        let changed = mutation.of(note.as_bytes());
        prop_assume!(changed != note.as_bytes());
        prop_assert!(Checkpoint::verify(&changed, ORIGIN, &known).is_err());
    }

    #[test]
    fn what_is_not_told_in_a_checkpoint_with_a_strangers_signature_is_about_that_signature(
        mutation in mutation(),
    ) {
        let key = SigningKey::from_secret(ORIGIN, &[1; 32]).unwrap();
        let stranger = SigningKey::from_secret("example.com/witness", &[2; 32]).unwrap();
        let known = [key.verifying_key().clone()];
        let checkpoint = Checkpoint::new(ORIGIN, log(&[3]).1[1]).unwrap();
        let note = checkpoint.sign(&[&stranger, &key]).unwrap();
        let changed = mutation.of(note.as_bytes());
        prop_assume!(changed != note.as_bytes());
        if let Ok(read) = Checkpoint::verify(&changed, ORIGIN, &known) {
            prop_assert_eq!(read, checkpoint);
            let ours = |note: &[u8]| {
                let note = Note::parse(note).unwrap();
                let lines = note.signatures().iter().filter(|line| line.name == ORIGIN).cloned();
                lines.filter(|line| line.id == known[0].id()).collect::<Vec<_>>()
            };
            prop_assert_eq!(ours(&changed), ours(note.as_bytes()));
        }
    }
}

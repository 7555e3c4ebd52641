//! Implementations that others wrote, `signed_note` and `tlog_tiles`, read what this one writes, and the other way round.

use proptest::prelude::*;
use proptest::sample::Index;
use signed_note::Signer as _;
use tlog_tiles::tlog;

use super::sample::{Objects, entries, log};
use super::{
    Bundle, Checkpoint, Checkpointed, Hash, Note, SIZE_MAX, SigningKey, TILE_WIDTH, Tile, VerifyingKey,
    append, audit_log, decode_bundle, leaf_hash, prove_consistency, prove_inclusion, verify_consistency,
    verify_inclusion,
};

const NAME: &str = "example.com/audit";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_secret(NAME, &[seed; 32]).unwrap()
}

fn their_signer(key: &SigningKey) -> signed_note::StandardSigner {
    signed_note::StandardSigner::new(&key.to_secret_text()).unwrap()
}

fn their_verifiers(keys: &[&VerifyingKey]) -> signed_note::VerifierList {
    let verifier = |key: &&VerifyingKey| -> Box<dyn signed_note::Verifier> {
        Box::new(signed_note::StandardVerifier::new(&key.to_string()).unwrap())
    };
    signed_note::VerifierList::new(keys.iter().map(verifier).collect())
}

/// The paths of `tlog_tiles` are those of the Go checksum database: with a height, and other words for entries.
fn their_path(tile: &tlog_tiles::Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1).replacen("tile/data/", "tile/entries/", 1)
}

fn theirs(hash: Hash) -> tlog::Hash {
    tlog::Hash(hash.0)
}

fn ours(hashes: &[tlog::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

/// Our objects, for their reader, which checks every tile against the root.
struct Ours<'a>(&'a Objects);

impl tlog_tiles::TileReader for Ours<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        Ok(tiles.iter().map(|tile| self.0[&their_path(tile)].clone()).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn our_notes_are_verified_by_signed_note(lines in prop::collection::vec("[^\\x00-\\x1f]{0,30}", 1..5), seed: u8) {
        let text = lines.join("\n") + "\n";
        let (one, other) = (key(seed), key(seed ^ 1));
        let note = Note::sign(text.clone(), &[&one, &other]).unwrap().to_string();
        let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        prop_assert_eq!(read.text(), text.as_bytes());
        prop_assert_eq!(read.to_bytes(), note.as_bytes());
        let (verified, unverified) = read.verify(&their_verifiers(&[one.verifying_key()])).unwrap();
        prop_assert_eq!((verified.len(), unverified.len()), (1, 1));
        prop_assert!(read.verify(&their_verifiers(&[key(seed ^ 2).verifying_key()])).is_err());
    }

    #[test]
    fn notes_of_signed_note_are_verified_by_us(lines in prop::collection::vec("[^\\x00-\\x1f]{0,30}", 1..5), seed: u8) {
        let text = lines.join("\n") + "\n";
        let signer = their_signer(&key(seed));
        prop_assert_eq!((signer.name(), signer.key_id()), (NAME, key(seed).verifying_key().id()));
        let mut note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        note.add_sigs(&[&signer, &their_signer(&key(seed ^ 1))]).unwrap();
        let read = Note::parse(&note.to_bytes()).unwrap();
        prop_assert_eq!(read.verify(&[key(seed).verifying_key().clone()]).unwrap(), text);
        prop_assert!(read.verify(&[key(seed ^ 2).verifying_key().clone()]).is_err());
    }

    #[test]
    fn both_read_the_same_notes(note in "(a\n|\n|\u{2014} a AAAAAAA=\n|\u{2014} b c\n| ){0,6}") {
        let (we, they) = (Note::parse(note.as_bytes()), signed_note::Note::from_bytes(note.as_bytes()));
        prop_assert_eq!(we.is_ok(), they.is_ok(), "{:?}", note);
    }

    #[test]
    fn checkpoints_mean_the_same(size in 1..=SIZE_MAX, root: [u8; 32], origin in "[a-z./]{1,30}") {
        let tree = Checkpointed { size, root: Hash(root) };
        let text = Checkpoint::new(&origin, tree).unwrap().text();
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        prop_assert_eq!((read.origin(), read.size(), read.hash().0), (origin.as_str(), size, root));
        let theirs = tlog_tiles::Checkpoint::new(&origin, size, tlog::Hash(root), "more\nlines\n").unwrap();
        let read = Checkpoint::parse(str::from_utf8(&theirs.to_bytes()).unwrap()).unwrap();
        prop_assert_eq!((read.origin, read.tree), (origin, tree));
        prop_assert_eq!(read.extensions, ["more", "lines"]);
    }

    #[test]
    fn paths_are_the_same(level in 0_u8..=6, index in 0..=SIZE_MAX / 256, width in 1..=TILE_WIDTH) {
        let theirs = |is_data| tlog_tiles::Tile::new(8, level, index, width.into(), is_data);
        prop_assert_eq!(Tile { level, index, width }.path(), their_path(&theirs(false)));
        prop_assert_eq!(Bundle { index, width }.path(), their_path(&theirs(true)));
    }

    #[test]
    fn a_step_stores_the_tiles_that_tlog_tiles_asks_for(old in 0_u64..2_000, step in 0_u64..2_000) {
        let (objects, states) = log(&[old]);
        let appended = append(&objects, &states[1], &entries(old..old + step)).unwrap();
        let mut paths: Vec<_> = appended.objects.into_iter().map(|(path, _)| path).collect();
        let tiles = tlog_tiles::Tile::new_tiles(8, old, old + step);
        let mut expected: Vec<_> = tiles.iter().map(their_path).collect();
        let bundles = tiles.into_iter().filter(|tile| tile.level() == 0);
        expected.extend(bundles.map(|mut tile| { tile.set_is_data(); their_path(&tile) }));
        paths.sort();
        expected.sort();
        prop_assert_eq!(paths, expected);
    }

    #[test]
    fn tlog_tiles_reads_our_log_and_proves_the_same(
        steps in prop::collection::vec(1_u64..900, 1..4), index: Index, old: Index,
    ) {
        let (objects, states) = log(&steps);
        let tree = *states.last().unwrap();
        let index = index.index(usize::try_from(tree.size).unwrap()) as u64;
        let old = old.index(usize::try_from(tree.size).unwrap()) as u64 + 1;
        let reader = Ours(&objects);
        let hashes = tlog_tiles::TileHashReader::new(tree.size, theirs(tree.root), &reader);
        prop_assert_eq!(Hash(tlog::tree_hash(tree.size, &hashes).unwrap().0), tree.root);

        let entry = &entries(index..index + 1)[0];
        let proof = tlog::prove_record(tree.size, index, &hashes).unwrap();
        prop_assert_eq!(tlog::record_hash(entry).0, leaf_hash(entry).0);
        prop_assert_eq!(&ours(&proof), &prove_inclusion(&objects, tree.size, index).unwrap());
        prop_assert!(tlog::check_record(&proof, tree.size, theirs(tree.root), index, theirs(leaf_hash(entry))).is_ok());
        prop_assert!(verify_inclusion(leaf_hash(entry), index, tree.size, &ours(&proof), tree.root).is_ok());

        let old_root = Hash(tlog::tree_hash(old, &hashes).unwrap().0);
        let proof = tlog::prove_tree(tree.size, old, &hashes).unwrap();
        prop_assert_eq!(&ours(&proof), &prove_consistency(&objects, old, tree.size).unwrap());
        prop_assert!(tlog::check_tree(&proof, tree.size, theirs(tree.root), old, theirs(old_root)).is_ok());
        prop_assert!(verify_consistency(old, old_root, tree.size, tree.root, &ours(&proof)).is_ok());
    }

    #[test]
    fn a_log_that_tlog_tiles_hashed_is_clean(size in 1_u64..900) {
        // Their hashes, in their order of storage, cut into tiles by them.
        struct Stored(Vec<tlog::Hash>);
        impl tlog::HashReader for Stored {
            fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
                Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
            }
        }
        let mut stored = Stored(Vec::new());
        for (number, entry) in (0..).zip(entries(0..size)) {
            let hashes = tlog::stored_hashes(number, &entry, &stored).unwrap();
            stored.0.extend(hashes);
        }
        let mut objects: Objects = tlog_tiles::Tile::new_tiles(8, 0, size)
            .iter()
            .map(|tile| (their_path(tile), tile.read_data(&stored).unwrap()))
            .collect();
        let (our_objects, _) = log(&[size]);
        for (path, bytes) in our_objects.iter().filter(|(path, _)| path.starts_with("tile/entries/")) {
            objects.insert(path.clone(), bytes.clone());
            let bundle = Bundle::parse(path).unwrap();
            let first = bundle.index * u64::from(TILE_WIDTH);
            let expected = entries(first..first + u64::from(bundle.width));
            prop_assert_eq!(decode_bundle(bytes, bundle.width).unwrap(), expected);
        }
        let tree = Checkpointed { size, root: Hash(tlog::tree_hash(size, &stored).unwrap().0) };
        prop_assert_eq!(audit_log(&objects, &tree), []);
        prop_assert_eq!(objects, our_objects);
    }
}

//! A small store with everything in it, for tests: two classes, several splits, blocks and checkpoints.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use palisade_disk::{RealDisk, SharedDisk};
use palisade_record::{ManualClock, StreamName, Timestamp};
use palisade_seal::log::{SigningKey, VerifyingKey};
use palisade_storage::{LocalStorage, MemoryStorage, ObjectStorage, Terms};

use super::{Depth, Options, Place, Report, verify};
use crate::tests::{Lines, append, batch, lines, settings};
use crate::{ClassName, Index, Parts, StreamClasses};

pub(super) const NOW: &str = "2026-09-21T12:00:00Z";

pub(super) fn clock() -> ManualClock {
    ManualClock::at(Timestamp::parse_rfc3339(NOW).unwrap())
}

pub(super) fn signing_key() -> SigningKey {
    SigningKey::from_secret("palisade.log/test", &[7; 32]).unwrap()
}

pub(super) fn keys() -> [VerifyingKey; 1] {
    [signing_key().verifying_key().clone()]
}

/// An index with a log and an anchor.
pub(super) fn open(directory: &Path, anchor: &Arc<MemoryStorage>) -> Index {
    let audit: StreamName = "audit".parse().unwrap();
    let class: ClassName = "hipaa-6y".parse().unwrap();
    let mut settings = settings(directory);
    settings.classes = StreamClasses::new(BTreeMap::from([(audit, class)]));
    let parts = Parts::near(Arc::new(RealDisk), Arc::new(clock()));
    let parts = Parts { anchor: Some(anchor.clone()), log_key: Some(signing_key()), ..parts };
    Index::open(settings, parts, &Lines).unwrap()
}

pub(super) fn fill(index: &Index, stream: &str, from: u64, numbers: std::ops::Range<usize>) -> u64 {
    let mut batch = batch(stream, from, &lines(numbers));
    batch.stream = stream.parse().unwrap();
    let end = batch.to;
    append(index, vec![batch]).unwrap();
    end
}

/// A store that is at rest: its directory, the anchor, and a copy of all objects.
pub(super) struct World {
    pub(super) directory: tempfile::TempDir,
    pub(super) anchor: Arc<MemoryStorage>,
    pub(super) objects: BTreeMap<String, Vec<u8>>,
}

impl World {
    /// Several starts, each with publishings and so with checkpoints of its own.
    pub(super) fn new() -> Self {
        let (directory, anchor) = (tempfile::tempdir().unwrap(), Arc::new(MemoryStorage::default()));
        let (mut app, mut audit) = (0, 0);
        for round in 0..3 {
            let index = open(directory.path(), &anchor);
            let first = round * 1_000;
            app = fill(&index, "app", app, first..first + 300 + round / 2 * 9_000);
            audit = fill(&index, "audit", audit, first..first + 40);
            index.publish().unwrap();
            app = fill(&index, "app", app, first..first + 5);
            index.publish().unwrap();
            index.close();
        }
        let objects = Self::read(&*Self::local(directory.path()));
        Self { directory, anchor, objects }
    }

    pub(super) fn local(directory: &Path) -> Arc<dyn ObjectStorage> {
        let disk: SharedDisk = Arc::new(RealDisk);
        Arc::new(LocalStorage::open(disk, &directory.join("objects")).unwrap())
    }

    fn read(storage: &dyn ObjectStorage) -> BTreeMap<String, Vec<u8>> {
        let names = storage.list("").unwrap();
        let bytes = |name: &String| storage.get(name, 0..storage.length(name).unwrap()).unwrap();
        names.iter().map(|name| (name.clone(), bytes(name))).collect()
    }

    /// The names that begin so.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        self.objects.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}

/// What a storage with these objects is found to be; with the anchor if one is given, and nothing of a data directory.
pub(super) fn judge(objects: &BTreeMap<String, Vec<u8>>, anchor: Option<&MemoryStorage>) -> Report {
    judge_storage(&stored(objects), anchor.map(|anchor| anchor as _), None, false)
}

/// A storage with these objects.
pub(super) fn stored(objects: &BTreeMap<String, Vec<u8>>) -> Arc<dyn ObjectStorage> {
    let storage = MemoryStorage::default();
    for (name, bytes) in objects {
        storage.put(name, bytes, &Terms::default()).unwrap();
    }
    Arc::new(storage)
}

pub(super) fn judge_storage(
    storage: &Arc<dyn ObjectStorage>,
    anchor: Option<&dyn ObjectStorage>,
    catalog: Option<&Path>,
    is_live: bool,
) -> Report {
    let options = Options {
        keys: &keys(),
        anchor,
        catalog,
        place: Place::Hot,
        depth: Depth::Decoded,
        part: None,
        is_live,
        clock: &clock(),
    };
    verify(storage, &options, &|_| {})
}

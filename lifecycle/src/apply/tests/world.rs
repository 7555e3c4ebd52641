//! An index in a folder, a warm and a cold storage in memory, and a clock that stands until it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use palisade_disk::RealDisk;
use palisade_index::{
    Index, Parse, Rows, Settings as IndexSettings, Split, Standing, StreamClasses, Submission,
};
use palisade_record::{Batch, ByteSize, Clock, FrameFlags, Lane, Origin, Timestamp, Value};
use palisade_storage::MemoryStorage;

use super::failing::{FailingStorage, Fuse};
use crate::apply::{Applier, Beside, Parts, Settings};
use crate::{Changes, Classes, Hold, LockMode, PriceTable, Term};

/// The payload is the message.
struct Lines;

impl Parse for Lines {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let mut rows = Rows::new("app".parse().unwrap(), "");
        for (position, batch) in batches.iter().enumerate() {
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let text = std::str::from_utf8(payload).unwrap();
                let position = u32::try_from(position).unwrap();
                rows.begin(position, frame.offset, frame.flags.bits(), received_at, payload);
                let length = u32::try_from(text.len()).unwrap();
                rows.field("message", Value::Text(text), Standing::Bare(0, length));
                rows.end();
            }
        }
        vec![rows]
    }
}

/// A clock that stands.
struct Standstill(AtomicI64);

impl Clock for Standstill {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

pub(super) struct World {
    _folder: tempfile::TempDir,
    index: Index,
    clock: Arc<Standstill>,
    pub(super) warm: Arc<MemoryStorage>,
    pub(super) cold: Arc<MemoryStorage>,
    pub(super) failing: Arc<Fuse>,
    settings: Settings,
}

const DAY: Duration = Duration::from_secs(86_400);
const CLASS: &str = "short";

impl World {
    /// The first day.
    pub(super) const START: Timestamp = Timestamp::from_nanos(1_800_000_000_000_000_000);

    pub(super) fn new() -> Self {
        Self::with(false)
    }

    /// Records get receipts.
    pub(super) fn with_receipts() -> Self {
        Self::with(true)
    }

    fn with(receipts: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Standstill(AtomicI64::new(Self::START.as_nanos())));
        let memory = || Arc::new(MemoryStorage::with_clock(clock.clone()));
        let (warm, cold, fuse) = (memory(), memory(), Fuse::new());
        let behind = |inner: &Arc<MemoryStorage>| -> Arc<dyn palisade_storage::ObjectStorage> {
            Arc::new(FailingStorage { inner: inner.clone(), fuse: fuse.clone() })
        };
        let parts = palisade_index::Parts {
            warm: Some(behind(&warm)),
            cold: Some(behind(&cold)),
            log_key: Some(palisade_seal::log::SigningKey::generate("palisade.log/test").unwrap()),
            ..palisade_index::Parts::near(Arc::new(RealDisk), clock.clone())
        };
        let class = [("app".parse().unwrap(), CLASS.parse().unwrap())];
        let with_receipts = receipts.then(|| "app".parse().unwrap());
        let settings = IndexSettings {
            data_dir: folder.path().to_owned(),
            split_bytes: ByteSize::mib(64),
            split_age: Duration::from_secs(3_600),
            cache_bytes: ByteSize::mib(4),
            classes: StreamClasses::new(class.into_iter().collect()).with_receipts(with_receipts),
            tenant: "default".to_owned(),
        };
        let index = Index::open(settings, parts, &Lines).unwrap();
        let settings = settings_of(Term::days(365), LockMode::Governance);
        Self { _folder: folder, index, clock, warm, cold, failing: fuse, settings }
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    /// Makes a split of one record.
    pub(super) fn publish(&self, line: &str) {
        self.append(line);
        self.index.publish().unwrap();
    }

    /// Waits until a journal file is closed.
    pub(super) fn wait_for_receipt(&self) {
        let begun = std::time::Instant::now();
        while self.index.receipts_due().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(60), "no journal file is closed");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Takes in one record.
    pub(super) fn append(&self, line: &str) {
        let lane = Lane { agent: "node".into(), origin: Arc::new(Origin::default()), generation: 1 };
        let mut batch = Batch::new(lane, 1, Vec::new(), "app".parse().unwrap(), 0);
        batch.push(0, line.len() as u64, FrameFlags::default(), None, line.as_bytes());
        batch.to = line.len() as u64;
        let (batches, received_at) = (vec![batch], self.now());
        let rows = Lines.parse(&batches, received_at);
        let submission = Submission { batches, packed: None, rows, received_at, positioned: false };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(self.index.append(submission)).unwrap();
    }

    pub(super) fn applier(&self) -> Applier {
        let covers = Arc::new(|_: &str, hold: &Hold| hold.query == "yes");
        let parts = Parts { index: self.index.clone(), clock: self.clock.clone(), covers };
        Applier::open(self.settings.clone(), parts).unwrap()
    }

    /// Passes until nothing is left to do.
    pub(super) fn settle(&self, applier: &mut Applier) {
        for _ in 0..100 {
            let round = applier.round();
            assert_eq!(round.failures, 0, "{:?}", applier.status().lock().unwrap());
            if round.steps == 0 {
                return;
            }
        }
        panic!("the lifecycle does not come to rest: {:?}", applier.status().lock().unwrap());
    }

    pub(super) fn split(&self) -> Arc<Split> {
        self.index.splits().into_iter().next().unwrap()
    }

    /// The records of all splits.
    pub(super) fn records(&self) -> Vec<String> {
        let blocks = self.index.splits().into_iter().flat_map(|split| split.blocks().unwrap().to_vec());
        let raw =
            blocks.flat_map(|block| block.raw().unwrap().iter().map(<[u8]>::to_vec).collect::<Vec<_>>());
        raw.map(|raw| String::from_utf8(raw).unwrap()).collect()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn in_days(&self, days: u32) -> Timestamp {
        Self::START.plus(DAY * days)
    }

    pub(super) fn set_day(&self, day: u32) {
        self.clock.0.store(self.in_days(day).as_nanos(), Ordering::Relaxed);
    }

    pub(super) fn pass_minutes(&self, minutes: u64) {
        let now = self.now().plus(Duration::from_secs(minutes * 60));
        self.clock.0.store(now.as_nanos(), Ordering::Relaxed);
    }

    pub(super) fn set_class(&mut self, retention: Term, lock: LockMode) {
        self.settings = settings_of(retention, lock);
    }

    pub(super) fn index_bytes(&mut self, bytes: u64) {
        self.settings.index_bytes = ByteSize::bytes(bytes);
    }

    /// Waits until the log thread has signed so many entries.
    pub(super) fn wait_for_log(&self, size: u64) {
        let name = palisade_index::checkpoint_name(size);
        let hot = &self.index.storages().hot;
        let begun = std::time::Instant::now();
        while hot.length(&name).is_err() || hot.length("log/checkpoint").is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the log is not signed");
            std::thread::yield_now();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.index.close();
    }
}

fn settings_of(retention: Term, lock: LockMode) -> Settings {
    let changes = Changes {
        from: "standard".to_owned(),
        retention: Some(retention),
        lock: Some(lock),
        confirmation: Some(format!("nobody can delete {CLASS} for {retention}")),
        ..Changes::default()
    };
    let classes = Classes::with([(CLASS.to_owned(), changes)]).unwrap();
    let beside = Beside::of(&classes, [CLASS]);
    let receipts = Beside::of_receipts(&classes, [CLASS]);
    let (actor, prices) = ("lifecycle of test".to_owned(), PriceTable::default());
    Settings { classes, beside, receipts, index_bytes: ByteSize::gib(1), actor, prices }
}

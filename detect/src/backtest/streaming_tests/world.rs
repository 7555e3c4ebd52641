//! An index, and what becomes durable in it.

use std::sync::Arc;
use std::time::Duration;

use palisade_disk::RealDisk;
use palisade_index::{Arrived, Index, Parse, ReadFrom, Rows, Standing, StreamClasses, Submission};
use palisade_record::{
    Batch, ByteSize, Clock, FrameFlags, Lane, ManualClock, Origin, SystemClock, Timestamp, Value,
};
use serde_json::Value as Json;

use super::cases::Sent;
use super::{at, start};
use crate::backtest::SearchHistory;
use crate::engine::Engine;
use crate::run::RowEvents;

/// Comes to an end only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Records are JSON objects.
struct Objects;

impl Parse for Objects {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let rows = |(position, batch): (u32, &Batch)| {
            let mut rows = Rows::new(batch.stream.clone(), "");
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let time = frame.time.unwrap_or(received_at);
                rows.begin(position, frame.offset, frame.flags.bits(), time, payload);
                let fields: Json = serde_json::from_slice(payload).unwrap();
                for (name, value) in fields.as_object().unwrap() {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for value in values {
                        let value = match value {
                            Json::String(text) => Value::Text(text),
                            Json::Bool(value) => Value::Boolean(*value),
                            other => Value::Integer(other.as_i64().unwrap()),
                        };
                        rows.field(name, value, Standing::Nowhere);
                    }
                }
                rows.end();
            }
            rows
        };
        (0..).zip(batches).map(rows).collect()
    }
}

/// An index, and the engine over what becomes durable in it.
pub(super) struct World {
    pub(super) index: Index,
    arrivals: palisade_index::Arrivals,
    clock: ManualClock,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(start());
        let settings = palisade_index::Settings {
            data_dir: folder.path().to_owned(),
            split_bytes: ByteSize::mib(64),
            split_age: Duration::from_secs(3_600),
            cache_bytes: ByteSize::mib(4),
            classes: StreamClasses::default(),
            tenant: "default".to_owned(),
        };
        let near = palisade_index::Parts::near(Arc::new(RealDisk), Arc::new(SystemClock));
        let parts = palisade_index::Parts { read_from: ReadFrom::Unpublished, ..near };
        let index = Index::open(settings, parts, &Objects).unwrap();
        let arrivals = index.arrivals();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { index, arrivals, clock, runtime, _folder: folder }
    }

    /// Makes records durable together, and hands them to the engine as detection does.
    pub(super) fn send(&mut self, sent: &[Sent], first: u64, now: Timestamp, engine: &mut Engine) {
        self.clock.set(now);
        let batch = |(number, sent): (u64, &Sent)| {
            let (namespace, file) = (sent.namespace.to_owned(), format!("{}.log", sent.stream));
            let origin = Arc::new(Origin { namespace, file, ..Origin::default() });
            let lane = Lane { agent: "node-1".into(), origin, generation: 1 };
            let stream = sent.stream.parse().unwrap();
            let mut batch = Batch::new(lane, 42, b"identity".to_vec(), stream, number);
            let payload = sent.fields.to_string();
            batch.push(number, 1, FrameFlags::default(), Some(at(sent.second)), payload.as_bytes());
            batch.to = number + 1;
            batch
        };
        let batches: Vec<Batch> = (first..).zip(sent).map(batch).collect();
        let rows = Objects.parse(&batches, now);
        // Positions are not checked: each lane has but some of the numbers.
        let submission = Submission { batches, packed: None, rows, received_at: now, positioned: false };
        _ = self.runtime.block_on(self.index.append(submission)).unwrap();
        let mut taken = 0;
        while taken < sent.len() {
            let mut take = |arrived: Arrived| {
                for rows in arrived.rows() {
                    let events = RowEvents::new(rows, None);
                    engine.take(&events, &|row| events.source(row), now);
                    taken += crate::Events::len(&events);
                }
            };
            self.arrivals.wait(PATIENCE, &Objects, &mut take).unwrap();
        }
    }

    pub(super) fn history(&self) -> SearchHistory {
        let settings = palisade_query::Settings { threads: 1, ..Default::default() };
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        SearchHistory(palisade_query::Engine::new(self.index.clone(), settings, clock, None).unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.index.close();
    }
}

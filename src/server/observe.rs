//! What operators and their tools ask about the inside: probes, metrics, statistics.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{ApiError, Permission, Routes, waiting};
use palisade_collector::Collector;
use palisade_detect::service::Service as Detection;
use palisade_index::{Index, Statistics};
use palisade_lifecycle::apply::Lifecycle;
use palisade_query::Engine;
use palisade_record::StreamName;
use serde::Serialize;
use serde_json::{Value, json};

use super::metrics::{Kind, Metrics};
use super::requests;
use super::verifier::Verifier;
use crate::shipper::Shipper;

/// Numbers about everything, as JSON.
pub(crate) const STATISTICS_PATH: &str = "/api/v1/statistics";

/// The parts that are asked. Clones share them.
#[derive(Clone)]
pub(super) struct Observed {
    index: Index,
    collector: Option<Collector>,
    engine: Option<Engine>,
    lifecycle: Option<Lifecycle>,
    shipper: Arc<OnceLock<Arc<Shipper>>>,
    verifier: Arc<OnceLock<Verifier>>,
    detection: Arc<OnceLock<Detection>>,
}

impl Observed {
    pub(super) fn new(
        index: Index,
        collector: Option<Collector>,
        engine: Option<Engine>,
        lifecycle: Option<Lifecycle>,
    ) -> Self {
        Self {
            index,
            collector,
            engine,
            lifecycle,
            shipper: Arc::default(),
            verifier: Arc::default(),
            detection: Arc::default(),
        }
    }

    /// The agent starts last, when the door it ships to is open.
    pub(super) fn watch(&self, shipper: Option<Arc<Shipper>>) {
        if let Some(shipper) = shipper {
            _ = self.shipper.set(shipper);
        }
    }

    fn cold_is_unreachable(&self) -> bool {
        self.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.status().cold_unreachable)
    }

    /// Whoever looks at records with rules.
    pub(super) fn detected_by(&self, detection: Option<Detection>) {
        if let Some(detection) = detection {
            _ = self.detection.set(detection);
        }
    }

    /// Whoever verifies what is stored.
    pub(super) fn verified_by(&self, verifier: Verifier) {
        _ = self.verifier.set(verifier);
    }

    /// What the last verification came to, in one word.
    fn verdict(&self) -> &'static str {
        self.verifier.get().map_or("not yet", Verifier::verdict)
    }

    fn agent(&self) -> Option<palisade_agent::Status> {
        self.shipper.get()?.status()
    }
}

/// `GET /health/live`, `/health/ready`, `/metrics` and `/api/v1/statistics`.
pub(super) fn routes(observed: Observed) -> Routes {
    Routes::new()
        .get("/health/live", Permission::Public, live)
        .get("/health/ready", Permission::Public, ready)
        .get("/metrics", Permission::Observe, metrics)
        .get(STATISTICS_PATH, Permission::Observe, statistics)
        .with_state(observed)
}

async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// Ready means: what arrives can be stored. Why it cannot is told to everyone who asks, as probes have no token, so it
/// names no paths; the program's own log does.
async fn ready(State(observed): State<Observed>) -> Response {
    match observed.index.health() {
        // Evidence that waits for its storage is no reason to take in nothing.
        Ok(()) if observed.cold_is_unreachable() => {
            let waits = "unreachable; evidence waits in the data directory";
            Json(json!({"status": "ready", "verification": observed.verdict(), "cold": waits}))
                .into_response()
        }
        Ok(()) => Json(json!({"status": "ready", "verification": observed.verdict()})).into_response(),
        Err(problem) => {
            tracing::error!(%problem, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({"status": "not ready", "index": "writing has stopped"})),
            )
                .into_response()
        }
    }
}

async fn metrics(State(observed): State<Observed>) -> Response {
    let mut metrics = Metrics::default();
    add_index(&mut metrics, &observed.index.statistics());
    let healthy = u64::from(observed.index.health().is_ok());
    metrics.add(Kind::Gauge, "palisade_index_healthy", "1 while records can be stored.", healthy);
    if let Some(collector) = &observed.collector {
        metrics.append(&collector.metrics().render());
    }
    if let Some(engine) = &observed.engine {
        metrics.append(&engine.metrics());
    }
    if let Some(detection) = observed.detection.get().cloned() {
        // How channels are doing stands on a disk.
        match tokio::task::spawn_blocking(move || detection.metrics()).await {
            Ok(numbers) => metrics.append(&numbers),
            Err(error) => tracing::error!(%error, "numbers about detection cannot be made"),
        }
    }
    if let Some(lifecycle) = &observed.lifecycle {
        metrics.append(&lifecycle.status().render());
    }
    metrics.append(&requests::render(observed.index.storages()));
    if let Some(status) = observed.agent() {
        metrics.append(&status.metrics());
    }
    if let Some(verifier) = observed.verifier.get() {
        verifier.add_to(&mut metrics);
    }
    metrics.add_process();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.finish()).into_response()
}

fn add_index(metrics: &mut Metrics, statistics: &Statistics) {
    let Statistics { records_total, bytes_total, syncs_total, splits, split_records, .. } = statistics;
    let mut counter = |name, meaning, value| metrics.add(Kind::Counter, name, meaning, value);
    counter("palisade_index_records_total", "Records stored since the start.", *records_total);
    counter("palisade_index_bytes_total", "Bytes of records stored since the start.", *bytes_total);
    counter("palisade_index_syncs_total", "Syncs of the journal since the start.", *syncs_total);
    counter(
        "palisade_far_requests_total",
        "Reads of far storages since the start.",
        statistics.far_requests_total,
    );
    counter(
        "palisade_far_bytes_total",
        "Bytes read from far storages since the start.",
        statistics.far_bytes_total,
    );
    counter(
        "palisade_needles_unreadable_total",
        "Needle indexes that could not be read since the start; every split of their days was asked instead.",
        statistics.needles_unreadable_total,
    );
    let mut gauge = |name, meaning, value| metrics.add(Kind::Gauge, name, meaning, value);
    gauge("palisade_index_splits", "Published splits.", *splits);
    gauge("palisade_index_split_records", "Records in published splits.", *split_records);
    let raw = "Bytes of the records in published splits, as they came.";
    gauge("palisade_index_split_raw_bytes", raw, statistics.split_raw_bytes);
    gauge("palisade_index_data_bytes", "Bytes of all data objects.", statistics.data_bytes);
    gauge("palisade_index_index_bytes", "Bytes of all index objects.", statistics.index_bytes);
    gauge("palisade_index_tail_records", "Records that are not in a split yet.", statistics.tail_records);
    gauge(
        "palisade_index_tail_bytes",
        "Memory of records that are not in a split yet.",
        statistics.tail_bytes,
    );
    gauge("palisade_index_journal_bytes", "Bytes of the journal on disk.", statistics.journal_bytes);
}

#[derive(Serialize)]
struct StreamLine {
    stream: StreamName,
    records: u64,
    /// Those of them that are not in a split yet.
    tail_records: u64,
    bytes: u64,
}

async fn statistics(State(observed): State<Observed>) -> Result<Json<Value>, ApiError> {
    let index = observed.index.clone();
    let snapshot = waiting(move || index.snapshot()).await?;
    let snapshot =
        snapshot.map_err(|error| ApiError::unavailable(error.to_string(), "ask again in a moment"))?;
    let mut lines: BTreeMap<StreamName, StreamLine> = BTreeMap::new();
    let of_splits = snapshot.splits.iter().flat_map(|split| split.streams()).map(|share| (share.clone(), 0));
    let of_tail = snapshot.tail_streams().into_iter().map(|share| (share.clone(), share.rows));
    for (share, in_tail) in of_splits.chain(of_tail) {
        let stream = share.stream.clone();
        let line = lines.entry(share.stream);
        let line = line.or_insert(StreamLine { stream, records: 0, tail_records: 0, bytes: 0 });
        line.records += share.rows;
        line.tail_records += in_tail;
        line.bytes += share.raw_bytes;
    }
    let streams: Vec<StreamLine> = lines.into_values().collect();
    let numbers = observed.index.statistics();
    let lifecycle = observed.lifecycle.as_ref().map(Lifecycle::status);
    let totals = totals(&streams, &numbers);
    Ok(Json(json!({"totals": totals, "streams": streams, "agent": observed.agent(), "lifecycle": lifecycle})))
}

fn totals(streams: &[StreamLine], numbers: &Statistics) -> Value {
    json!({
        "records": streams.iter().map(|line| line.records).sum::<u64>(),
        "bytes": streams.iter().map(|line| line.bytes).sum::<u64>(),
        "splits": numbers.splits,
        "split_records": numbers.split_records,
        "split_raw_bytes": numbers.split_raw_bytes,
        "data_bytes": numbers.data_bytes,
        "index_bytes": numbers.index_bytes,
        "ratio": ratio(numbers.data_bytes + numbers.index_bytes, numbers.split_raw_bytes),
        "tail_records": numbers.tail_records,
        "tail_bytes": numbers.tail_bytes,
        "journal_bytes": numbers.journal_bytes,
    })
}

/// Bytes on disk per byte of records; nothing while there are no splits.
#[expect(clippy::cast_precision_loss, reason = "a ratio for people, not for accounts")]
fn ratio(stored: u64, raw: u64) -> Option<f64> {
    (raw > 0).then(|| (stored as f64 / raw as f64 * 1_000.0).round() / 1_000.0)
}

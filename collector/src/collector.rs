//! The collector: what all doors share, and the way from a body to its acknowledgement.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use bytes::Bytes;
use palisade_access::ApiError;
use palisade_index::{Index, Mark, Outcome, Submission};
use palisade_record::limits::{REQUEST_BYTES_MAX, REQUEST_UNPACKED_BYTES_MAX};
use palisade_record::{Batch, ByteSize, Clock, StreamName, Timestamp};

use crate::admission::{Budget, Reservation};
use crate::agent_clocks::AgentClocks;
use crate::encoding::Encoding;
use crate::metrics::{Door, Metrics, Stored};
use crate::normalise::Normaliser;
use crate::pool::Pool;
use crate::seal::Protections;
use crate::storage::{Storage, refusal};
use crate::{body, seal, unpack};

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Threads that unpack and read bodies.
    pub threads: usize,
    /// Bytes of bodies, packed and unpacked, that may be in work at once. One largest request always fits.
    pub in_flight_bytes: ByteSize,
    /// How long the body of a request may take to arrive.
    pub body_patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            in_flight_bytes: ByteSize::mib(256),
            body_patience: Duration::from_secs(60),
        }
    }
}

/// What one largest request takes: its body packed and unpacked, and the step by which unpacking looks ahead.
const REQUEST_RESERVATION_MAX: u64 =
    REQUEST_BYTES_MAX.as_u64() + REQUEST_UNPACKED_BYTES_MAX.as_u64() + ByteSize::mib(1).as_u64();

/// What even an empty request takes, so that their number is bounded too.
const REQUEST_RESERVATION_MIN: u64 = ByteSize::kib(16).as_u64();

/// Takes records in. Clones share everything.
#[derive(Clone)]
pub struct Collector(Arc<Inner>);

struct Inner {
    storage: Box<dyn Storage>,
    clock: Arc<dyn Clock>,
    pool: Pool,
    budget: Budget,
    metrics: Metrics,
    body_patience: Duration,
    protections: Option<Protections>,
    agent_clocks: AgentClocks,
}

/// A body that was read into batches.
pub(crate) struct Parcel {
    pub(crate) batches: Vec<Batch>,
    /// Whether positions are checked.
    pub(crate) positioned: bool,
    /// Whether the index may keep the body as it came.
    pub(crate) is_body_kept: bool,
}

/// What became of a parcel.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) stored: Stored,
}

impl Collector {
    /// A collector that stores in `index`, and seals what `protections` say before.
    ///
    /// # Panics
    /// When the operating system starts no threads any more.
    pub fn new(
        index: Index,
        clock: Arc<dyn Clock>,
        settings: Settings,
        protections: Option<Protections>,
    ) -> Self {
        Self::with_storage(Box::new(index), clock, settings, protections)
    }

    pub(crate) fn with_storage(
        storage: Box<dyn Storage>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        protections: Option<Protections>,
    ) -> Self {
        Self(Arc::new(Inner {
            storage,
            clock,
            pool: Pool::new(settings.threads),
            budget: Budget::new(settings.in_flight_bytes.as_u64().max(REQUEST_RESERVATION_MAX)),
            metrics: Metrics::default(),
            body_patience: settings.body_patience,
            protections,
            agent_clocks: AgentClocks::default(),
        }))
    }

    /// What was counted so far.
    pub fn metrics(&self) -> &Metrics {
        let metrics = &self.0.metrics;
        metrics.in_flight_bytes.store(self.0.budget.used(), std::sync::atomic::Ordering::Relaxed);
        metrics
    }

    pub(crate) fn marks(&self, agent: &str) -> Vec<Mark> {
        self.0.storage.marks(agent)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Compares the clock of an agent with the one here, and writes down what is worth it. That nothing can be written now is no reason
    /// to take nothing from the agent.
    pub(crate) async fn compare_clock(&self, agent: &str, sent_at: Timestamp, received_at: Timestamp) {
        let Some(event) = self.0.agent_clocks.compare(agent, sent_at, received_at) else { return };
        if let Err(error) = self.record(StreamName::audit_trail(), format!("{event}\n").into_bytes()).await {
            tracing::warn!(agent, problem = error.message, "the clock of an agent cannot be written down");
            self.0.agent_clocks.forget(agent);
        }
    }

    /// Takes a request in: reads its body, makes batches of it with `read`, stores them, and says what became of them.
    pub(crate) async fn take(
        &self,
        door: Door,
        headers: &HeaderMap,
        body: Body,
        read: impl FnOnce(&Bytes) -> Result<Parcel, ApiError> + Send + 'static,
    ) -> Result<Acknowledged, ApiError> {
        self.0.metrics.request(door);
        let outcome = self.take_uncounted(headers, body, read).await;
        match &outcome {
            Ok(acknowledged) => self.0.metrics.stored(door, acknowledged.stored),
            Err(error) => self.0.metrics.refused(door, error),
        }
        outcome
    }

    /// Counts a request that was understood but not accepted.
    pub(crate) fn count_refusal(&self, door: Door, error: &ApiError) {
        self.0.metrics.refused(door, error);
    }

    async fn take_uncounted(
        &self,
        headers: &HeaderMap,
        body: Body,
        read: impl FnOnce(&Bytes) -> Result<Parcel, ApiError> + Send + 'static,
    ) -> Result<Acknowledged, ApiError> {
        let encoding = Encoding::of_headers(headers)?;
        let reservation = self.0.budget.reserve(REQUEST_RESERVATION_MIN);
        let mut reservation = reservation.map_err(|_| body::exhausted())?;
        let packed = body::read(headers, body, &mut reservation, self.0.body_patience).await?;
        let received_at = self.0.clock.now();
        let protections = self.0.protections.clone();
        let work = move || {
            let request = Request { encoding, packed, received_at };
            let (submission, stored) = prepare(request, &mut reservation, read, protections.as_ref())?;
            Ok((submission, stored, reservation))
        };
        let (submission, stored, _reservation) = self.0.pool.run(work).await?;
        if submission.batches.is_empty() {
            return Ok(Acknowledged { outcomes: Vec::new(), stored });
        }
        let sizes: Vec<(u64, u64)> = submission.batches.iter().map(size).collect();
        let outcomes = self.0.storage.append(submission).await.map_err(|error| refusal(&error))?;
        let stored = stored_of(stored, &sizes, &outcomes);
        Ok(Acknowledged { outcomes, stored })
    }
}

/// Records and bytes of a batch; a gap is a record without bytes of its own.
fn size(batch: &Batch) -> (u64, u64) {
    let records = batch.frames.len() as u64 + u64::from(batch.gap.is_some());
    (records, batch.payloads.len() as u64)
}

/// What of all was stored. When batches were refused, they come again, and what is only known of all together is counted
/// then.
fn stored_of(all: Stored, sizes: &[(u64, u64)], outcomes: &[Outcome]) -> Stored {
    let is_stored = |outcome: &Outcome| matches!(outcome, Outcome::Stored { .. });
    if outcomes.iter().all(is_stored) {
        return all;
    }
    let accepted = sizes.iter().zip(outcomes).filter(|(_, outcome)| is_stored(outcome));
    accepted.fold(Stored::default(), |sum, ((records, bytes), _)| Stored {
        records: sum.records + records,
        bytes: sum.bytes + bytes,
        ..sum
    })
}

/// A request's body as it came.
struct Request {
    encoding: Encoding,
    packed: Bytes,
    received_at: Timestamp,
}

/// From a body to what the index takes: the work that computes.
fn prepare(
    request: Request,
    reservation: &mut Reservation,
    read: impl FnOnce(&Bytes) -> Result<Parcel, ApiError>,
    protections: Option<&Protections>,
) -> Result<(Submission, Stored), ApiError> {
    let Request { encoding, packed, received_at } = request;
    let content = unpack::unpack(encoding, &packed, reservation)?;
    let Parcel { mut batches, positioned, mut is_body_kept } = read(&content)?;
    drop(content);
    if let Some(protections) = protections {
        let is_protected = protections.seal(&mut batches).map_err(|error| seal::refusal(&error))?;
        // What came has protected values in clear.
        is_body_kept &= !is_protected;
    }
    let normalised = Normaliser.normalise(&batches, received_at);
    let stored = Stored {
        records: normalised.rows.iter().map(|rows| rows.len() as u64).sum(),
        bytes: normalised.rows.iter().map(|rows| rows.raw_bytes() as u64).sum(),
        quarantined: normalised.quarantined,
        zones_unknown: normalised.zones_unknown,
    };
    let packed = (is_body_kept && encoding == Encoding::Zstd).then_some(packed);
    let rows = normalised.rows;
    Ok((Submission { batches, packed, rows, received_at, positioned }, stored))
}

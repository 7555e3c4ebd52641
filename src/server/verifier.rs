//! Verifies what is stored while the server runs: every hour whether all of it is there, every day a part of it down to
//! the last record, so that all of it was rebuilt once in a month.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use palisade_access::{ApiError, Permission, Routes};
use palisade_index::verify::{Depth, Options, Place, Report, verify};
use palisade_index::{Deed, Index, checkpoint_name};
use palisade_record::{SystemClock, Timestamp};
use palisade_seal::log::VerifyingKey;
use serde_json::{Value, json};

use super::metrics::{Kind, Metrics};

/// How often it is looked whether everything is there.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// The first look, when the server has settled.
const FIRST_LOOK_AFTER: Duration = Duration::from_secs(300);

/// One look of so many rebuilds records: once a day.
const LOOKS_A_DAY: u64 = 24;

/// So many days until every split was rebuilt once.
const PARTS: u64 = 30;

/// Findings that an entry of the log tells: it must stay short.
const DEED_FINDINGS_MAX: usize = 16;

/// Requests to verify at once that may wait.
const REQUESTS_MAX: usize = 1;

/// The last report, and how to ask for another.
#[derive(Clone)]
pub(super) struct Verifier {
    state: Arc<Mutex<Verified>>,
    requests: SyncSender<()>,
}

#[derive(Default)]
struct Verified {
    report: Option<Report>,
    /// When the checkpoint of the report was stored, as the file system tells: the checkpoint itself bears no time.
    checkpoint_stored_at: Option<Timestamp>,
    is_running: bool,
    runs: u64,
    failures: u64,
    bytes: u64,
    records: u64,
    took: Duration,
}

impl Verifier {
    /// Starts the thread `verify`. It ends with the last clone, or after the verification that is under way.
    pub(super) fn start(index: Index, data_dir: PathBuf, key: VerifyingKey) -> anyhow::Result<Self> {
        let (requests, asked) = sync_channel(REQUESTS_MAX);
        let state: Arc<Mutex<Verified>> = Arc::default();
        let keeper = Keeper { index, data_dir, key, state: state.clone() };
        let started = thread::Builder::new().name("verify".into()).spawn(move || keeper.run(&asked));
        started.context("cannot start the thread that verifies")?;
        Ok(Self { state, requests })
    }

    fn state(&self) -> MutexGuard<'_, Verified> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last verification found.
    pub(super) fn report(&self) -> Option<Report> {
        self.state().report.clone()
    }

    /// In one word, for probes.
    pub(super) fn verdict(&self) -> &'static str {
        self.state().report.as_ref().map_or("not yet", |report| report.verdict)
    }

    pub(super) fn add_to(&self, metrics: &mut Metrics) {
        let state = self.state();
        let (findings, is_ok, at) = match &state.report {
            Some(report) => {
                let seconds = u64::try_from(report.at.as_nanos() / 1_000_000_000).unwrap_or(0);
                let findings = report.findings.len() as u64 + report.findings_left_off;
                (findings, u64::from(report.worst().is_none()), seconds)
            }
            None => (0, 1, 0),
        };
        let mut counter = |name, meaning, value| metrics.add(Kind::Counter, name, meaning, value);
        counter("palisade_verify_runs_total", "Verifications since the start.", state.runs);
        counter("palisade_verify_failures_total", "Verifications that found something.", state.failures);
        counter("palisade_verify_bytes_total", "Bytes that were compared with their hashes.", state.bytes);
        counter("palisade_verify_records_total", "Records that were rebuilt and compared.", state.records);
        let mut gauge = |name, meaning, value| metrics.add(Kind::Gauge, name, meaning, value);
        gauge("palisade_verify_ok", "Whether the last verification found nothing.", is_ok);
        gauge("palisade_verify_findings", "What the last verification found.", findings);
        gauge(
            "palisade_verify_last_seconds",
            "When the last verification ended, since 1970; 0 before the first.",
            at,
        );
    }

    /// `GET` and `POST /api/v1/verify`.
    pub(super) fn routes(self) -> Routes {
        Routes::new()
            .get("/api/v1/verify", Permission::SeeEvidence, last)
            .post("/api/v1/verify", Permission::SeeEvidence, ask)
            .with_state(self)
    }
}

async fn last(State(verifier): State<Verifier>) -> Json<Value> {
    let state = verifier.state();
    let took_ms = u64::try_from(state.took.as_millis()).unwrap_or(u64::MAX);
    Json(json!({
        "running": state.is_running, "runs": state.runs, "took_ms": took_ms,
        "checkpoint_stored_at": state.checkpoint_stored_at, "report": state.report,
    }))
}

/// Verifies now, down to the last record; the answer comes at once, the report later.
async fn ask(State(verifier): State<Verifier>) -> Result<(StatusCode, Json<Value>), ApiError> {
    let asked = verifier.requests.try_send(());
    asked.map_err(|_| ApiError::busy("a verification is under way and another one waits"))?;
    Ok((StatusCode::ACCEPTED, Json(json!({"status": "asked", "report": "/api/v1/verify"}))))
}

struct Keeper {
    index: Index,
    data_dir: PathBuf,
    key: VerifyingKey,
    state: Arc<Mutex<Verified>>,
}

impl Keeper {
    fn run(self, asked: &Receiver<()>) {
        let (mut looks, mut wait) = (0, FIRST_LOOK_AFTER);
        loop {
            let (depth, part) = match asked.recv_timeout(wait) {
                Ok(()) => (Depth::Decoded, None),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    looks += 1;
                    wait = LOOK_EVERY;
                    scheduled(looks)
                }
            };
            self.verify(depth, part);
        }
    }

    fn verify(&self, depth: Depth, part: Option<(u64, u64)>) {
        let state = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state().is_running = true;
        let (catalog, started) = (self.data_dir.join("catalog.sqlite"), Instant::now());
        let storages = self.index.storages();
        let options = Options {
            keys: std::slice::from_ref(&self.key),
            anchor: storages.anchor.as_deref(),
            catalog: Some(&catalog),
            place: Place::Hot,
            depth,
            part,
            is_live: true,
            clock: &SystemClock,
        };
        let report = verify(&storages.hot, &options, &|_| {});
        let newest = report.checkpoint.as_ref().map(|checkpoint| checkpoint_name(checkpoint.size));
        let checkpoint_stored_at = newest.and_then(|name| stored_at(&storages.hot.locate(&name)));
        let is_failure = report.worst().is_some();
        let is_new = state().report.as_ref().is_none_or(|last| last.findings != report.findings);
        if is_failure {
            tracing::error!(
                verdict = report.verdict,
                findings = report.findings.len(),
                first =
                    report.findings.first().map(|finding| format!("{}: {}", finding.object, finding.problem)),
                "what is stored is not what was signed; `palisade verify` says more"
            );
        }
        // The same every hour would say nothing more.
        if is_failure && is_new {
            self.record(&report);
        }
        let mut state = state();
        state.runs += 1;
        state.failures += u64::from(is_failure);
        state.bytes += report.bytes;
        state.records += report.records;
        state.took = started.elapsed();
        state.checkpoint_stored_at = checkpoint_stored_at;
        state.is_running = false;
        state.report = Some(report);
    }

    /// Lets the log tell of it, too.
    fn record(&self, report: &Report) {
        let findings = &report.findings[..report.findings.len().min(DEED_FINDINGS_MAX)];
        let paper =
            json!({"verdict": report.verdict, "at": report.at, "depth": report.depth, "findings": findings});
        if let Err(problem) = self.index.record_deed(Deed { deed: "verification".to_owned(), paper }) {
            tracing::warn!(%problem, "the log cannot tell of a failed verification");
        }
    }
}

/// When a file was written last. The hot storage is a folder.
fn stored_at(path: &Path) -> Option<Timestamp> {
    let stat = std::fs::metadata(path).ok()?;
    Timestamp::from_seconds(stat.mtime(), u32::try_from(stat.mtime_nsec()).ok()?)
}

/// How closely the how manieth look is.
fn scheduled(look: u64) -> (Depth, Option<(u64, u64)>) {
    match look % LOOKS_A_DAY {
        0 => (Depth::Decoded, Some((look / LOOKS_A_DAY % PARTS, PARTS))),
        _ => (Depth::Listed, None),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_part_is_rebuilt_once_in_a_month_and_everything_is_listed_every_hour() {
        let looks: Vec<_> = (1..=PARTS * LOOKS_A_DAY).map(scheduled).collect();
        let parts: BTreeSet<u64> = looks.iter().filter_map(|(_, part)| Some(part.as_ref()?.0)).collect();
        assert_eq!(parts, (0..PARTS).collect());
        let is_right =
            |(depth, part): &(Depth, Option<(u64, u64)>)| (*depth == Depth::Decoded) == part.is_some();
        assert!(looks.iter().all(is_right));
    }
}

//! A collector that reads what it gets, checks that nothing is missing, acknowledges it and forgets it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use palisade_record::limits::{REQUEST_BYTES_MAX, REQUEST_UNPACKED_BYTES_MAX};
use palisade_record::wire::Reader;
use palisade_record::{Batch, Lane};
use serde_json::json;
use tokio::runtime::Runtime;

/// What came so far.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Received {
    /// Bytes of files that batches covered, each once.
    pub(super) file_bytes: u64,
    /// Bytes of request bodies.
    pub(super) wire_bytes: u64,
}

#[derive(Default)]
struct Ledger {
    received: Received,
    marks: HashMap<Lane, u64>,
    problem: Option<String>,
}

type Shared = Arc<Mutex<Ledger>>;

pub(super) struct NullCollector {
    address: SocketAddr,
    ledger: Shared,
    /// Serves until it is dropped.
    _runtime: Runtime,
}

impl NullCollector {
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let ledger = Shared::default();
        let router = Router::new()
            .route("/agent/v1/batches", post(batches))
            .route("/agent/v1/positions", get(positions))
            .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX.as_usize()))
            .with_state(ledger.clone());
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .context("cannot listen on this machine")?;
        let address = listener.local_addr()?;
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, ledger, _runtime: runtime })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far; an error when something was wrong with it.
    pub(super) fn received(&self) -> anyhow::Result<Received> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        match &ledger.problem {
            Some(problem) => bail!("the agent sent what it must not: {problem}"),
            None => Ok(ledger.received),
        }
    }
}

async fn positions() -> Response {
    axum::Json(json!({ "positions": [] })).into_response()
}

async fn batches(State(ledger): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let is_packed = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "zstd");
    let taken = unpack(&body, is_packed).and_then(|content| {
        let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.take(&content, body.len() as u64)
    });
    match taken {
        Ok(marks) => {
            let batches: Vec<_> = marks.into_iter().map(|mark| json!({ "mark": mark })).collect();
            axum::Json(json!({ "batches": batches })).into_response()
        }
        Err(problem) => {
            let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            let error = json!({ "error": { "kind": "invalid", "message": problem, "hint": "" } });
            ledger.problem.get_or_insert(problem);
            (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
        }
    }
}

fn unpack(body: &Bytes, is_packed: bool) -> Result<Vec<u8>, String> {
    use std::io::Read;
    if !is_packed {
        return Ok(body.to_vec());
    }
    let decoder = zstd::Decoder::with_buffer(&body[..]).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    let mut bounded = decoder.take(REQUEST_UNPACKED_BYTES_MAX.as_u64());
    bounded.read_to_end(&mut content).map_err(|error| error.to_string())?;
    Ok(content)
}

impl Ledger {
    /// The marks of the batches of a request.
    fn take(&mut self, content: &[u8], wire_bytes: u64) -> Result<Vec<u64>, String> {
        let (mut reader, mut marks) = (Reader::new(content), Vec::new());
        while !reader.is_at_end() {
            let batch = Batch::decode(&mut reader).map_err(|error| error.to_string())?;
            let mark = self.marks.entry(batch.lane.clone()).or_insert(batch.from);
            if batch.from > *mark {
                return Err(format!(
                    "bytes {} to {} of {} are missing",
                    mark, batch.from, batch.lane.origin.file
                ));
            }
            self.received.file_bytes += batch.to.saturating_sub(*mark);
            *mark = batch.to.max(*mark);
            marks.push(*mark);
        }
        self.received.wire_bytes += wire_bytes;
        Ok(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::{FrameFlags, Origin};

    fn content(from: u64, to: u64) -> Vec<u8> {
        let lane = Lane { agent: "bench".into(), origin: Origin::default().into(), generation: 1 };
        let mut batch = Batch::new(lane, 1, Vec::new(), "app".parse().unwrap(), from);
        batch.push(from, to - from, FrameFlags::default(), None, b"line");
        batch.to = to;
        let mut bytes = Vec::new();
        batch.encode(&mut bytes);
        bytes
    }

    #[test]
    fn bytes_count_once_and_a_gap_is_told() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.take(&content(0, 10), 5), Ok(vec![10]));
        assert_eq!(ledger.take(&content(5, 20), 5), Ok(vec![20]));
        assert_eq!(ledger.take(&content(0, 10), 5), Ok(vec![20]));
        assert_eq!((ledger.received.file_bytes, ledger.received.wire_bytes), (20, 15));
        assert!(ledger.take(&content(21, 30), 5).unwrap_err().contains("bytes 20 to 21"));
    }
}

//! The door for everyone: lines or a JSON array, over plain HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use palisade_access::ApiError;
use palisade_index::Outcome;
use palisade_record::limits::{
    BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX, REQUEST_UNPACKED_BYTES_MAX,
};
use palisade_record::{Batch, FrameFlags, Lane, Origin, StreamName};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::agent::DOOR_PREFIX;
use super::pieces::{self, Piece};
use super::{REQUEST_RECORDS_MAX, extracted, too_many_records};
use crate::Collector;
use crate::collector::Parcel;
use crate::metrics::Door;
use crate::normalise::Zone;

#[derive(Deserialize)]
pub(crate) struct IngestQuery {
    zone: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    accepted: u64,
    quarantined: u64,
}

/// `POST /api/v1/ingest/{stream}`
pub(crate) async fn ingest(
    State(collector): State<Collector>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<IngestQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    let target = extracted(path)
        .and_then(|Path(stream)| Ok((stream, extracted(query)?)))
        .and_then(|(stream, Query(query))| Target::new(&stream, query.zone.unwrap_or_default()))
        .inspect_err(|error| collector.count_refusal(Door::Ingest, error))?;
    let (head, body) = request.into_parts();
    // 63 bits, drawn anew each time: the ids of two requests' records never meet.
    let generation = rand::rng().random::<u64>() >> 1;
    let read = move |content: &bytes::Bytes| target.read(content, generation);
    let acknowledged = collector.take(Door::Ingest, &head.headers, body, read).await?;
    if acknowledged.outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Stored { .. })) {
        return Err(ApiError::internal("the index refused positions that this door does not have"));
    }
    let stored = acknowledged.stored;
    Ok(Json(Answer { accepted: stored.records, quarantined: stored.quarantined }).into_response())
}

impl Collector {
    /// Stores records of the program itself, one JSON text on each line; answers when they are durable.
    ///
    /// # Errors
    /// When they cannot be stored at the moment.
    pub async fn record(&self, stream: StreamName, lines: Vec<u8>) -> Result<(), ApiError> {
        let target = Target { stream, zone: String::new() };
        let generation = rand::rng().random::<u64>() >> 1;
        let read = move |content: &bytes::Bytes| target.read(content, generation);
        let acknowledged = self.take(Door::Ingest, &HeaderMap::new(), Body::from(lines), read).await?;
        if acknowledged.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Stored { .. })) {
            return Ok(());
        }
        Err(ApiError::internal("the index refused positions that these records do not have"))
    }
}

/// Where the records of a request go.
struct Target {
    stream: StreamName,
    zone: String,
}

impl Target {
    fn new(stream: &str, zone: String) -> Result<Self, ApiError> {
        let stream: StreamName = stream.parse().map_err(|problem: String| {
            ApiError::invalid(problem, "post to /api/v1/ingest/STREAM, for example /api/v1/ingest/app")
        })?;
        if stream.is_reserved() {
            let message = format!("`{stream}` is kept for Palisade's own records");
            return Err(ApiError::invalid(
                message,
                "use another name; those that begin with `palisade.` are reserved",
            ));
        }
        if Zone::of_name(&zone).is_none() {
            let message = format!("`{}` is not a time zone", zone.escape_debug());
            return Err(ApiError::invalid(message, "use a name of the IANA database, like Europe/Berlin"));
        }
        Ok(Self { stream, zone })
    }

    fn read(&self, content: &[u8], generation: u64) -> Result<Parcel, ApiError> {
        let file = format!("/api/v1/ingest/{}", self.stream);
        let origin = Arc::new(Origin { file, ..Origin::default() });
        let lane = Lane { agent: format!("{DOOR_PREFIX}ingest").into(), origin, generation };
        let begin = |from: usize| {
            let mut batch =
                Batch::new(lane.clone(), generation, Vec::new(), self.stream.clone(), from as u64);
            batch.zone.clone_from(&self.zone);
            batch
        };
        let mut batches: Vec<Batch> = Vec::new();
        let mut records = 0;
        pieces::each(content, |piece| {
            records += 1;
            if records > REQUEST_RECORDS_MAX {
                return Err(too_many_records());
            }
            let payload_bytes = piece.bytes.len().min(RECORD_BYTES_MAX.as_usize());
            if payload_bytes < piece.bytes.len() && piece.is_of_broken_array {
                return Err(broken_array());
            }
            let has_room = |batch: &Batch| {
                batch.frames.len() < BATCH_RECORDS_MAX
                    && batch.payloads.len() + payload_bytes <= BATCH_BYTES_MAX.as_usize()
            };
            if !batches.last().is_some_and(has_room) {
                batches.push(begin(piece.offset));
            }
            if let Some(batch) = batches.last_mut() {
                push(batch, piece, &piece.bytes[..payload_bytes]);
            }
            Ok(())
        })?;
        if framed_bytes_max(&batches) > REQUEST_UNPACKED_BYTES_MAX.as_u64() {
            let message =
                format!("the records with their frames take more than {REQUEST_UNPACKED_BYTES_MAX}");
            return Err(ApiError::too_large(message, "send the records in several smaller requests"));
        }
        Ok(Parcel { batches, positioned: false, is_body_kept: false })
    }
}

/// An array that was cut on its way would lose most of itself if it were kept as one long line.
fn broken_array() -> ApiError {
    let message = "the body begins like a JSON array, is none, and has a line that is too long for a record";
    ApiError::invalid(message, "send a whole array, or one record on each line")
}

/// How long the batches can be as the journal keeps them. A body of many short lines grows when each line gets a frame;
/// what grows past the bound on requests could be written, but not be read again.
fn framed_bytes_max(batches: &[Batch]) -> u64 {
    /// Flags, and four numbers that are smaller than the largest body.
    const FRAME_BYTES_MAX: usize = 1 + 4 * 5;
    /// Lane, stream and zone, each of bounded length here.
    const HEAD_BYTES_MAX: usize = 1_024;
    let size = |batch: &Batch| HEAD_BYTES_MAX + FRAME_BYTES_MAX * batch.frames.len() + batch.payloads.len();
    batches.iter().map(|batch| size(batch) as u64).sum()
}

fn push(batch: &mut Batch, piece: Piece<'_>, payload: &[u8]) {
    let is_cut = payload.len() < piece.bytes.len();
    let flags = if is_cut { FrameFlags::TRUNCATED } else { FrameFlags::default() };
    let (offset, span) = (piece.offset as u64, piece.span as u64);
    batch.push_truncated(offset, span, flags, None, payload, piece.bytes.len() as u64);
    batch.to = offset + span;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn batches_are_never_longer_than_foreseen(content in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..400), zone in any::<bool>()) {
            let zone = if zone { "America/Argentina/ComodRivadavia".to_owned() } else { String::new() };
            let target = Target::new(&"s".repeat(63), zone).unwrap();
            let parcel = target.read(&content, u64::MAX >> 1).unwrap();
            let mut bytes = Vec::new();
            parcel.batches.iter().for_each(|batch| batch.encode(&mut bytes));
            prop_assert!(bytes.len() as u64 <= framed_bytes_max(&parcel.batches));
        }
    }
}

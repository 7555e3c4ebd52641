//! Kinds of messages.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use palisade_access::{Act, ApiError};
use palisade_record::StreamName;
use serde::Deserialize;

use super::explore::timed;
use super::request::{Moment, bounded, from_body, question};
use crate::Engine;
use crate::engine::{self, Kind};

/// Kinds when nobody says how many.
const PATTERNS: usize = 50;
const PATTERNS_MAX: usize = 1_000;
/// Bars of a sparkline when nobody says how many.
const BUCKETS: usize = 30;
const BUCKETS_MAX: usize = 200;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct PatternsRequest {
    #[serde(default)]
    query: String,
    stream: Option<StreamName>,
    from: Option<Moment>,
    to: Option<Moment>,
    limit: Option<u64>,
    buckets: Option<u64>,
}

pub(super) async fn patterns(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: PatternsRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let limit = bounded("limit", request.limit, PATTERNS, 1, PATTERNS_MAX)?;
    let buckets = bounded("buckets", request.buckets, BUCKETS, 1, BUCKETS_MAX)?;
    let answer = engine
        .run(Kind::Patterns, move |inner, budget| engine::patterns(inner, budget, &question, limit, buckets))
        .await?;
    act.tell("results", answer.patterns.len());
    timed(start, &answer)
}

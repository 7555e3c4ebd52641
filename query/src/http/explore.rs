//! What stands beside a list of records: counts over time, fields, values, neighbours, timelines.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use palisade_access::{Act, ApiError};
use serde::Serialize;

use super::json;
use super::records::took_ms;
use super::request::{
    ContextRequest, CorrelateRequest, FieldsRequest, HistogramRequest, ValuesRequest, asked, bounded,
    from_address, from_body, question,
};
use crate::Engine;
use crate::engine::{self, Kind, Question};
use crate::language::Expr;

/// Steps of a histogram when nobody says how many: as many bars as fit on a small screen.
const BUCKETS: usize = 60;
/// More steps than a wide screen has columns of a few pixels.
const BUCKETS_MAX: usize = 1_000;
/// Values when nobody says how many.
const VALUES: usize = 10;
const VALUES_MAX: usize = 10_000;
/// Neighbours on each side when nobody says how many.
const NEIGHBOURS: usize = 10;
const NEIGHBOURS_MAX: usize = 1_000;

pub(super) async fn histogram(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: HistogramRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let buckets = bounded("buckets", request.buckets.map(u64::from), BUCKETS, 1, BUCKETS_MAX)?;
    let buckets = u32::try_from(buckets).unwrap_or(1);
    let answer = engine
        .run(Kind::Histogram, move |inner, budget| {
            engine::histogram(inner, budget, &question, request.by.as_deref(), buckets)
        })
        .await?;
    act.tell("results", answer.total);
    timed(start, &answer)
}

pub(super) async fn fields(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: FieldsRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let work = move |inner: &engine::Inner, budget: &engine::Budget| engine::fields(inner, budget, &question);
    let answer = engine.run(Kind::Fields, work).await?;
    act.tell("results", answer.fields.len());
    timed(start, &answer)
}

pub(super) async fn values(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: ValuesRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let limit = bounded("limit", request.limit, VALUES, 1, VALUES_MAX)?;
    act.tell("field", &*request.field);
    let answer = engine
        .run(Kind::Values, move |inner, budget| {
            engine::values(inner, budget, &question, request.field, limit)
        })
        .await?;
    act.tell("results", answer.values.len());
    timed(start, &answer)
}

pub(super) async fn context(State(engine): State<Engine>, act: Act, uri: Uri) -> Result<Response, ApiError> {
    let request: ContextRequest = from_address(&uri)?;
    act.tell("record_ids", vec![request.id.clone()]);
    let id = request
        .id
        .parse()
        .map_err(|message: String| ApiError::invalid(message, "take the `id` of a record"))?;
    let before = bounded("before", request.before, NEIGHBOURS, 0, NEIGHBOURS_MAX)?;
    let after = bounded("after", request.after, NEIGHBOURS, 0, NEIGHBOURS_MAX)?;
    let reader = act.caller().clone();
    let answer = engine
        .run(Kind::Context, move |inner, budget| engine::context(inner, budget, id, (before, after), &reader))
        .await?;
    act.tell("results", answer.records.len());
    let (records, position) = (answer.records.join(","), answer.position);
    Ok(json(format!(r#"{{"records":[{records}],"position":{position}}}"#)))
}

pub(super) async fn correlate(
    State(engine): State<Engine>,
    act: Act,
    uri: Uri,
) -> Result<Response, ApiError> {
    let request: CorrelateRequest = from_address(&uri)?;
    if request.id.trim().is_empty() {
        return Err(ApiError::invalid("`id` is empty", "give the id that the records carry"));
    }
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let range = asked((&act, &engine), &Expr::mention(&request.id).to_string(), None, from, to)?;
    let question = Question::mentions(&request.id, range, &engine.asked_by(act.caller()))?;
    let answer =
        engine.run(Kind::Correlate, move |inner, budget| engine::correlate(inner, budget, &question)).await?;
    act.tell("results", answer.records.len());
    let (id, records) = (serde_json::json!(request.id), answer.records.join(","));
    let services = serde_json::json!(answer.services);
    let truncated = answer.truncated;
    Ok(json(format!(r#"{{"id":{id},"records":[{records}],"services":{services},"truncated":{truncated}}}"#)))
}

pub(super) async fn streams(State(engine): State<Engine>, act: Act) -> Result<Response, ApiError> {
    let reader = act.caller().clone();
    let streams = engine.run(Kind::Streams, move |inner, _| engine::streams(inner, &reader)).await?;
    act.tell("results", streams.len());
    Ok(json(serde_json::json!({ "streams": streams }).to_string()))
}

/// An answer as JSON, with how long it took.
pub(super) fn timed(start: Instant, answer: &impl Serialize) -> Result<Response, ApiError> {
    let mut text = serde_json::to_string(answer).map_err(|error| ApiError::internal(error.to_string()))?;
    let took = format!(r#","took_ms":{}}}"#, took_ms(start));
    text.truncate(text.len() - 1);
    Ok(json(text + &took))
}

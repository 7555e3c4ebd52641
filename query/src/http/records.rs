//! Pages and streams of records.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError};

use super::json;
use super::leaving::leaving;
use super::progress::with_progress;
use super::request::{SearchRequest, asked, bounded, from_body};
use super::tables::table;
use crate::Engine;
use crate::engine::encode::Lines;
use crate::engine::{Failure, Kind, Order, Page, Progress, Question, Wanted, decode_cursor, page, split};
use crate::language::parse;

/// Records of a page when nobody says how many.
const PAGE_RECORDS: usize = 100;
/// Records of the longest page; whoever wants more streams them.
const PAGE_RECORDS_MAX: usize = 10_000;
pub(super) const NDJSON: &str = "application/x-ndjson";

pub(super) async fn search(
    State(engine): State<Engine>,
    act: Act,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: SearchRequest = from_body(&body)?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let as_lines = accept.contains(NDJSON);
    let (filter, pipes) = split(parse(&request.query).map_err(Failure::from)?);
    if !pipes.is_empty() {
        return table((&act, &engine), request, filter, &pipes, as_lines, start).await;
    }
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let range = asked((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let question =
        Question::from_filter(filter, request.stream.as_ref(), range, &engine.asked_by(act.caller()))?;
    let order = Order::from(request.order);
    if as_lines {
        if request.cursor.is_some() {
            let hint = "a stream has no pages; leave the cursor away, or do not accept application/x-ndjson";
            return Err(ApiError::invalid("`cursor` cannot be used with a stream", hint));
        }
        let (limit, with_progress) = (request.limit, request.progress);
        let wanted = Wanted { order, limit, encoder: Box::<Lines>::default(), with_progress };
        let body = stream((&act, &engine), Kind::Stream, question, wanted).await?;
        return Ok(([(header::CONTENT_TYPE, NDJSON)], body).into_response());
    }
    let limit = bounded("limit", request.limit, PAGE_RECORDS, 1, PAGE_RECORDS_MAX)?;
    let after = request.cursor.as_deref().map(|cursor| decode_cursor(order, cursor)).transpose()?;
    let progress = Arc::<Progress>::default();
    let (watched, explain, told) = (Arc::clone(&progress), request.explain, act.clone());
    let answer = async move {
        let work = move |inner: &_, budget: &_| page(inner, budget, &question, order, after, limit, watched);
        let page = engine.run(Kind::Search, work).await?;
        told.tell("results", page.records.len());
        Ok(page_as_json(&page, explain, start))
    };
    if request.progress { with_progress(&act, progress, answer).await } else { answer.await.map(json) }
}

fn page_as_json(page: &Page, explain: bool, start: Instant) -> String {
    let cursor = serde_json::json!(page.cursor);
    let (records, scanned) = (page.records.join(","), serde_json::json!(page.scanned));
    let explanation = match explain {
        true => format!(r#","explanation":{}"#, serde_json::json!(page.explanation)),
        false => String::new(),
    };
    let took = took_ms(start);
    format!(
        r#"{{"records":[{records}],"cursor":{cursor},"took_ms":{took},"scanned":{scanned}{explanation}}}"#
    )
}

/// Records that leave as they are found.
pub(super) async fn stream(
    (act, engine): (&Act, &Engine),
    kind: Kind,
    question: Question,
    wanted: Wanted,
) -> Result<Body, ApiError> {
    let mut chunks = engine.stream(kind, question, wanted)?;
    // What fails before the first record can still be told as an error.
    Ok(match chunks.next().await? {
        Some(first) => Body::from_stream(leaving(first, chunks, act.ending())),
        None => {
            let mut ending = act.ending();
            ending.found(0);
            ending.complete().await?;
            Body::empty()
        }
    })
}

/// Milliseconds with three digits after the point, as JSON.
pub(super) fn took_ms(start: Instant) -> String {
    let micros = start.elapsed().as_micros();
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

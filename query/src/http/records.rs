//! Pages and streams of records.

use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use palisade_access::ApiError;

use super::json;
use super::request::{ExportRequest, SearchRequest, bounded, from_address, from_body, question, range};
use super::tables::table;
use crate::Engine;
use crate::engine::{Failure, Kind, Order, Question, Shape, decode_cursor, page, split};
use crate::language::parse;

/// Records of a page when nobody says how many.
const PAGE_RECORDS: usize = 100;
/// Records of the longest page; whoever wants more streams them.
const PAGE_RECORDS_MAX: usize = 10_000;
pub(super) const NDJSON: &str = "application/x-ndjson";

pub(super) async fn search(
    State(engine): State<Engine>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: SearchRequest = from_body(&body)?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let as_lines = accept.contains(NDJSON);
    let (filter, pipes) = split(parse(&request.query).map_err(Failure::from)?);
    if !pipes.is_empty() {
        return table(&engine, request, filter, &pipes, as_lines, start).await;
    }
    let now = engine.now();
    let range = range(request.from.as_ref(), request.to.as_ref(), now)?;
    let question = Question::from_filter(filter, request.stream.as_ref(), range, &engine.asking())?;
    let order = Order::from(request.order);
    if as_lines {
        if request.cursor.is_some() {
            let hint = "a stream has no pages; leave the cursor away, or do not accept application/x-ndjson";
            return Err(ApiError::invalid("`cursor` cannot be used with a stream", hint));
        }
        return stream(&engine, Kind::Stream, question, order, Shape::Json, request.limit).await;
    }
    let limit = bounded("limit", request.limit, PAGE_RECORDS, 1, PAGE_RECORDS_MAX)?;
    let after = request.cursor.as_deref().map(|cursor| decode_cursor(order, cursor)).transpose()?;
    let page = engine
        .run(Kind::Search, move |inner, budget| page(inner, budget, &question, order, after, limit))
        .await?;
    let cursor = serde_json::json!(page.cursor);
    let (records, scanned) = (page.records.join(","), serde_json::json!(page.scanned));
    let explanation = match request.explain {
        true => format!(r#","explanation":{}"#, serde_json::json!(page.explanation)),
        false => String::new(),
    };
    let took = took_ms(start);
    Ok(json(format!(
        r#"{{"records":[{records}],"cursor":{cursor},"took_ms":{took},"scanned":{scanned}{explanation}}}"#
    )))
}

pub(super) async fn export(State(engine): State<Engine>, body: Bytes) -> Result<Response, ApiError> {
    export_all(&engine, from_body(&body)?).await
}

pub(super) async fn export_by_address(State(engine): State<Engine>, uri: Uri) -> Result<Response, ApiError> {
    export_all(&engine, from_address(&uri)?).await
}

async fn export_all(engine: &Engine, request: ExportRequest) -> Result<Response, ApiError> {
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question(&request.query, request.stream.as_ref(), from, to, &engine.asking())?;
    stream(engine, Kind::Export, question, request.order.into(), Shape::Raw, None).await
}

/// Records with what proves them.
pub(super) async fn evidence(State(engine): State<Engine>, body: Bytes) -> Result<Response, ApiError> {
    let request: ExportRequest = from_body(&body)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question(&request.query, request.stream.as_ref(), from, to, &engine.asking())?;
    stream(&engine, Kind::Export, question, request.order.into(), Shape::Proved, None).await
}

async fn stream(
    engine: &Engine,
    kind: Kind,
    question: Question,
    order: Order,
    shape: Shape,
    limit: Option<u64>,
) -> Result<Response, ApiError> {
    let mut chunks = engine.stream(kind, question, order, shape, limit)?;
    let content_type = if shape == Shape::Raw { "application/octet-stream" } else { NDJSON };
    // What fails before the first record can still be told as an error.
    let body = match chunks.next().await? {
        Some(first) => Body::from_stream(chunks.into_stream(Some(first))),
        None => Body::empty(),
    };
    Ok(([(header::CONTENT_TYPE, content_type)], body).into_response())
}

/// Milliseconds with three digits after the point, as JSON.
pub(super) fn took_ms(start: Instant) -> String {
    let micros = start.elapsed().as_micros();
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

//! Tables: the answers to queries with pipes.

use std::sync::Arc;
use std::time::Instant;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError};
use serde_json::json as value;

use super::json;
use super::progress::with_progress;
use super::records::{NDJSON, took_ms};
use super::request::{SearchRequest, asked, bounded};
use crate::Engine;
use crate::engine::{Answer, Failure, Kind, Order, Progress, Question, plan, statistics};
use crate::language::{Expr, HEAD_MAX, Pipe};

/// Rows of a table when nobody says how many, and of the longest one in one JSON object.
const TABLE_ROWS_MAX: usize = 10_000;

/// Answers a query with pipes: as one JSON object, or as one object per row.
pub(super) async fn table(
    (act, engine): (&Act, &Engine),
    request: SearchRequest,
    filter: Expr,
    pipes: &[Pipe],
    as_lines: bool,
    start: Instant,
) -> Result<Response, ApiError> {
    if request.cursor.is_some() {
        let hint =
            "a table has no pages; leave the cursor away, and end the query with `| head` and a number";
        return Err(ApiError::invalid("`cursor` cannot be used with pipes", hint));
    }
    let rows_max =
        if as_lines { usize::try_from(HEAD_MAX).unwrap_or(TABLE_ROWS_MAX) } else { TABLE_ROWS_MAX };
    let limit = bounded("limit", request.limit, rows_max, 1, rows_max)?;
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let range = asked((act, engine), &request.query, request.stream.as_ref(), from, to)?;
    let plan = plan(pipes, engine.now()).map_err(Failure::from)?;
    let filter = plan.conditions().fold(filter, Expr::and);
    let question =
        Question::from_filter(filter, request.stream.as_ref(), range, &engine.asked_by(act.caller()))?;
    let order = Order::from(request.order);
    let progress = Arc::<Progress>::default();
    let (watched, explain, engine) = (Arc::clone(&progress), request.explain, engine.clone());
    let work =
        move |inner: &_, budget: &_| statistics(inner, budget, &question, &plan, order, limit, watched);
    if as_lines {
        let answer = engine.run(Kind::Search, work).await?;
        act.tell("results", answer.table.rows.len());
        return Ok(([(header::CONTENT_TYPE, NDJSON)], answer.table.rows_as_objects()).into_response());
    }
    let told = act.clone();
    let answer = async move {
        let answer = engine.run(Kind::Search, work).await?;
        told.tell("results", answer.table.rows.len());
        Ok(table_as_json(&answer, explain, start))
    };
    if request.progress { with_progress(act, progress, answer).await } else { answer.await.map(json) }
}

fn table_as_json(answer: &Answer, explain: bool, start: Instant) -> String {
    let (columns, scanned) = (value!(answer.table.kinds()), value!(answer.scanned));
    let (approximate, truncated) = (value!(answer.table.approximate), answer.truncated);
    let explanation = match explain {
        true => format!(r#","explanation":{}"#, value!(answer.explanation)),
        false => String::new(),
    };
    let (rows, took) = (answer.table.rows_as_lists(), took_ms(start));
    format!(
        r#"{{"columns":{columns},"rows":{rows},"truncated":{truncated},"approximate":{approximate},"took_ms":{took},"scanned":{scanned}{explanation}}}"#
    )
}

//! What a search would read, before somebody decides to run it.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use palisade_access::{Act, ApiError};

use super::explore::timed;
use super::request::{SearchRequest, asked, from_body};
use crate::Engine;
use crate::engine::{self, Failure, Kind, Question, plan, split};
use crate::language::{Expr, parse};

/// Takes what a search takes.
pub(super) async fn estimate(
    State(engine): State<Engine>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let start = Instant::now();
    let request: SearchRequest = from_body(&body)?;
    let now = engine.now();
    let (mut filter, pipes) = split(parse(&request.query).map_err(Failure::from)?);
    if !pipes.is_empty() {
        let plan = plan(&pipes, now).map_err(Failure::from)?;
        filter = plan.conditions().fold(filter, Expr::and);
    }
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let range = asked((&act, &engine), &request.query, request.stream.as_ref(), from, to)?;
    let question =
        Question::from_filter(filter, request.stream.as_ref(), range, &engine.asked_by(act.caller()))?;
    let work = move |inner: &_, budget: &_| engine::estimate(inner, budget, &question);
    timed(start, &engine.run(Kind::Estimate, work).await?)
}

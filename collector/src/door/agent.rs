//! The door for Palisade's own agents: batches with positions, acknowledged one by one.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use palisade_access::ApiError;
use palisade_index::{Mark, Outcome};
use palisade_record::limits::REQUEST_BATCHES_MAX;
use palisade_record::wire::Reader;
use palisade_record::{Batch, Origin, Timestamp};
use serde::{Deserialize, Serialize};

use super::{REQUEST_RECORDS_MAX, extracted, too_many_records};
use crate::Collector;
use crate::collector::{Acknowledged, Parcel};
use crate::metrics::Door;

/// Names of lanes that belong to doors without positions.
pub(crate) const DOOR_PREFIX: &str = "door:";

#[derive(Serialize)]
struct BatchesAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ConflictError>,
    batches: Vec<BatchAnswer>,
}

#[derive(Serialize)]
struct ConflictError {
    kind: &'static str,
    message: String,
    hint: &'static str,
}

#[derive(Serialize)]
struct BatchAnswer {
    mark: u64,
    #[serde(flatten)]
    verdict: Option<Verdict>,
}

#[derive(Serialize)]
struct Verdict {
    accepted: bool,
    conflict: Option<&'static str>,
}

/// Who sends, and when it was by its clock; programs that only have batches need not say it.
#[derive(Deserialize)]
pub(crate) struct SenderQuery {
    agent: Option<String>,
    sent_at: Option<Timestamp>,
}

/// `POST /agent/v1/batches`, with `?agent=NAME&sent_at=TIME` for its clock to be compared.
pub(crate) async fn batches(
    State(collector): State<Collector>,
    sender: Result<Query<SenderQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    // Before the body, which takes its time on the way.
    let received_at = collector.now();
    let Query(SenderQuery { agent, sent_at }) = extracted(sender)?;
    if let Some(agent) = &agent {
        check_agent(agent).map_err(|problem| ApiError::invalid(problem, "say who sends: `?agent=NAME`"))?;
    }
    let (head, body) = request.into_parts();
    let acknowledged = collector.take(Door::Agent, &head.headers, body, |content| decode(content)).await?;
    if let (Some(agent), Some(sent_at)) = (agent, sent_at) {
        collector.compare_clock(&agent, sent_at, received_at).await;
    }
    Ok(answer(&collector, &acknowledged))
}

/// The batches of a body.
fn decode(content: &[u8]) -> Result<Parcel, ApiError> {
    let mut reader = Reader::new(content);
    let mut batches = Vec::new();
    let mut records = 0;
    while !reader.is_at_end() {
        let (number, start) = (batches.len() + 1, reader.offset());
        if number > REQUEST_BATCHES_MAX {
            let message = format!("the request has more than {REQUEST_BATCHES_MAX} batches");
            return Err(ApiError::too_large(message, "send the batches in several requests"));
        }
        let refuse = |problem: String| {
            let message = format!("batch {number}, which begins at byte {start} of the body: {problem}");
            ApiError::invalid(message, "put the batch aside; agent and collector must be of one version")
        };
        let batch = Batch::decode(&mut reader).map_err(|error| refuse(error.to_string()))?;
        check_agent(&batch.lane.agent).map_err(&refuse)?;
        records += batch.frames.len();
        if records > REQUEST_RECORDS_MAX {
            return Err(too_many_records());
        }
        batches.push(batch);
    }
    Ok(Parcel { batches, positioned: true, is_body_kept: true })
}

fn check_agent(agent: &str) -> Result<(), String> {
    if agent.is_empty() {
        return Err("the agent has no name".to_owned());
    }
    if agent.starts_with(DOOR_PREFIX) {
        return Err(format!("names of agents do not begin with `{DOOR_PREFIX}`"));
    }
    Ok(())
}

fn answer(collector: &Collector, acknowledged: &Acknowledged) -> Response {
    let outcomes = &acknowledged.outcomes;
    let refused = outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Stored { .. })).count();
    if refused == 0 {
        let batches = outcomes.iter().map(|outcome| BatchAnswer { mark: mark_of(*outcome), verdict: None });
        return Json(BatchesAnswer { error: None, batches: batches.collect() }).into_response();
    }
    let message = format!("{refused} of {} batches do not continue their lanes", outcomes.len());
    let hint = "continue each lane at its mark; after `incarnation`, begin a new generation";
    let error = ApiError::new(StatusCode::CONFLICT, "conflict", message, hint);
    collector.count_refusal(Door::Agent, &error);
    let error = ConflictError { kind: error.kind, message: error.message, hint };
    let batches = outcomes.iter().map(|outcome| {
        let conflict = match outcome {
            Outcome::Stored { .. } => None,
            Outcome::Gap { .. } => Some("gap"),
            Outcome::Incarnation { .. } => Some("incarnation"),
        };
        let verdict = Verdict { accepted: conflict.is_none(), conflict };
        BatchAnswer { mark: mark_of(*outcome), verdict: Some(verdict) }
    });
    let answer = BatchesAnswer { error: Some(error), batches: batches.collect() };
    (StatusCode::CONFLICT, Json(answer)).into_response()
}

fn mark_of(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Stored { mark } | Outcome::Gap { mark } | Outcome::Incarnation { mark } => mark,
    }
}

#[derive(Deserialize)]
pub(crate) struct PositionsQuery {
    agent: Option<String>,
}

#[derive(Serialize)]
struct PositionsAnswer<'a> {
    positions: Vec<Position<'a>>,
}

#[derive(Serialize)]
struct Position<'a> {
    lane: LaneAnswer<'a>,
    /// As text: programs that read JSON numbers as floats would change it.
    incarnation: String,
    identity: String,
    mark: u64,
}

#[derive(Serialize)]
struct LaneAnswer<'a> {
    agent: &'a str,
    origin: &'a Origin,
    generation: u64,
}

/// `GET /agent/v1/positions?agent=NAME`
pub(crate) async fn positions(
    State(collector): State<Collector>,
    query: Result<Query<PositionsQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(PositionsQuery { agent }) = extracted(query)?;
    let agent = agent.unwrap_or_default();
    check_agent(&agent).map_err(|problem| ApiError::invalid(problem, "ask with `?agent=NAME`"))?;
    let marks = collector.marks(&agent);
    let positions = marks.iter().map(position_of).collect();
    Ok(Json(PositionsAnswer { positions }).into_response())
}

fn position_of(mark: &Mark) -> Position<'_> {
    let lane =
        LaneAnswer { agent: &mark.lane.agent, origin: &mark.lane.origin, generation: mark.lane.generation };
    let incarnation = mark.incarnation.to_string();
    let identity = mark.identity.iter().map(|byte| format!("{byte:02x}")).collect();
    Position { lane, incarnation, identity, mark: mark.mark }
}

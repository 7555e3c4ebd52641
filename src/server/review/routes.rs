//! The HTTP interface of reviews.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Permission, Routes, waiting};
use palisade_record::{TimeRange, Timestamp};
use palisade_review::{Conclusion, Finding, Review, Signature};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::asked::{from_body, moment};
use super::questions::{Line, Whom};
use super::{Reviews, check_span};

/// Pairs of one answer when nobody says how many, and at most.
const PAIRS: usize = 50;
const PAIRS_MAX: usize = 1_000;

impl Reviews {
    /// `POST /api/v1/access`, `/api/v1/access/unexplained`, and `/api/v1/reviews` with what is below it.
    pub(in crate::server) fn routes(self) -> Routes {
        Routes::new()
            .post("/api/v1/access", Permission::Review, access)
            .post("/api/v1/access/unexplained", Permission::Review, unexplained)
            .get("/api/v1/reviews", Permission::Report, list)
            .post("/api/v1/reviews", Permission::Review, open)
            .get("/api/v1/reviews/{id}", Permission::Report, show)
            .post("/api/v1/reviews/{id}/findings", Permission::Review, find)
            .post("/api/v1/reviews/{id}/signature", Permission::Review, sign)
            .with_state(self)
    }

    /// Whoever may not read the stream learns nothing about what is in it this way.
    fn check_reader(&self, act: &Act) -> Result<(), ApiError> {
        let stream = &self.0.questions.of.stream;
        if act.caller().reads(stream.as_str()) {
            return Ok(());
        }
        let message = format!("you may not read the stream `{stream}`, whose accesses are reviewed");
        Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message, "ask an administrator for the stream"))
    }

    fn range(&self, from: Option<&str>, to: Option<&str>) -> Result<TimeRange, ApiError> {
        let now = self.0.clock.now();
        let read = |name: &str, text: Option<&str>, open: Timestamp| match text {
            Some(text) => moment(name, text, now),
            None => Ok(open),
        };
        let range =
            TimeRange { from: read("from", from, Timestamp::MIN)?, to: read("to", to, Timestamp::MAX)? };
        if range.from > range.to {
            return Err(ApiError::invalid("`from` is later than `to`", "exchange them"));
        }
        Ok(range)
    }
}

fn tell_span(act: &Act, range: TimeRange) {
    for (name, time, open) in [("from", range.from, Timestamp::MIN), ("to", range.to, Timestamp::MAX)] {
        if time != open {
            act.tell(name, time.to_string());
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessRequest {
    person: Option<String>,
    user: Option<String>,
    from: Option<String>,
    to: Option<String>,
    outcome: Option<String>,
    /// Only what nothing explains.
    #[serde(default)]
    unexplained: bool,
}

async fn access(State(reviews): State<Reviews>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: AccessRequest = from_body(&body)?;
    reviews.check_reader(&act)?;
    let whom = match (request.person, request.user) {
        (Some(person), None) => Whom::Person(person),
        (None, Some(user)) => Whom::User(user),
        _ => {
            let hint = "`person` asks who opened somebody's data, `user` whose data somebody opened";
            return Err(ApiError::invalid("either `person` or `user` is needed", hint));
        }
    };
    let range = reviews.range(request.from.as_deref(), request.to.as_deref())?;
    let query = reviews.0.questions.query(&whom, request.outcome.as_deref());
    let engine = reviews.0.questions.engine.clone();
    let (asked, told) = (query.clone(), act.clone());
    let kept = waiting(move || engine.kept_query(&asked)).await?;
    told.tell("query", kept.map_err(|problem| ApiError::invalid(problem, "ask for another value"))?);
    act.tell("asked_stream", reviews.0.questions.of.stream.to_string());
    tell_span(&act, range);
    let (unexplained, stream) = (request.unexplained, reviews.0.questions.of.stream.clone());
    let answer = waiting(move || {
        let questions = &reviews.0.questions;
        let known = questions.known(range, Some(&whom))?;
        let (lines, count) = questions.accesses(&query, range, &known)?;
        Ok::<_, ApiError>((lines, count, known.unusable, known.is_cut, questions.facts.is_some()))
    });
    let (lines, count, unusable, facts_are_cut, has_facts) = answer.await??;
    let explained = lines.iter().filter(|line| line.explained_by.is_some()).count();
    let shown: Vec<Value> =
        lines.iter().filter(|line| !unexplained || line.explained_by.is_none()).map(line_as_json).collect();
    act.tell("results", shown.len());
    let answer = json!({
        "stream": stream, "count": count, "explained": explained, "unexplained": lines.len() - explained,
        "accesses": shown, "is_cut": count > lines.len() as u64, "has_facts": has_facts, "unusable_facts": unusable,
        "facts_are_cut": facts_are_cut,
    });
    Ok(Json(answer).into_response())
}

fn line_as_json(line: &Line) -> Value {
    let access = &line.access;
    json!({
        "timestamp": access.at, "user": access.user, "person": access.person, "role": access.role, "unit": access.unit,
        "action": line.action, "outcome": line.outcome, "after_hours": line.is_after_hours, "explained_by": line.explained_by,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnexplainedRequest {
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
}

async fn unexplained(State(reviews): State<Reviews>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: UnexplainedRequest = from_body(&body)?;
    reviews.check_reader(&act)?;
    let range = reviews.range(request.from.as_deref(), request.to.as_deref())?;
    check_span(range)?;
    let limit = request.limit.unwrap_or(PAIRS);
    if !(1..=PAIRS_MAX).contains(&limit) {
        return Err(ApiError::invalid(
            format!("`limit` is {limit}"),
            format!("write a number from 1 to {PAIRS_MAX}"),
        ));
    }
    act.tell("asked_stream", reviews.0.questions.of.stream.to_string());
    tell_span(&act, range);
    let answer = waiting(move || {
        let questions = &reviews.0.questions;
        let known = questions.known(range, None)?;
        let ranked = questions.ranked(range, &known, limit)?;
        Ok::<_, ApiError>((ranked, known.explanations.count(), known.unusable))
    });
    let (ranked, facts, unusable) = answer.await??;
    act.tell("results", ranked.pairs.len());
    let mut answer = json!(ranked);
    answer["facts"] = json!(facts);
    answer["unusable_facts"] = json!(unusable);
    Ok(Json(answer).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    from: String,
    to: String,
    due: Option<String>,
}

async fn open(State(reviews): State<Reviews>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: OpenRequest = from_body(&body)?;
    reviews.check_reader(&act)?;
    let range = reviews.range(Some(&request.from), Some(&request.to))?;
    let due = match &request.due {
        Some(text) => Some(reviews.range(Some(text), None)?.from),
        None => None,
    };
    act.intend("review.open", json!({ "from": range.from, "to": range.to, "due": due })).await?;
    let by = act.caller().name.clone();
    let shown = reviews.clone();
    let review = waiting(move || reviews.open(range, due, &by)).await??;
    Ok((StatusCode::CREATED, Json(shown.whole(&review))).into_response())
}

async fn list(State(reviews): State<Reviews>, act: Act) -> Result<Response, ApiError> {
    let shown = reviews.clone();
    let list = waiting(move || reviews.list()).await??;
    act.tell("results", list.len());
    let lines: Vec<Value> = list.iter().map(|review| shown.line(review)).collect();
    Ok(Json(json!({ "reviews": lines })).into_response())
}

async fn show(State(reviews): State<Reviews>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let shown = reviews.clone();
    let review = waiting(move || reviews.0.kept.get(&id)).await??;
    Ok(Json(shown.whole(&review)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingRequest {
    item: usize,
    conclusion: Conclusion,
    text: String,
}

async fn find(
    State(reviews): State<Reviews>,
    Path(id): Path<String>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: FindingRequest = from_body(&body)?;
    reviews.check_reader(&act)?;
    let detail = json!({ "id": id, "item": request.item, "conclusion": request.conclusion });
    act.intend("review.find", detail).await?;
    let (by, at) = (act.caller().name.clone(), reviews.0.clock.now());
    let finding = Finding { conclusion: request.conclusion, text: request.text, by, at };
    let shown = reviews.clone();
    let review = waiting(move || reviews.find(&id, request.item, finding)).await??;
    Ok(Json(shown.line(&review)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureRequest {
    statement: String,
}

async fn sign(
    State(reviews): State<Reviews>,
    Path(id): Path<String>,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: SignatureRequest = from_body(&body)?;
    reviews.check_reader(&act)?;
    act.intend("review.sign", json!({ "id": id })).await?;
    let (by, at) = (act.caller().name.clone(), reviews.0.clock.now());
    let signature = Signature { by, at, statement: request.statement };
    let shown = reviews.clone();
    let review = waiting(move || reviews.sign(&id, signature)).await??;
    Ok(Json(shown.line(&review)).into_response())
}

impl Reviews {
    /// A review as lists tell it.
    fn line(&self, review: &Review) -> Value {
        let found = review.items.iter().filter(|item| item.finding.is_some()).count();
        json!({
            "id": review.id, "stream": review.stream, "from": review.from, "to": review.to, "opened_at": review.opened_at,
            "opened_by": review.opened_by, "due_at": review.due_at, "state": review.state(self.0.clock.now()),
            "accesses": review.accesses, "explained": review.explained, "items": review.items.len(), "found": found,
            "signed_by": review.signature.as_ref().map(|signature| &signature.by),
            "signed_at": review.signature.as_ref().map(|signature| signature.at),
        })
    }

    /// All of a review.
    fn whole(&self, review: &Review) -> Value {
        let mut whole = json!(review);
        whole["state"] = json!(review.state(self.0.clock.now()));
        whole
    }
}

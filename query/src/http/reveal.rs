//! Sealed values in clear: for a reason, for a while, and never without a record of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Caller, Permission, Routes};
use palisade_record::{StreamName, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{Moment, bounded, from_body, question};
use crate::Engine;
use crate::engine::{Failure, Kind, Order, page, unseal};

/// Shortest reason that says anything.
const REASON_BYTES_MIN: usize = 10;
const REASON_BYTES_MAX: usize = 1_024;

/// How long a reason is good for when nothing is said, and at most: whoever needs longer says why again.
const MINUTES: usize = 15;
const MINUTES_MAX: usize = 60;

/// Records of one answer.
const RECORDS: usize = 10;
const RECORDS_MAX: usize = 1_000;

/// Reasons that are good at once. The oldest go first; whoever used one gives it again.
const GRANTS_MAX: usize = 1_024;

/// A reason that was given, and until when it is good.
#[derive(Clone)]
struct Grant {
    caller: String,
    reason: String,
    until: Timestamp,
}

#[derive(Clone)]
struct Revealer {
    engine: Engine,
    grants: Arc<Mutex<BTreeMap<String, Grant>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevealRequest {
    query: String,
    stream: Option<StreamName>,
    from: Option<Moment>,
    to: Option<Moment>,
    limit: Option<u64>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    ticket: String,
    minutes: Option<u64>,
    grant: Option<String>,
}

/// The route that shows sealed values; what it shows is written to the audit trail first.
pub fn reveal_routes(engine: Engine) -> Routes {
    let revealer = Revealer { engine, grants: Arc::default() };
    Routes::new().post("/api/v1/reveal", Permission::Reveal, reveal).with_state(revealer)
}

async fn reveal(State(revealer): State<Revealer>, act: Act, body: Bytes) -> Result<Response, ApiError> {
    let request: RevealRequest = from_body(&body)?;
    let limit = bounded("limit", request.limit, RECORDS, 1, RECORDS_MAX)?;
    let engine = &revealer.engine;
    let Some(sealed) = engine.inner().sealed.clone() else {
        let hint = "name protected fields of streams in the configuration";
        return Err(ApiError::invalid("nothing is sealed here", hint));
    };
    let (id, grant) = revealer.grant(&request, act.caller())?;
    for (field, value) in [("reason", &grant.reason), ("ticket", &request.ticket), ("grant", &id)] {
        act.tell(field, value.as_str());
    }
    act.tell("until", grant.until.to_string());
    let (from, to) = (request.from.as_ref(), request.to.as_ref());
    let question = question((&act, engine), &request.query, request.stream.as_ref(), from, to)?;
    let work = move |inner: &_, budget: &_| {
        let page = page(inner, budget, &question, Order::Newest, None, limit, Arc::default())?;
        let (mut records, mut opened, mut erased) = (Vec::with_capacity(page.records.len()), 0, 0);
        for record in page.records {
            let record: Value = serde_json::from_str(&record)
                .map_err(|error| Failure::Invalid(error.to_string(), "please report this".to_owned()))?;
            let unsealed = unseal(sealed.keyring(), record)?;
            (opened, erased) = (opened + unsealed.opened, erased + unsealed.erased);
            records.push(unsealed.record);
        }
        Ok((records, opened, erased))
    };
    let (records, opened, erased) = engine.run(Kind::Search, work).await?;
    let ids: Vec<&Value> = records.iter().filter_map(|record| record.get("id")).collect();
    act.tell("results", records.len());
    act.tell("values", opened);
    act.tell("erased", erased);
    act.tell("record_ids", json!(ids));
    let answer = json!({
        "records": records, "values": opened, "erased": erased, "grant": { "id": id, "until": grant.until },
    });
    Ok((
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
        answer.to_string(),
    )
        .into_response())
}

impl Revealer {
    /// The reason of a request: a new one, or one that was given before.
    fn grant(&self, request: &RevealRequest, caller: &Caller) -> Result<(String, Grant), ApiError> {
        let now = self.engine.now();
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.retain(|_, grant| grant.until > now);
        if let Some(id) = &request.grant {
            let known = grants.get(id).filter(|grant| grant.caller == caller.name);
            let hint = "give a reason; it is good for a while, and the answer names the grant";
            let known =
                known.ok_or_else(|| ApiError::invalid("this grant is not, or no longer, good", hint))?;
            return Ok((id.clone(), known.clone()));
        }
        let reason = request.reason.trim();
        if !(REASON_BYTES_MIN..=REASON_BYTES_MAX).contains(&reason.len()) {
            let message = format!("`reason` has {} bytes", reason.len());
            let hint = "say why these values must be seen, in 10 bytes at least: who asked, and for what";
            return Err(ApiError::invalid(message, hint));
        }
        let minutes = bounded("minutes", request.minutes, MINUTES, 1, MINUTES_MAX)?;
        let until = now.plus(Duration::from_secs(minutes as u64 * 60));
        let grant = Grant { caller: caller.name.clone(), reason: reason.to_owned(), until };
        let id = format!("{:032x}", rand::random::<u128>());
        while grants.len() >= GRANTS_MAX {
            grants.pop_first();
        }
        grants.insert(id.clone(), grant.clone());
        Ok((id, grant))
    }
}

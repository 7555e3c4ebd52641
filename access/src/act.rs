//! What a request does, as the audit trail tells it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{ApiError, AuditTrail, Caller, Peer};

/// A request under way. Handlers tell what it asks for and what came of it; clones share that. The gate writes it down before the
/// answer leaves.
#[derive(Clone)]
pub struct Act(Arc<Inner>);

struct Inner {
    trail: Arc<dyn AuditTrail>,
    caller: Caller,
    peer: Peer,
    began: Instant,
    told: Mutex<Told>,
}

/// What is known of it so far.
#[derive(Clone)]
struct Told {
    action: String,
    facts: Map<String, Value>,
    /// Whether it was written down before it was done.
    is_intended: bool,
}

impl Act {
    /// What `caller` is about to do.
    pub(crate) fn new(trail: Arc<dyn AuditTrail>, caller: Caller, peer: Peer, action: String) -> Self {
        let told = Mutex::new(Told { action, facts: Map::new(), is_intended: false });
        Self(Arc::new(Inner { trail, caller, peer, began: Instant::now(), told }))
    }

    /// Who does it.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Tells something about it: the field of the record, and its value. Nothing that must not be seen in clear.
    pub fn tell(&self, field: &str, value: impl Into<Value>) {
        self.told().facts.insert(field.to_owned(), value.into());
    }

    /// Writes down that something is about to be done that changes things. What cannot be written down is not done.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn intend(&self, action: &str, detail: Value) -> Result<(), ApiError> {
        {
            let mut told = self.told();
            action.clone_into(&mut told.action);
            told.facts.insert("detail".to_owned(), detail);
            told.is_intended = true;
        }
        self.record(self.event("", "intended"), "nothing was done; try again later").await
    }

    /// Writes down how the request was answered, unless that is known already. What cannot be written down is not answered.
    pub(crate) async fn answered(&self, status: StatusCode) -> Result<(), ApiError> {
        let outcome = match status {
            status if status.is_client_error() => "refused",
            status if status.is_server_error() => "failure",
            _ if self.told().is_intended => return Ok(()),
            _ => "success",
        };
        let mut event = self.event("", outcome);
        event["status"] = json!(status.as_u16());
        event["duration_ms"] = json!(milliseconds(self.0.began.elapsed()));
        self.record(event, "what was asked for was not answered; try again later").await
    }

    /// For an answer that leaves piece by piece: how it ended is written down too.
    pub fn ending(&self) -> Ending {
        Ending { act: self.clone(), records: None, bytes: 0, digest: Sha256::new(), outcome: Some("stopped") }
    }

    fn event(&self, step: &str, outcome: &str) -> Value {
        let Told { action, facts, .. } = self.told().clone();
        let Caller { name, roles, token, .. } = &self.0.caller;
        let said = |field: &str| facts.get(field).and_then(Value::as_str);
        let object = said("query").map(|query| format!(": {query}")).unwrap_or_default();
        let reason = said("reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
        let message = format!("{name} asked for {action}{step}{object}{reason}");
        let mut event = Value::Object(facts);
        event["action"] = json!(format!("{action}{step}"));
        event["user_id"] = json!(name);
        event["roles"] = json!(roles);
        event["source_ip"] = json!(self.0.peer.0);
        if let Some(token) = token {
            event["token"] = json!(token);
        }
        event["outcome"] = json!(outcome);
        event["message"] = json!(message);
        event
    }

    async fn record(&self, event: Value, hint: &str) -> Result<(), ApiError> {
        let unwritten =
            |problem| ApiError::unavailable(format!("the record of this cannot be written: {problem}"), hint);
        self.0.trail.record(event).await.map_err(unwritten)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Act").field(&self.0.caller.name).field(&self.told().action).finish()
    }
}

impl<S: Sync> FromRequestParts<S> for Act {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::internal("the route is not one whose requests are written down");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}

/// An answer that leaves piece by piece. Dropped before [`Ending::complete`], it was stopped by who asked for it.
#[derive(Debug)]
pub struct Ending {
    act: Act,
    records: Option<u64>,
    bytes: u64,
    digest: Sha256,
    /// How it ended when nothing else is told. Nothing once that is written down.
    outcome: Option<&'static str>,
}

impl Ending {
    /// These bytes have left.
    pub fn sent(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
    }

    /// So many records are in what has left so far.
    pub fn found(&mut self, records: u64) {
        self.records = Some(records);
    }

    /// It cannot go on. That is written down as soon as possible.
    pub fn fail(mut self) {
        self.outcome = Some("failure");
    }

    /// Writes down that all has left. Whoever gets the end knows that it stands there.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn complete(mut self) -> Result<(), ApiError> {
        self.outcome = None;
        let event = self.event("success");
        self.act.record(event, "what was sent is complete, but the record of it is not").await
    }

    fn event(&self, outcome: &str) -> Value {
        let mut event = self.act.event(".end", outcome);
        if let Some(records) = self.records {
            event["results"] = json!(records);
        }
        event["bytes"] = json!(self.bytes);
        event["sha256"] = json!(HEXLOWER.encode(&self.digest.clone().finalize()));
        event["duration_ms"] = json!(milliseconds(self.act.0.began.elapsed()));
        event
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Some(outcome) = self.outcome else { return };
        let (event, act) = (self.event(outcome), self.act.clone());
        // Without a runtime the program is about to end; that it began is written down already.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = act.record(event, "").await {
                    tracing::error!(problem = error.message, "how an answer ended cannot be written down");
                }
            });
        }
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

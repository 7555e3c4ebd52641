//! Silences: listed, added, ended.

use axum::Json;
use axum::extract::{Path, State};
use palisade_access::{Act, ApiError, waiting};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Moment;
use crate::deliver::policy::{self, Matchers, Silence, SilenceProblem};
use crate::service::Service;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// `rule=many-failed-sign-ins and group.source_ip=192.0.2.7`.
    matchers: Vec<Matchers>,
    from: Option<Moment>,
    until: Moment,
    reason: String,
}

pub(super) async fn list(State(service): State<Service>) -> Result<Json<Value>, ApiError> {
    waiting(move || {
        let now = service.clock.now();
        let silences = service.store.read(policy::silences)?;
        let shown = |silence: &Silence| {
            json!({"id": silence.id, "matchers": silence.matchers, "from": silence.from, "until": silence.until,
                   "author": silence.author, "reason": silence.reason, "is_active": silence.is_active(now)})
        };
        Ok(Json(json!({"silences": silences.iter().map(shown).collect::<Vec<_>>()})))
    })
    .await?
}

pub(super) async fn add(
    State(service): State<Service>,
    act: Act,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Silence>, ApiError> {
    let detail = json!({"matchers": wanted.matchers, "until": wanted.until.text(), "reason": wanted.reason});
    act.intend("silence.add", detail).await?;
    let name = act.caller().name.clone();
    waiting(move || {
        let now = service.clock.now();
        let silence = Silence {
            // Two in the same nanosecond would be one.
            id: format!("silence-{}", now.as_nanos()),
            matchers: wanted.matchers,
            from: wanted.from.map_or(Ok(now), |from| from.read(now))?,
            until: wanted.until.read(now)?,
            author: name,
            reason: wanted.reason,
        };
        let mut refused = None;
        service.store.write(|db| match policy::add(db, &silence, now) {
            Ok(()) => Ok(()),
            Err(SilenceProblem::Store(error)) => Err(error),
            Err(SilenceProblem::Invalid(reason)) => {
                refused = Some(reason);
                Ok(())
            }
        })?;
        match refused {
            None => {
                service.wake_channels();
                Ok(Json(silence))
            }
            Some(reason) => Err(ApiError::invalid(reason, "say which alerts, until when, and why")),
        }
    })
    .await?
}

pub(super) async fn end(
    State(service): State<Service>,
    act: Act,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act.intend("silence.end", json!({"silence": id})).await?;
    waiting(move || {
        let now = service.clock.now();
        let ended = service.store.write(|db| policy::end(db, &id, now))?;
        service.wake_channels();
        match ended {
            true => Ok(Json(json!({"id": id, "until": now}))),
            false => Err(ApiError::not_found(
                format!("there is no silence `{id}` that has not ended"),
                "GET /api/v1/silences lists them",
            )),
        }
    })
    .await?
}

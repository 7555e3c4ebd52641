//! Alerts: listed, shown, acknowledged.

use axum::Json;
use axum::extract::{Path, Query, State};
use palisade_access::{Act, ApiError, waiting};
use palisade_record::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Service;
use crate::store::{AlertFilter, AlertRow, AlertState};

/// Alerts of a page when nobody says how many, and at most.
const PAGE_ALERTS: usize = 100;
const PAGE_ALERTS_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    state: Option<AlertState>,
    rule: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    #[serde(default)]
    note: String,
}

/// Bytes of a note.
const NOTE_BYTES_MAX: usize = 4_096;

pub(super) async fn list(
    State(service): State<Service>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let before = asked.cursor.as_deref().map(position).transpose()?;
    let limit = asked.limit.unwrap_or(PAGE_ALERTS);
    if limit == 0 || limit > PAGE_ALERTS_MAX {
        let hint = "the `cursor` of a page asks for the next one";
        return Err(ApiError::invalid(format!("`limit` must be 1 to {PAGE_ALERTS_MAX}"), hint));
    }
    let filter = AlertFilter { state: asked.state, rule: asked.rule, before, limit };
    waiting(move || {
        let alerts = service.store.alerts(&filter)?;
        let last = alerts.last().filter(|_| alerts.len() == limit);
        let cursor = last.map(|last| format!("{}.{}", last.told_at.as_nanos(), last.id));
        Ok(Json(json!({"alerts": alerts, "cursor": cursor})))
    })
    .await?
}

fn position(cursor: &str) -> Result<(Timestamp, String), ApiError> {
    let parts = cursor.split_once('.').and_then(|(nanos, id)| Some((nanos.parse().ok()?, id)));
    let wrong = || ApiError::invalid("this is no cursor of alerts", "send the `cursor` of a page as it is");
    parts.map(|(nanos, id)| (Timestamp::from_nanos(nanos), id.to_owned())).ok_or_else(wrong)
}

pub(super) async fn show(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<AlertRow>, ApiError> {
    waiting(move || service.store.alert(&id)?.map(Json).ok_or_else(|| unknown(&id))).await?
}

pub(super) async fn acknowledge(
    State(service): State<Service>,
    act: Act,
    Path(id): Path<String>,
    Json(Note { note }): Json<Note>,
) -> Result<Json<Value>, ApiError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(ApiError::invalid(
            format!("the note is longer than {NOTE_BYTES_MAX} bytes"),
            "write less",
        ));
    }
    act.intend("alert.acknowledge", json!({"alert": id, "note": note})).await?;
    let name = act.caller().name.clone();
    waiting(move || {
        let now = service.clock.now();
        match service.store.acknowledge(&id, &name, &note, now)? {
            true => Ok(Json(json!({"id": id, "acknowledged_by": name, "acknowledged_at": now}))),
            false => Err(unknown(&id)),
        }
    })
    .await?
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no alert `{id}`"), "GET /api/v1/alerts lists them")
}

//! Channels, what they sent and what they could not send.

use axum::Json;
use axum::extract::{Path, Query, State};
use palisade_access::{Act, ApiError, waiting};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::deliver::outbox::{self, Entry, LIST_MAX, Replayed};
use crate::service::Service;

/// Rows of a page when nobody says how many.
const PAGE_ROWS: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    state: Asking,
    channel: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Asking {
    #[default]
    Dead,
    Waiting,
    Delivered,
    Merged,
}

pub(super) async fn list(State(service): State<Service>) -> Result<Json<Value>, ApiError> {
    waiting(move || {
        let channels = service.channels().map_err(|error| ApiError::internal(error.to_string()))?;
        Ok(Json(json!({"channels": channels})))
    })
    .await?
}

pub(super) async fn deliveries(
    State(service): State<Service>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let state = match asked.state {
        Asking::Dead => outbox::State::Dead,
        Asking::Waiting => outbox::State::Waiting,
        Asking::Delivered => outbox::State::Delivered,
        Asking::Merged => outbox::State::Merged,
    };
    let limit = asked.limit.unwrap_or(PAGE_ROWS).clamp(1, LIST_MAX);
    waiting(move || {
        let rows = service
            .store
            .read(|db| outbox::list(db, state, asked.channel.as_deref(), asked.before, limit))?;
        let before = rows.last().filter(|_| rows.len() == limit as usize).map(|last| last.id);
        let shown = |entry: &Entry| {
            json!({"id": entry.id, "channel": entry.channel, "state": entry.state.as_str(),
                   "alert": entry.notice.dedup_key, "occasion": entry.notice.occasion,
                   "summary": entry.notice.summary, "attempts": entry.attempts, "reason": entry.reason,
                   "enqueued_at": entry.enqueued_at, "settled_at": entry.settled_at})
        };
        Ok(Json(json!({"deliveries": rows.iter().map(shown).collect::<Vec<_>>(), "before": before})))
    })
    .await?
}

pub(super) async fn replay(
    State(service): State<Service>,
    act: Act,
    Path(id): Path<i64>,
) -> Result<Json<Value>, ApiError> {
    act.intend("delivery.replay", json!({"delivery": id})).await?;
    waiting(move || {
        let now = service.clock.now();
        let replayed = service.store.write(|db| outbox::replay(db, id, now))?;
        service.wake_channels();
        match replayed {
            Replayed::Unknown => Err(ApiError::not_found(
                format!("there is no dead letter {id}"),
                "GET /api/v1/deliveries lists them",
            )),
            replayed => Ok(Json(json!({"id": id, "replayed": format!("{replayed:?}").to_lowercase()}))),
        }
    })
    .await?
}

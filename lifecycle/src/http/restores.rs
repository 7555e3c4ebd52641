//! Restores: estimated, confirmed, looked at.

use axum::Json;
use axum::extract::State;
use palisade_access::{Act, ApiError};
use palisade_record::{StreamName, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Governed, Moment, blocking};
use crate::apply::RestoreRequest;
use crate::{Restore, Speed};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Requesting {
    from: Option<Moment>,
    to: Option<Moment>,
    stream: Option<StreamName>,
    #[serde(default)]
    speed: Speed,
    keep_days: Option<u32>,
    #[serde(default)]
    confirm: bool,
}

pub(super) async fn list(State(governed): State<Governed>) -> Result<Json<Value>, ApiError> {
    let (restores, now) = (governed.lifecycle.restores().clone(), governed.clock.now());
    Ok(Json(answer(&blocking(move || restores.list()).await?, now)))
}

pub(super) async fn request(
    State(governed): State<Governed>,
    act: Act,
    Json(requesting): Json<Requesting>,
) -> Result<Json<Value>, ApiError> {
    let now = governed.clock.now();
    let request = RestoreRequest {
        from: Moment::read(requesting.from.as_ref(), now)?,
        to: Moment::read(requesting.to.as_ref(), now)?,
        stream: requesting.stream,
        speed: requesting.speed,
        keep_days: requesting.keep_days.unwrap_or(RestoreRequest::KEEP_DAYS),
        confirm: requesting.confirm,
    };
    let detail = json!({"stream": request.stream, "from": request.from, "to": request.to, "confirmed": request.confirm});
    act.intend("restore", detail).await?;
    let (restores, name) = (governed.lifecycle.restores().clone(), act.caller().name.clone());
    let restores = blocking(move || restores.request(&request, &name)).await?;
    Ok(Json(answer(&restores, now)))
}

/// What people ask about; the objects one by one are many.
fn answer(restores: &[Restore], now: Timestamp) -> Value {
    let line = |restore: &Restore| {
        let (ready, failed) = restore.counts();
        json!({
            "id": restore.id,
            "phase": restore.phase(now),
            "confirmed_by": restore.confirmed_by,
            "estimate": restore.estimate,
            "objects": restore.items().len(),
            "ready": ready,
            "failed": failed,
        })
    };
    json!({"restores": restores.iter().map(line).collect::<Vec<_>>()})
}

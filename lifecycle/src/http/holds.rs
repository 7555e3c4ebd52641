//! Holds: placed, listed, released.

use axum::Json;
use axum::extract::{Path, Query, State};
use palisade_access::{Act, ApiError, waiting};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Governed, Moment, blocking};
use crate::{Hold, Release};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Placing {
    matter: String,
    reason: String,
    #[serde(default)]
    query: String,
    from: Option<Moment>,
    to: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Releasing {
    reason: String,
}

pub(super) async fn list(State(governed): State<Governed>) -> Json<Value> {
    let holds = governed.lifecycle.holds().list();
    Json(json!({"holds": holds.into_iter().map(|hold| shown(&governed, hold)).collect::<Vec<_>>()}))
}

pub(super) async fn place(
    State(governed): State<Governed>,
    act: Act,
    Json(placing): Json<Placing>,
) -> Result<Json<Hold>, ApiError> {
    let now = governed.clock.now();
    let query = match placing.query.trim() {
        all @ ("" | "*") => all.to_owned(),
        query => {
            let (queries, query) = (governed.queries.clone(), query.to_owned());
            // Keys may have to be made.
            let kept = waiting(move || queries.kept(&query)).await?;
            let hint = "write the query of a hold as conditions, without `|`";
            kept.map_err(|problem| ApiError::invalid(problem, hint))?
        }
    };
    let hold = Hold {
        // Two at the same nanosecond: the second is refused, and sent again.
        id: format!("hold-{}", now.as_nanos()),
        matter: placing.matter,
        reason: placing.reason,
        query,
        from: Moment::read(placing.from.as_ref(), now)?,
        to: Moment::read(placing.to.as_ref(), now)?,
        author: act.caller().name.clone(),
        created_at: now,
        released: None,
    };
    let detail = json!({
        "hold": hold.id, "matter": hold.matter, "reason": hold.reason, "query": hold.query, "from": hold.from, "to": hold.to,
    });
    act.intend("hold.place", detail).await?;
    let (holds, placed) = (governed.lifecycle.holds().clone(), hold.clone());
    blocking(move || holds.place(placed)).await?;
    Ok(Json(shown(&governed, hold)))
}

pub(super) async fn release(
    State(governed): State<Governed>,
    act: Act,
    Path(id): Path<String>,
    Query(releasing): Query<Releasing>,
) -> Result<Json<Hold>, ApiError> {
    act.intend("hold.release", json!({"hold": id, "reason": releasing.reason})).await?;
    let release =
        Release { by: act.caller().name.clone(), reason: releasing.reason, at: governed.clock.now() };
    let holds = governed.lifecycle.holds().clone();
    let hold = blocking(move || holds.release(&id, release)).await?;
    Ok(Json(shown(&governed, hold)))
}

fn shown(governed: &Governed, hold: Hold) -> Hold {
    let query = governed.queries.shown(&hold.query);
    Hold { query, ..hold }
}

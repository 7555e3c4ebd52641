//! What waits for a second person, and what that one says.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::from_body;
use crate::two_people::{Approved, Waiting};
use crate::{Act, ApiError, Gate};

/// Where what waits is listed.
pub(super) const PATH: &str = "/api/v1/approvals";
/// Where it is decided.
pub(crate) const DECIDE_PATH: &str = "/api/v1/approvals/{id}";

/// What a decision says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    approve: bool,
    #[serde(default)]
    note: String,
}

/// What answers requests that were approved: all routes but the one that decides.
#[derive(Clone)]
pub(crate) struct Deeds(pub(crate) Router);

/// A note is a sentence or two.
const NOTE_BYTES_MAX: usize = 1_000;

/// What one asked for, and what one may decide. Who may decide sees what is to be done, as it was asked for.
pub(super) async fn list(State(gate): State<Gate>, act: Act) -> Json<Value> {
    let caller = act.caller();
    let line = |(id, waiting): (String, Waiting)| {
        let decides = waiting.may_be_decided_by(caller);
        let is_asker = waiting.asker.name == caller.name;
        (decides || is_asker).then(|| {
            json!({
                "id": id, "deed": waiting.route.action(), "path": waiting.address.path(),
                "request": serde_json::from_slice::<Value>(&waiting.body).ok(), "asked_by": waiting.asker.name,
                "asked_at": waiting.asked_at, "expires_at": waiting.expires_at(), "decides": decides,
            })
        })
    };
    let lines: Vec<Value> = gate.two_people().list().into_iter().filter_map(line).collect();
    act.tell("results", lines.len());
    Json(json!({ "approvals": lines }))
}

/// Does what was asked for, or forgets it.
pub(super) async fn decide(
    State(gate): State<Gate>,
    act: Act,
    Path(id): Path<String>,
    Extension(Deeds(router)): Extension<Deeds>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let Decision { approve, note } = from_body(&body)?;
    if note.len() > NOTE_BYTES_MAX {
        let message = format!("`note` has more than {NOTE_BYTES_MAX} bytes");
        return Err(ApiError::invalid(message, "write a sentence or two"));
    }
    let unknown = || {
        ApiError::not_found(
            format!("nothing waits as `{}`", id.escape_debug()),
            "GET /api/v1/approvals lists what does",
        )
    };
    let waiting = gate.two_people().get(&id).ok_or_else(unknown)?;
    let caller = act.caller().clone();
    if !approve && waiting.asker.name == caller.name {
        // Who asked may think better of it.
    } else if !waiting.may_be_decided_by(&caller) {
        let message = format!("{} may not decide this", caller.name);
        let hint = "somebody else than who asked decides, who may do the same";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message, hint));
    }
    let deed = waiting.route.action();
    let told = json!({"approval": id, "deed": deed, "asked_by": waiting.asker.name, "note": note});
    act.intend(if approve { "deed.approve" } else { "deed.refuse" }, told).await?;
    // Only one decision counts, whoever is faster.
    let waiting = gate.two_people().take(&id).ok_or_else(unknown)?;
    if !approve {
        return Ok(Json(json!({"id": id, "deed": deed, "approved": false})).into_response());
    }
    // What they may do may have changed since.
    let asker = gate.caller_like(&waiting.asker).filter(|asker| asker.may(waiting.route.permission));
    let asker = asker.ok_or_else(|| {
        let message = format!("{} may not do this any more", waiting.asker.name);
        ApiError::new(
            StatusCode::CONFLICT,
            "forbidden",
            message,
            "ask for it yourself, and have somebody else approve it",
        )
    })?;
    let mut request = Request::builder().method(waiting.route.method).uri(waiting.address);
    if let Some(kind) = waiting.kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let request =
        request.body(Body::from(waiting.body)).map_err(|error| ApiError::internal(error.to_string()))?;
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Approved { asker, by: caller.name });
    parts.extensions.insert(waiting.peer);
    Ok(router.oneshot(Request::from_parts(parts, body)).await.into_response())
}

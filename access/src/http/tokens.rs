//! Tokens: made and revoked by whom they act for, and by those who manage users.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::session::whose;
use super::{directory, from_body};
use crate::directory::NewToken;
use crate::{Act, ApiError, Gate};

pub(super) async fn list(State(gate): State<Gate>, act: Act) -> Result<Json<Value>, ApiError> {
    let tokens = directory(&gate)?.tokens(whose(act.caller()));
    act.tell("results", tokens.len());
    Ok(Json(json!({ "tokens": tokens })))
}

pub(super) async fn add(
    State(gate): State<Gate>,
    act: Act,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let new: NewToken = from_body(&body)?;
    let detail = json!({"label": new.label, "roles": new.roles, "streams": new.streams, "days": new.days});
    act.intend("token.add", detail).await?;
    let (line, secret) = directory(&gate)?.add_token(act.caller(), new)?;
    // It is shown this once; only its digest is kept.
    let mut answer = json!(line);
    answer["token"] = json!(secret.reveal());
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(super) async fn revoke(
    State(gate): State<Gate>,
    act: Act,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act.intend("token.revoke", json!({"token": id})).await?;
    directory(&gate)?.revoke_token(&id, whose(act.caller()))?;
    Ok(Json(json!({ "id": id })))
}

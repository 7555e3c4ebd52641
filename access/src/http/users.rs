//! Users: added, changed, removed by those who manage them.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{directory, from_body};
use crate::directory::{UserChange, UserName, grants_of};
use crate::{Act, ApiError, Gate, Grants, Role, Secret};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    roles: BTreeSet<Role>,
    streams: Option<Vec<String>>,
}

pub(super) async fn list(State(gate): State<Gate>, act: Act) -> Result<Json<Value>, ApiError> {
    let users = directory(&gate)?.users();
    act.tell("results", users.len());
    Ok(Json(json!({ "users": users })))
}

pub(super) async fn add(
    State(gate): State<Gate>,
    act: Act,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let NewUser { name, roles, streams } = from_body(&body)?;
    let name = named(&name)?;
    let grants = streams.map(grants_of).transpose()?.unwrap_or_else(Grants::all);
    act.intend("user.add", json!({"user": name, "roles": roles, "streams": grants})).await?;
    let first = directory(&gate)?.add_user(&name, roles, grants).await?;
    // The one who adds the user hands it over; it is worth one sign-in.
    Ok((StatusCode::CREATED, Json(json!({"name": name, "first_password": first.reveal()}))))
}

pub(super) async fn change(
    State(gate): State<Gate>,
    act: Act,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let name = named(&name)?;
    let change: UserChange = from_body(&body)?;
    let UserChange { roles, streams, is_disabled, new_password } = &change;
    let detail = json!({
        "user": name, "roles": roles, "streams": streams, "is_disabled": is_disabled, "new_password": new_password,
    });
    act.intend("user.change", detail).await?;
    let first = directory(&gate)?.change_user(&name, change).await?;
    Ok(Json(json!({"name": name, "first_password": first.as_ref().map(Secret::reveal)})))
}

pub(super) async fn remove(
    State(gate): State<Gate>,
    act: Act,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let name = named(&name)?;
    act.intend("user.remove", json!({"user": name})).await?;
    directory(&gate)?.remove_user(&name)?;
    Ok(Json(json!({ "name": name })))
}

fn named(name: &str) -> Result<UserName, ApiError> {
    name.parse().map_err(|problem: String| ApiError::invalid(problem, "`palisade user list` shows the names"))
}

//! Signing a browser in and out.

use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::gate::session_of;
use crate::{ApiError, Caller, Gate, Permission, Routes, Secret};

/// The cookie that carries a session.
pub const SESSION_COOKIE: &str = "palisade_session";

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Serialize)]
struct Who {
    name: String,
    role: crate::Role,
}

/// `POST`, `GET` and `DELETE /api/v1/session`, and `GET /sign-in?token=…`, the link printed at the start.
pub fn session_routes(gate: &Gate) -> Routes {
    Routes::new()
        .post("/api/v1/session", Permission::Public, sign_in)
        .get("/api/v1/session", Permission::Search, who)
        .delete("/api/v1/session", Permission::Search, sign_out)
        .get("/sign-in", Permission::Public, sign_in_by_link)
        .with_state(gate.clone())
}

fn refused() -> ApiError {
    let hint = "paste the content of DATA_DIR/admin.token, or use the link that `palisade serve` printed within the last hour";
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", "this does not sign anyone in", hint)
}

fn cookie(session: &Secret) -> String {
    format!("{SESSION_COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", session.reveal())
}

async fn sign_in(State(gate): State<Gate>, Json(given): Json<Token>) -> Result<Response, ApiError> {
    let session = gate.begin_session(given.token.trim()).ok_or_else(refused)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&session))]).into_response())
}

async fn sign_in_by_link(State(gate): State<Gate>, Query(given): Query<Token>) -> Result<Response, ApiError> {
    let session = gate.begin_session(given.token.trim()).ok_or_else(refused)?;
    Ok(([(header::SET_COOKIE, cookie(&session))], Redirect::to("/")).into_response())
}

async fn who(request: Request) -> Result<Json<Who>, ApiError> {
    let caller = request.extensions().get::<Caller>().ok_or_else(refused)?;
    Ok(Json(Who { name: caller.name.clone(), role: caller.role }))
}

async fn sign_out(State(gate): State<Gate>, request: Request) -> Response {
    if let Some(session) = session_of(&request) {
        gate.end_session(session);
    }
    let gone = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response()
}

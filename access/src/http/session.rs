//! Signing a browser in and out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use palisade_record::TenantName;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{directory, from_body};
use crate::directory::{Denied, UserName};
use crate::{Act, ApiError, Caller, Gate, Peer, Permission, Secret};

/// What signs somebody in: a token of the data directory, or a name and a password. Names are those of one tenant, the first when
/// none is named.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Token(Token),
    Password { name: String, password: String, tenant: Option<String> },
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    current: String,
    new: String,
}

/// Where the printed link leads.
pub(super) const LINK_PATH: &str = "/sign-in";

/// Names that are told in records of sign-ins that failed; others may be passwords that stand in the wrong place.
const NAME_BYTES_MAX: usize = 128;

pub(super) async fn sign_in(
    State(gate): State<Gate>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    // A form on another site can send neither; it shall not sign anybody in as somebody else.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let message = "a sign-in is JSON";
        let hint = "send `Content-Type: application/json`";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid", message, hint));
    }
    let (name, cookie) = match from_body(&body)? {
        Given::Token(given) => by_token(&gate, peer, &given).await?,
        // Who names another tenant than the one whose gate this is names one that does not exist.
        Given::Password { tenant, .. } if !is_named(&gate, tenant.as_deref()) => {
            tell(&gate, peer, "", "failure", json!({"by": "password"})).await?;
            return Err(wrong());
        }
        Given::Password { name, password, .. } => by_password(&gate, peer, &name, &password).await?,
    };
    tell(&gate, peer, &name, "success", json!({})).await?;
    let cookie = gate.cookie(cookie.reveal());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

pub(super) async fn sign_in_by_link(
    State(gate): State<Gate>,
    peer: Peer,
    Query(given): Query<Token>,
) -> Result<Response, ApiError> {
    let (name, cookie) = by_token(&gate, peer, &given).await?;
    tell(&gate, peer, &name, "success", json!({})).await?;
    Ok(([(header::SET_COOKIE, gate.cookie(cookie.reveal()))], Redirect::to("/")).into_response())
}

async fn by_token(gate: &Gate, peer: Peer, given: &Token) -> Result<(String, Secret), ApiError> {
    let token = given.token.trim();
    let caller = gate.credentials().owner(token).or_else(|| gate.owners().caller_of_link(token));
    let Some(caller) = caller else {
        if let Some(Denied::Locked(seconds)) =
            gate.credentials().directory().map(|known| known.failed_with_token(peer.0))
        {
            return Err(locked(seconds));
        }
        tell(gate, peer, "", "failure", json!({"by": "token"})).await?;
        let hint = "sign in with your name, paste the content of DATA_DIR/admin.token, or use the link that `palisade serve` printed within the last hour";
        return Err(refused("this token does not sign anyone in", hint));
    };
    let name = caller.name.clone();
    Ok((name, gate.owners().begin(caller)))
}

async fn by_password(
    gate: &Gate,
    peer: Peer,
    name: &str,
    password: &str,
) -> Result<(String, Secret), ApiError> {
    let directory = directory(gate)?;
    match directory.check(name, password, peer.0).await {
        Ok(user) => {
            let cookie = directory.begin_session(&user, peer.0)?;
            Ok((user.to_string(), cookie))
        }
        Err(Denied::Wrong) => {
            tell(gate, peer, name, "failure", json!({"by": "password"})).await?;
            Err(wrong())
        }
        Err(Denied::Locked(seconds)) => Err(locked(seconds)),
    }
}

fn wrong() -> ApiError {
    refused("name and password do not belong together", "whoever manages users can give a new password")
}

pub(super) fn is_named(gate: &Gate, tenant: Option<&str>) -> bool {
    tenant.unwrap_or(TenantName::first().as_str()) == gate.tenant().as_str()
}

/// Whether a request with this body signs somebody in who may be known at this gate.
pub(crate) fn is_for(gate: &Gate, body: &[u8]) -> bool {
    match serde_json::from_slice(body) {
        Ok(Given::Token(given)) => is_known_token(gate, given.token.trim()),
        Ok(Given::Password { tenant, .. }) => is_named(gate, tenant.as_deref()),
        Err(_) => false,
    }
}

/// Whether this is the address of a link that signs somebody in at this gate.
pub(crate) fn is_link_of(gate: &Gate, address: &Uri) -> bool {
    let given = (address.path() == LINK_PATH).then(|| Query::<Token>::try_from_uri(address).ok()).flatten();
    given.is_some_and(|Query(given)| is_known_token(gate, given.token.trim()))
}

fn is_known_token(gate: &Gate, token: &str) -> bool {
    gate.credentials().owner(token).or_else(|| gate.owners().caller_of_link(token)).is_some()
}

/// Not written down: the tries before it were, and these could fill the disk.
fn locked(seconds: u64) -> ApiError {
    let message = format!("too many tries; the next one is looked at in {seconds} s");
    let mut refusal = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "locked", message, "wait, and try again");
    refusal.retry_after_seconds = u32::try_from(seconds).ok();
    refusal
}

/// Writes a sign-in down before it is answered.
pub(super) async fn tell(
    gate: &Gate,
    Peer(from): Peer,
    name: &str,
    outcome: &str,
    detail: Value,
) -> Result<(), ApiError> {
    let is_name = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && (outcome == "success" || name.parse::<UserName>().is_ok());
    let name = if is_name { name } else { "unknown" };
    let event = json!({
        "action": "session.start", "user_id": name, "outcome": outcome, "source_ip": from, "detail": detail,
        "message": format!("{name} signs in from {from}: {outcome}"),
    });
    let unwritten = |problem| {
        let message = format!("the record of this cannot be written: {problem}");
        ApiError::unavailable(message, "nobody was signed in; try again later")
    };
    gate.trail().record(event).await.map_err(unwritten)
}

fn refused(message: &str, hint: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message, hint)
}

pub(super) async fn who(State(gate): State<Gate>, act: Act) -> Json<Value> {
    let Caller { name, roles, grants, must_change_password, .. } = act.caller();
    let permissions: Vec<Permission> =
        Permission::ALL.into_iter().filter(|permission| act.caller().may(*permission)).collect();
    Json(json!({
        "name": name, "tenant": gate.tenant().as_str(), "roles": roles, "permissions": permissions, "streams": grants,
        "must_change_password": must_change_password,
    }))
}

pub(super) async fn sign_out(
    State(gate): State<Gate>,
    act: Act,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    act.intend("session.stop", json!({})).await?;
    if let Some(session) = gate.session_of(&headers) {
        gate.owners().end(session);
        if let Some(directory) = gate.credentials().directory() {
            directory.end_session_of(session)?;
        }
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gate.cookie(""))]).into_response())
}

/// Changes one's own password. All sessions end; this one goes on with another cookie.
pub(super) async fn change_password(
    State(gate): State<Gate>,
    peer: Peer,
    act: Act,
    body: Bytes,
) -> Result<Response, ApiError> {
    let change: PasswordChange = from_body(&body)?;
    let directory = directory(&gate)?;
    let name: UserName = act.caller().name.parse().map_err(|_| {
        ApiError::invalid("the bearer of this token has no password", "add users, and sign in as one of them")
    })?;
    if act.caller().token.is_some() {
        return Err(ApiError::invalid("a token cannot change a password", "sign in with name and password"));
    }
    act.intend("password.change", json!({})).await?;
    directory.change_password(&name, &change.current, &change.new).await?;
    let cookie = directory.begin_session(&name, peer.0)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gate.cookie(cookie.reveal()))]).into_response())
}

/// One's own sessions, or everybody's for those who manage users.
pub(super) async fn list(State(gate): State<Gate>, act: Act) -> Result<Json<Value>, ApiError> {
    let sessions = directory(&gate)?.sessions(whose(act.caller()));
    act.tell("results", sessions.len());
    Ok(Json(json!({ "sessions": sessions })))
}

pub(super) async fn end(
    State(gate): State<Gate>,
    act: Act,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act.intend("session.stop", json!({"session": id})).await?;
    directory(&gate)?.end_session(&id, whose(act.caller()))?;
    Ok(Json(json!({ "id": id })))
}

/// Whose sessions and tokens somebody sees: their own, or those of everybody.
pub(super) fn whose(caller: &Caller) -> Option<&str> {
    (!caller.may(Permission::ManageUsers)).then_some(&*caller.name)
}

//! Signing a browser in with a provider.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::directory;
use super::session::tell;
use crate::directory::UserName;
use crate::oidc::{BEGIN_PATH, CALLBACK_PATH, Failure, OpenId, Person, roles_and_grants};
use crate::{ApiError, Gate, Peer, waiting};

/// Where the page asks how people sign in.
pub(super) const WAYS_PATH: &str = "/api/v1/session/ways";

/// Whose gate is meant.
#[derive(Deserialize, Default)]
pub(super) struct Chosen {
    tenant: Option<String>,
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
pub(super) struct Brought {
    state: String,
    code: Option<String>,
    error: Option<String>,
}

/// Whether a request with this address begins or ends a sign-in at this gate.
pub(crate) fn is_for(gate: &Gate, address: &Uri) -> bool {
    match address.path() {
        BEGIN_PATH | WAYS_PATH => Query::<Chosen>::try_from_uri(address)
            .is_ok_and(|Query(chosen)| super::session::is_named(gate, chosen.tenant.as_deref())),
        CALLBACK_PATH => Query::<Brought>::try_from_uri(address)
            .is_ok_and(|Query(brought)| gate.open_id().is_some_and(|open_id| open_id.awaits(&brought.state))),
        _ => false,
    }
}

/// How people sign in here.
pub(super) async fn ways(State(gate): State<Gate>, Query(chosen): Query<Chosen>) -> Json<Value> {
    let is_meant = super::session::is_named(&gate, chosen.tenant.as_deref());
    let open_id = gate.open_id().filter(|_| is_meant);
    let label = open_id.map(|open_id| json!({"label": open_id.settings().label, "path": BEGIN_PATH}));
    Json(json!({ "oidc": label, "several_tenants": gate.has_neighbours() }))
}

pub(super) async fn begin(State(gate): State<Gate>) -> Result<Response, ApiError> {
    let open_id = open_id(&gate)?.clone();
    match waiting(move || open_id.begin()).await? {
        Ok(begun) => {
            let cookie = gate.oidc_cookie(&begun.state);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&begun.address)).into_response())
        }
        Err(failure) => {
            tracing::error!(%failure, "a sign-in cannot begin");
            Ok(Redirect::to("/?sign_in=unreachable").into_response())
        }
    }
}

/// The browser comes back. What went wrong is told by the page in words of its own; the trail has the particulars.
pub(super) async fn callback(
    State(gate): State<Gate>,
    peer: Peer,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Result<Response, ApiError> {
    let done = gate.oidc_cookie("");
    let refused = |word: &str| {
        ([(header::SET_COOKIE, done.clone())], Redirect::to(&format!("/?sign_in={word}"))).into_response()
    };
    // Somebody else's sign-in, which another site makes this browser end, would sign it in as somebody else.
    if gate.oidc_state_of(&headers) != Some(brought.state.as_str()) {
        tell(&gate, peer, "", "failure", json!({"by": "oidc", "reason": Failure::Unknown.to_string()}))
            .await?;
        return Ok(refused("expired"));
    }
    let person = match finish(&gate, brought).await? {
        Ok(person) => person,
        Err(failure) => {
            tracing::warn!(%failure, "a sign-in failed");
            tell(&gate, peer, "", "failure", json!({"by": "oidc", "reason": failure.to_string()})).await?;
            let word = match failure {
                Failure::Unknown => "expired",
                Failure::Refused(_) => "refused",
                Failure::Unreachable(_) => "unreachable",
                Failure::Unbelievable(_) => "failed",
            };
            return Ok(refused(word));
        }
    };
    let detail = json!({"by": "oidc", "issuer": person.identity.issuer, "subject": person.identity.subject});
    let Ok(name) = person.name.to_lowercase().parse::<UserName>() else {
        tell(&gate, peer, "", "failure", detail).await?;
        tracing::warn!(
            name = person.name,
            "the provider's name for somebody is none here; choose another claim"
        );
        return Ok(refused("name"));
    };
    let groups = &open_id(&gate)?.settings().groups;
    let Some((roles, grants)) = roles_and_grants(groups, &person.groups) else {
        tell(&gate, peer, name.as_str(), "failure", detail).await?;
        return Ok(refused("no-role"));
    };
    let known = directory(&gate)?;
    if let Err(refusal) = known.welcome(&name, &person.identity, roles, grants) {
        tell(&gate, peer, name.as_str(), "failure", detail).await?;
        tracing::warn!(user = %name, problem = ApiError::from(refusal).message, "somebody is not let in");
        return Ok(refused("not-let-in"));
    }
    let cookie = known.begin_session(&name, peer.0)?;
    tell(&gate, peer, name.as_str(), "success", detail).await?;
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response();
    for cookie in [done, gate.cookie(cookie.reveal())] {
        let value = cookie.parse().map_err(|_| ApiError::internal("a cookie is no header"))?;
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

async fn finish(gate: &Gate, brought: Brought) -> Result<Result<Person, Failure>, ApiError> {
    let open_id = open_id(gate)?.clone();
    let Brought { state, code, error } = brought;
    waiting(move || match (code, error) {
        (Some(code), None) => open_id.finish(&state, &code),
        (_, error) => match open_id.give_up(&state) {
            true => Err(Failure::Refused(error.unwrap_or_else(|| "it sends no code".to_owned()))),
            false => Err(Failure::Unknown),
        },
    })
    .await
}

fn open_id(gate: &Gate) -> Result<&OpenId, ApiError> {
    let missing =
        || ApiError::not_found("nobody signs in with a provider here", "sign in with a name and a password");
    gate.open_id().ok_or_else(missing)
}

//! Signing in and out, and saying who may do what.

pub(crate) mod approvals;
pub(crate) mod oidc;
pub(crate) mod session;
mod tokens;
mod users;

use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::directory::Refusal;
use crate::oidc::{BEGIN_PATH, CALLBACK_PATH};
use crate::{ApiError, Directory, Gate, Permission, Routes};

/// Where somebody signs in.
pub const SIGN_IN_PATH: &str = "/api/v1/session";

/// The routes of people and programs: `/sign-in` and `/api/v1/session`, `/sessions`, `/users`, `/tokens`.
pub fn routes(gate: &Gate) -> Routes {
    use Permission::{Account, ManageUsers, Public, SeeEvidence};
    Routes::new()
        .post(SIGN_IN_PATH, Public, session::sign_in)
        .get(oidc::WAYS_PATH, Public, oidc::ways)
        .get(BEGIN_PATH, Public, oidc::begin)
        .get(CALLBACK_PATH, Public, oidc::callback)
        .get(session::LINK_PATH, Public, session::sign_in_by_link)
        .get(SIGN_IN_PATH, Account, session::who)
        .delete(SIGN_IN_PATH, Account, session::sign_out)
        .post("/api/v1/session/password", Account, session::change_password)
        .get("/api/v1/sessions", Account, session::list)
        .delete("/api/v1/sessions/{id}", Account, session::end)
        .get(approvals::PATH, Account, approvals::list)
        .post(approvals::DECIDE_PATH, Account, approvals::decide)
        .get("/api/v1/users", SeeEvidence, users::list)
        .post("/api/v1/users", ManageUsers, users::add)
        .post("/api/v1/users/{name}", ManageUsers, users::change)
        .delete("/api/v1/users/{name}", ManageUsers, users::remove)
        .get("/api/v1/tokens", Account, tokens::list)
        .post("/api/v1/tokens", Account, tokens::add)
        .delete("/api/v1/tokens/{id}", Account, tokens::revoke)
        .with_state(gate.clone())
}

/// Who is known here.
fn directory(gate: &Gate) -> Result<&Directory, ApiError> {
    let missing =
        || ApiError::unavailable("this server knows nobody but the bearers of its tokens", "ask another one");
    gate.credentials().directory().ok_or_else(missing)
}

fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        // What is wrong may be quoted from a password: only where it is wrong is told.
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = format!("the request is not valid at {place}");
        ApiError::invalid(message, "send a JSON object with the fields that the documentation names")
    })
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(message, hint) => Self::invalid(message, hint),
            Refusal::Unknown(message) => Self::not_found(message, "list what there is"),
            Refusal::Taken(message) => {
                Self::new(StatusCode::CONFLICT, "taken", message, "choose another name")
            }
            Refusal::Forbidden(message, hint) => Self::new(StatusCode::FORBIDDEN, "forbidden", message, hint),
            Refusal::Unstored(message) => Self::unavailable(message, "nothing was changed; try again later"),
        }
    }
}

//! The one place where callers are recognised.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{ApiError, Caller, Credentials, Permission, SESSION_COOKIE, Secret};

/// How long a browser stays signed in without a restart.
const SESSION_AGE_MAX: Duration = Duration::from_secs(12 * 3600);
/// Sessions at once; the oldest makes room. Far more than people who look at logs.
const SESSIONS_MAX: usize = 10_000;
/// How long the link that is printed at the start signs in.
const LINK_AGE_MAX: Duration = Duration::from_secs(3600);

/// Knows tokens and sessions, and lets requests through or not. Clones share them.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    credentials: Credentials,
    sessions: Mutex<HashMap<String, (Caller, Instant)>>,
    link: Mutex<Option<(Secret, Caller, Instant)>>,
}

impl Gate {
    /// A gate for the bearers of these tokens.
    pub fn new(credentials: Credentials) -> Self {
        Self(Arc::new(Inner { credentials, sessions: Mutex::default(), link: Mutex::default() }))
    }

    /// A code that signs a browser in as `caller` for the next hour, for the link printed at the start: the token itself
    /// would stay in the browser's history.
    pub fn sign_in_code(&self, caller: Caller) -> Secret {
        let code = Secret::random("");
        *self.0.link.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((code.clone(), caller, Instant::now()));
        code
    }

    /// Begins a session for the bearer of a token or of the printed code.
    pub(crate) fn begin_session(&self, token: &str) -> Option<Secret> {
        let caller = self.0.credentials.caller(token).cloned().or_else(|| self.caller_of_link(token))?;
        let session = Secret::random("");
        let mut sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, (_, since)| since.elapsed() < SESSION_AGE_MAX);
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, (_, since))| *since).map(|(name, _)| name.clone());
            oldest.and_then(|name| sessions.remove(&name));
        }
        sessions.insert(session.reveal().to_owned(), (caller, Instant::now()));
        Some(session)
    }

    /// Ends a session; its cookie is worth nothing from now on.
    pub(crate) fn end_session(&self, session: &str) {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }

    fn caller_of_link(&self, given: &str) -> Option<Caller> {
        let link = self.0.link.lock().unwrap_or_else(PoisonError::into_inner);
        let (code, caller, since) = link.as_ref()?;
        let mut known = Credentials::new();
        known.add(code, &caller.name, caller.role);
        (since.elapsed() < LINK_AGE_MAX).then(|| known.caller(given).cloned()).flatten()
    }

    fn recognise(&self, request: &Request) -> Result<Caller, ApiError> {
        let unknown = |message: &str| {
            let hint = "send `Authorization: Bearer TOKEN` with a token of this server; the first one is in DATA_DIR/admin.token";
            ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message, hint)
        };
        if let Some(value) = request.headers().get(header::AUTHORIZATION) {
            let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let token = token.ok_or_else(|| unknown("the Authorization header is not `Bearer TOKEN`"))?;
            return self
                .0
                .credentials
                .caller(token.trim())
                .cloned()
                .ok_or_else(|| unknown("the token is not known"));
        }
        let session = session_of(request).ok_or_else(|| unknown("the request has no credentials"))?;
        let sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, _) = sessions
            .get(session)
            .filter(|(_, since)| since.elapsed() < SESSION_AGE_MAX)
            .ok_or_else(|| unknown("the session has ended; sign in again"))?;
        // Another site can make a browser send its cookie, but not this header.
        if request.method() != Method::GET && !request.headers().contains_key("x-palisade") {
            let hint = "requests with a session cookie need the header `X-Palisade: 1`";
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "the request may come from another site",
                hint,
            ));
        }
        Ok(caller.clone())
    }

    pub(crate) async fn check(self, permission: Permission, mut request: Request, next: Next) -> Response {
        if permission != Permission::Public {
            let caller = match self.recognise(&request) {
                Ok(caller) => caller,
                Err(refusal) => return refusal.into_response(),
            };
            if !caller.role.may(permission) {
                let message = format!("{} may not do this", caller.name);
                let hint = "use a token with the right role";
                return ApiError::new(StatusCode::FORBIDDEN, "forbidden", message, hint).into_response();
            }
            request.extensions_mut().insert(caller);
        }
        next.run(request).await
    }
}

/// The session in the request's cookie.
pub(crate) fn session_of(request: &Request) -> Option<&str> {
    let cookies = request.headers().get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(SESSION_COOKIE)?.strip_prefix('='))
}

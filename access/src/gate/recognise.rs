//! Who comes with a request, by the credential that it brings.

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};

use super::Gate;
use crate::{ApiError, Caller, Machine};

/// What somebody showed. Browsers send cookies and certificates by themselves, also for another site's page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Token,
    Cookie,
    Certificate,
}

/// A browser says where a request comes from, and a page cannot make it say something else.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    site.is_some_and(|site| site != b"same-origin" && site != b"none")
}

impl Gate {
    fn caller_of_session(&self, session: &str) -> Option<Caller> {
        let known = || self.0.credentials.directory()?.caller_of_session(session);
        self.0.owners.caller(session).or_else(known)
    }

    /// Who asks, when nothing says that another site made their browser ask.
    pub(super) fn recognise(&self, request: &Request) -> Result<Caller, ApiError> {
        let headers = request.headers();
        let (by, caller) = self.caller_of(headers, request.extensions())?;
        let is_unforgeable = match by {
            By::Token => true,
            By::Certificate => !is_of_another_site(headers),
            By::Cookie => !is_of_another_site(headers) && headers.contains_key("x-palisade"),
        };
        if request.method() != Method::GET && !is_unforgeable {
            let hint = "requests with a session cookie need the header `X-Palisade: 1`, and come from Palisade's own pages";
            let message = "the request may come from another site";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message, hint));
        }
        Ok(caller)
    }

    /// Who has the credential in these headers, or else made the connection.
    pub(super) fn caller_of(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<(By, Caller), ApiError> {
        let unknown = |message: &str| {
            let hint = "send `Authorization: Bearer TOKEN` with a token of this server; the first one is in DATA_DIR/admin.token";
            ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message, hint)
        };
        let (by, caller) = if let Some(value) = headers.get(header::AUTHORIZATION) {
            let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let token = token.ok_or_else(|| unknown("the Authorization header is not `Bearer TOKEN`"))?;
            let caller = self.0.credentials.caller(token.trim());
            (By::Token, caller.ok_or_else(|| unknown("the token is not known"))?)
        } else if let Some(session) = self.session_of(headers) {
            let caller = self.caller_of_session(session);
            (By::Cookie, caller.ok_or_else(|| unknown("the session has ended; sign in again"))?)
        } else {
            let machine =
                extensions.get::<Machine>().ok_or_else(|| unknown("the request has no credentials"))?;
            let caller = self.0.credentials.caller_of_machine(machine);
            (
                By::Certificate,
                caller.ok_or_else(|| unknown("the certificate is that of no machine known here"))?,
            )
        };
        Ok((by, caller))
    }
}

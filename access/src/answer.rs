//! The one shape of an error answer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// `{"error":{"kind","message","hint"}}` with its status.
#[derive(Clone, PartialEq, Debug)]
pub struct ApiError {
    /// The status.
    pub status: StatusCode,
    /// A word programs can react to.
    pub kind: &'static str,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Where in the query, when the query is what is wrong.
    pub position: Option<Position>,
    /// Seconds after which another try makes sense.
    pub retry_after_seconds: Option<u32>,
}

/// A part of a query's text, in bytes of UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Position {
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    kind: &'a str,
    message: &'a str,
    hint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
}

impl ApiError {
    /// An error with a message and the next step.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
            hint: hint.into(),
            position: None,
            retry_after_seconds: None,
        }
    }

    /// 400: the request is wrong and will not become right by repeating it.
    pub fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message, hint)
    }

    /// 404.
    pub fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message, hint)
    }

    /// 413: too large.
    pub fn too_large(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message, hint)
    }

    /// 429: slow down.
    pub fn busy(message: impl Into<String>) -> Self {
        let mut error =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", message, "send again after the given time");
        error.retry_after_seconds = Some(1);
        error
    }

    /// 503: nothing can be done at the moment.
    pub fn unavailable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message, hint);
        error.retry_after_seconds = Some(2);
        error
    }

    /// 500: our fault, which is told in the program's own log too.
    pub fn internal(message: impl Into<String>) -> Self {
        let (message, hint) = (message.into(), "the program's own log says when, and what was before");
        tracing::error!(problem = message, "a request cannot be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message, hint)
    }

    /// The same error, pointing at a part of the query.
    #[must_use]
    pub fn at(mut self, offset: usize, length: usize) -> Self {
        self.position = Some(Position { offset, length });
        self
    }

    /// The body as JSON, for answers that carry it in another envelope.
    pub fn to_json(&self) -> String {
        let error =
            Inner { kind: self.kind, message: &self.message, hint: &self.hint, position: self.position };
        serde_json::to_string(&Body { error }).unwrap_or_default()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error =
            Inner { kind: self.kind, message: &self.message, hint: &self.hint, position: self.position };
        let mut response = (self.status, Json(Body { error })).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}

//! Answers for what no route has, and for paths that two programs could read differently.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use palisade_access::ApiError;

/// Adds the answers to a router: errors in the one shape, and nothing behind ambiguous paths.
pub(super) fn guard(router: Router) -> Router {
    router.fallback(unknown).method_not_allowed_fallback(wrong_method).layer(from_fn(refuse_ambiguous))
}

fn nothing(path: &str) -> ApiError {
    let hint = "the page is at /, the interface for programs below /api/v1/";
    ApiError::not_found(format!("there is nothing at {path}"), hint)
}

async fn unknown(request: Request) -> ApiError {
    nothing(request.uri().path())
}

async fn wrong_method(request: Request) -> ApiError {
    let message = format!("{} does not answer {}", request.uri().path(), request.method());
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        message,
        "use the method that is documented",
    )
}

async fn refuse_ambiguous(request: Request, next: Next) -> Response {
    if is_ambiguous(request.uri().path()) {
        return nothing(request.uri().path()).into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-content-type-options", axum::http::HeaderValue::from_static("nosniff"));
    response
}

/// Whether a proxy in front could take this path for another one, and let through what it should not.
fn is_ambiguous(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let dotted = lower.split('/').any(|part| part == "." || part == "..");
    dotted || ["//", "%2f", "%2e", "%5c", "%00", "\\", ";"].iter().any(|odd| lower.contains(odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_two_meanings_are_refused_and_plain_ones_are_not() {
        for path in ["//", "/api//v1", "/./metrics", "/x/..", "/api%2fv1", "/%2E%2e/x", "/a;b", "/a%5Cb"] {
            assert!(is_ambiguous(path), "{path}");
        }
        for path in ["/", "/api/v1/ingest/my.stream", "/app.2f3e.js", "/%C3%BC"] {
            assert!(!is_ambiguous(path), "{path}");
        }
    }
}

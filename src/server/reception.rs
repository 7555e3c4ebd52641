//! Shows every request to the tenant whose credential it brings. Nothing else in a request can choose one.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use palisade_access::{ApiError, Gate};
use tower::ServiceExt;

/// Largest request that signs somebody in: a name and a password.
const SIGN_IN_BYTES_MAX: usize = 64 * 1024;

/// A tenant's gate, and what stands behind it.
#[derive(Clone)]
pub(super) struct Entrance {
    pub(super) gate: Gate,
    pub(super) router: Router,
}

/// What answers the requests of all tenants. The first one answers what nobody claims, which is public or refused.
pub(super) fn router(first: Entrance, others: Vec<Entrance>) -> Router {
    // Without others there is nothing to choose, and no body to look into.
    if others.is_empty() {
        return first.router;
    }
    let entrances: Arc<[Entrance]> = std::iter::once(first).chain(others).collect();
    Router::new().fallback(move |request: Request| show_in(entrances.clone(), request))
}

async fn show_in(entrances: Arc<[Entrance]>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let is_sign_in = parts.method == Method::POST && parts.uri.path() == palisade_access::SIGN_IN_PATH;
    let (request, at) = if is_sign_in {
        let Ok(body) = to_bytes(body, SIGN_IN_BYTES_MAX).await else {
            let message = format!("a sign-in has at most {SIGN_IN_BYTES_MAX} bytes");
            return ApiError::invalid(message, "send a name and a password, or a token").into_response();
        };
        let at = entrances.iter().position(|entrance| entrance.gate.is_asked_to_sign_in(&body));
        (Request::from_parts(parts, Body::from(body)), at)
    } else {
        let at = entrances.iter().position(|entrance| entrance.gate.knows(&parts));
        (Request::from_parts(parts, body), at)
    };
    let entrance = &entrances[at.unwrap_or(0)];
    entrance.router.clone().oneshot(request).await.into_response()
}

//! What becomes of a request: answered, refused, or kept for a second person; written down in any case.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use palisade_record::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Gate;
use crate::two_people::{Approved, Waiting};
use crate::{Act, ApiError, Caller, Declared, Machine, Peer, Permission, Role};

/// Tells that something was not done yet, and by which name it waits for a second person.
const APPROVAL_HEADER: HeaderName = HeaderName::from_static("palisade-approval");

/// Largest request that waits for a second person: a rule, or a reason.
const DEED_BYTES_MAX: usize = 64 * 1024;

impl Gate {
    pub(crate) async fn check(self, route: Arc<Declared>, mut request: Request, next: Next) -> Response {
        let permission = route.permission;
        if permission == Permission::Public {
            return next.run(request).await;
        }
        let approved = request.extensions_mut().remove::<Approved>();
        let caller = match &approved {
            Some(approved) => approved.asker.clone(),
            None => match self.recognise(&request) {
                Ok(caller) => caller,
                Err(refusal) => {
                    if let Some(event) = self.stranger(&request, &route, &refusal)
                        && let Err(problem) = self.0.trail.record(event).await
                    {
                        // Nothing is shown to them, so that a trail that cannot be written to changes nothing.
                        tracing::error!(problem, "it cannot be written down that somebody was refused");
                    }
                    return refusal.into_response();
                }
            },
        };
        let peer = Peer::of(request.extensions());
        let act = Act::new(self.0.trail.clone(), caller.clone(), peer, route.action());
        let response = if !caller.may(permission) {
            refusal(&caller, permission).into_response()
        } else if approved.is_none() && self.0.two_people.are_needed(&route) {
            self.ask_another(&route, &act, peer, request).await.into_response()
        } else {
            if let Some(approved) = approved {
                act.tell("approved_by", approved.by);
            }
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(act.clone());
            next.run(request).await
        };
        if !permission.is_recorded() {
            return response;
        }
        match act.answered(response.status()).await {
            Ok(()) => response,
            Err(unwritten) => unwritten.into_response(),
        }
    }

    /// What is to be written down of somebody who came with a credential that is not known, or from another site.
    fn stranger(&self, request: &Request, route: &Declared, refusal: &ApiError) -> Option<Value> {
        let (headers, extensions) = (request.headers(), request.extensions());
        let has_credential = headers.contains_key(header::AUTHORIZATION)
            || self.session_of(headers).is_some()
            || extensions.get::<Machine>().is_some();
        if !has_credential {
            return None;
        }
        let peer = Peer::of(extensions);
        let tries = self.0.strangers.came(peer.0, Instant::now())?;
        let (asked, reason) = (route.action(), &refusal.message);
        Some(json!({
            "action": "credential.refuse", "user_id": "", "source_ip": peer.0, "outcome": "refused", "asked": asked, "reason": reason,
            "status": refusal.status.as_u16(), "tries": tries,
            "message": format!("somebody was refused {asked}: {reason} (try {tries} of this address within an hour)"),
        }))
    }

    /// Keeps a request until a second person approves it.
    async fn ask_another(
        &self,
        route: &Arc<Declared>,
        act: &Act,
        peer: Peer,
        request: Request,
    ) -> Result<Response, ApiError> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, DEED_BYTES_MAX).await.map_err(|_| {
            ApiError::invalid(
                format!("the request has more than {DEED_BYTES_MAX} bytes"),
                "send less at once",
            )
        })?;
        // What the request says may be what must not be written down, like whom to forget: only its digest is.
        let digest = HEXLOWER.encode(&Sha256::digest(&body));
        let detail = json!({"deed": route.action(), "path": parts.uri.path(), "sha256": digest});
        act.intend("deed.ask", detail).await?;
        let waiting = Waiting {
            route: route.clone(),
            address: parts.uri,
            kind: parts.headers.get(header::CONTENT_TYPE).cloned(),
            body,
            asker: act.caller().clone(),
            peer,
            asked_at: SystemClock.now(),
        };
        let expires_at = waiting.expires_at();
        let id = self
            .0
            .two_people
            .keep(waiting)
            .ok_or_else(|| ApiError::busy("too much waits for a second person"))?;
        let told = json!({"approval": id, "deed": route.action(), "needs": route.permission, "expires_at": expires_at});
        let approval = HeaderValue::try_from(id).map_err(|error| ApiError::internal(error.to_string()))?;
        Ok((StatusCode::ACCEPTED, [(APPROVAL_HEADER, approval)], Json(told)).into_response())
    }
}

fn refusal(caller: &Caller, permission: Permission) -> ApiError {
    let (name, status) = (&caller.name, StatusCode::FORBIDDEN);
    if caller.must_change_password {
        let hint = "send `current` and `new` to /api/v1/session/password";
        return ApiError::new(
            status,
            "password_change",
            format!("{name} must choose a password first"),
            hint,
        );
    }
    let roles: Vec<&str> =
        Role::ALL.into_iter().filter(|role| role.may(permission)).map(Role::name).collect();
    let hint = format!("the permission `{permission}` comes with the role {}", roles.join(" or "));
    ApiError::new(status, "forbidden", format!("{name} may not do this"), hint)
}

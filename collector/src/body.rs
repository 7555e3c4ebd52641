//! Reads the body of a request within bounds on size and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use palisade_access::ApiError;
use palisade_record::limits::REQUEST_BYTES_MAX;

use crate::admission::Reservation;

/// The budget is exhausted: the client should come again.
pub(crate) fn exhausted() -> ApiError {
    ApiError::busy("more requests are in work than fit into memory")
}

fn too_large() -> ApiError {
    let message = format!("the body is larger than {REQUEST_BYTES_MAX}");
    ApiError::too_large(message, "send the records in several smaller requests, or pack them")
}

/// The whole body. What it takes is added to the reservation as it arrives, so that a slow client holds little.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    reservation: &mut Reservation,
    patience: Duration,
) -> Result<Bytes, ApiError> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > REQUEST_BYTES_MAX.as_u64()) {
        return Err(too_large());
    }
    match tokio::time::timeout(patience, read_frames(body, reservation)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let message = format!("the body did not arrive within {} seconds", patience.as_secs());
            let hint = "send smaller requests over this connection";
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", message, hint))
        }
    }
}

async fn read_frames(mut body: Body, reservation: &mut Reservation) -> Result<Bytes, ApiError> {
    let mut content = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let message = format!("the body ended before it was complete: {error}");
            ApiError::invalid(message, "send the request again")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if (content.len() + data.len()) as u64 > REQUEST_BYTES_MAX.as_u64() {
            return Err(too_large());
        }
        reservation.grow(data.len() as u64).map_err(|_| exhausted())?;
        content.extend_from_slice(&data);
    }
    Ok(content.freeze())
}

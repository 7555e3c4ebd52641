//! New records as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::sse::{Event as SentEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use palisade_access::{Act, ApiError};
use tokio_stream::wrappers::ReceiverStream;

use super::request::{TailRequest, from_address, question};
use crate::Engine;
use crate::engine::Event;

/// Silence that proxies and browsers bear.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

pub(super) async fn tail(State(engine): State<Engine>, act: Act, uri: Uri) -> Result<Response, ApiError> {
    let request: TailRequest = from_address(&uri)?;
    let question = question((&act, &engine), &request.query, request.stream.as_ref(), None, None)?;
    // A tail has no end of its own: when its reader goes away, it is written down how much was seen.
    let (mut ending, mut records) = (act.ending(), 0);
    let events = ReceiverStream::new(engine.tail(question)?).map(move |event| {
        if let Event::Record(record) = &event {
            ending.sent(record.as_bytes());
            records += 1;
            ending.found(records);
        }
        Ok::<_, Infallible>(match event {
            Event::Record(record) => SentEvent::default().event("record").data(record),
            Event::Lag(dropped) => {
                SentEvent::default().event("lag").data(format!(r#"{{"dropped":{dropped}}}"#))
            }
        })
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

//! An answer that takes long, with lines before it that tell how far it has come.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError};

use super::json;
use super::records::NDJSON;
use crate::engine::{PROGRESS_EVERY, Progress};

/// An answer under way.
type Answering = Pin<Box<dyn Future<Output = Result<String, ApiError>> + Send>>;

/// The answer as JSON, when it comes soon. Else lines: `{"progress":{..}}` as long as it takes, and the answer at last, or
/// `{"error":{..}}`. Dropping the response cancels the question.
pub(super) async fn with_progress(
    act: &Act,
    progress: Arc<Progress>,
    answer: impl Future<Output = Result<String, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    let mut answer: Answering = Box::pin(answer);
    if let Ok(answer) = tokio::time::timeout(PROGRESS_EVERY, &mut answer).await {
        return Ok(json(answer?));
    }
    let first = Bytes::from(progress.line() + "\n");
    let under_way = Some((answer, act.ending()));
    let lines = futures::stream::unfold((Some(first), under_way, progress), |state| async move {
        let (first, under_way, progress) = state;
        if first.is_some() {
            return first.map(|line| (Ok::<_, Infallible>(line), (None, under_way, progress)));
        }
        let (mut answer, mut ending) = under_way?;
        let (line, rest) = match tokio::time::timeout(PROGRESS_EVERY, &mut answer).await {
            Err(_) => (progress.line(), Some((answer, ending))),
            Ok(Ok(text)) => {
                ending.sent(text.as_bytes());
                (ending.complete().await.map_or_else(|error| error_line(&error), |()| text), None)
            }
            Ok(Err(error)) => {
                ending.fail();
                (error_line(&error), None)
            }
        };
        Some((Ok(Bytes::from(line + "\n")), (None, rest, progress)))
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(lines)).into_response())
}

/// An error as it stands in the body of a refusal.
fn error_line(error: &ApiError) -> String {
    let ApiError { kind, message, hint, position, .. } = error;
    serde_json::json!({ "error": { "kind": kind, "message": message, "hint": hint, "position": position } })
        .to_string()
}

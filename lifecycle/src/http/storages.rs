//! Where the records are, how they are locked, and what went wrong last.

use axum::Json;
use axum::extract::State;

use super::Governed;
use crate::apply::Status;

/// The numbers of the last pass.
pub(super) async fn list(State(governed): State<Governed>) -> Json<Status> {
    Json(governed.lifecycle.status())
}

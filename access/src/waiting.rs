//! Work that waits for a disk, away from the threads that answer.

use crate::ApiError;

/// Does work that waits, where waiting is allowed.
///
/// # Errors
/// When it panics.
pub async fn waiting<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::internal(error.to_string()))
}

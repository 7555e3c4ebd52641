//! Holds, restores, and where records are, over HTTP.

mod holds;
mod restores;
mod storages;

use std::sync::Arc;

use palisade_access::{ApiError, Permission, Routes, waiting};
use palisade_record::{Clock, Timestamp, range};
use serde::Deserialize;

use crate::apply::{Error, Lifecycle};

/// What is known of the queries of holds.
pub trait HoldQueries: Send + Sync {
    /// The query as it may be written down for years: values that are protected in records are in it only sealed.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    fn kept(&self, query: &str) -> Result<String, String>;

    /// A kept query as people may see it.
    fn shown(&self, kept: &str) -> String;
}

/// What the routes ask. Clones share it.
#[derive(Clone)]
pub struct Governed {
    /// The lifecycle.
    pub lifecycle: Lifecycle,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How queries of holds are kept.
    pub queries: Arc<dyn HoldQueries>,
}

/// `GET`, `POST` and `DELETE /api/v1/holds`, `GET` and `POST /api/v1/restores`, `GET /api/v1/storages`.
pub fn routes(governed: Governed) -> Routes {
    Routes::new()
        .get("/api/v1/holds", Permission::SeeEvidence, holds::list)
        .post("/api/v1/holds", Permission::Govern, holds::place)
        .delete("/api/v1/holds/{id}", Permission::Govern, holds::release)
        .get("/api/v1/restores", Permission::SeeEvidence, restores::list)
        .post("/api/v1/restores", Permission::Govern, restores::request)
        .get("/api/v1/storages", Permission::SeeEvidence, storages::list)
        .with_state(governed)
}

/// A moment as clients write it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Moment(String);

impl Moment {
    fn read(moment: Option<&Self>, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
        let read = |moment: &Self| range::parse_moment(&moment.0, now);
        let wrong =
            |problem: String| ApiError::invalid(problem, "give from and to as times, or leave them out");
        moment.map(read).transpose().map_err(wrong)
    }
}

/// Work that waits for the catalog or a storage, where waiting is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, ApiError> {
    waiting(work).await?.map_err(|error| refusal(&error))
}

fn refusal(error: &Error) -> ApiError {
    let text = error.to_string();
    match error {
        Error::Hold(crate::HoldError::Unknown(_)) => {
            ApiError::not_found(text, "GET /api/v1/holds lists them")
        }
        Error::Hold(_) => ApiError::invalid(text, "correct the hold and send it again"),
        Error::Restore(_) | Error::Cost(_) => {
            ApiError::invalid(text, "name records that lie in an archive class, with from, to and stream")
        }
        _ => ApiError::unavailable(text, "see the program's own log"),
    }
}

//! What the doors need of the index, as a seam: behind it stands the index, or in tests whoever plays it.

use std::future::Future;
use std::pin::Pin;

use palisade_access::ApiError;
use palisade_index::{Error, ErrorKind, Index, Mark, Outcome, Receipt, Submission};

/// What a call that waits for the disk gives.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Keeps batches.
pub(crate) trait Storage: Send + Sync {
    /// Stores batches; answers when they are durable.
    fn append(&self, submission: Submission) -> Pending<'_, Result<Vec<Outcome>, Error>>;

    /// The positions of all lanes of an agent.
    fn marks(&self, agent: &str) -> Vec<Mark>;
}

impl Storage for Index {
    fn append(&self, submission: Submission) -> Pending<'_, Result<Vec<Outcome>, Error>> {
        Box::pin(async move {
            // Only a receipt, which has the proof in it, gives outcomes.
            let Receipt { outcomes, durable: _proof } = Self::append(self, submission).await?;
            Ok(outcomes)
        })
    }

    fn marks(&self, agent: &str) -> Vec<Mark> {
        Self::marks(self, agent)
    }
}

/// The answer to a client when the index refused.
pub(crate) fn refusal(error: &Error) -> ApiError {
    match error.kind() {
        ErrorKind::Full => ApiError::busy(error.to_string()),
        ErrorKind::Unavailable => {
            tracing::error!(%error, "records cannot be stored");
            ApiError::unavailable(error.to_string(), "keep the records and send them again later")
        }
        // Nothing that is stored reads an archive.
        ErrorKind::Archived | ErrorKind::Corrupt | ErrorKind::Withheld => {
            tracing::error!(%error, "records cannot be stored");
            ApiError::internal(error.to_string())
        }
    }
}

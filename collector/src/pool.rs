//! Threads for work that computes, so that the threads which wait for the network never do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use palisade_access::ApiError;
use tokio::sync::oneshot;

/// Named threads. How much work may wait for them is bounded by what [`crate::admission`] lets in.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<rayon::ThreadPool>);

impl Pool {
    /// So many threads.
    ///
    /// # Panics
    /// When the operating system starts no threads any more.
    pub(crate) fn new(threads: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|number| format!("collector-{number}"))
            .build();
        Self(Arc::new(pool.expect("a program that cannot start threads cannot run")))
    }

    /// Does the work there. Work that panics fails its own request and no other.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (sender, receiver) = oneshot::channel();
        self.0.spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            // Nobody waits any more when the client has gone.
            _ = sender.send(outcome);
        });
        match receiver.await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => {
                tracing::error!("a request could not be read because of a fault in the program");
                Err(ApiError::internal("the request could not be read because of a fault in the program"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_fails_alone() {
        let pool = Pool::new(1);
        let failed = pool.run(|| -> Result<(), ApiError> { panic!("on purpose") }).await;
        assert_eq!(failed.unwrap_err().kind, "internal");
        let name = pool.run(|| Ok(std::thread::current().name().map(str::to_owned))).await;
        assert_eq!(name.unwrap().as_deref(), Some("collector-0"));
    }
}

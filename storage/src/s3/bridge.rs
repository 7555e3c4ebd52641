//! From plain threads to the asynchronous client and back.

use std::future::Future;
use std::io;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio::runtime::{Builder, Runtime};

/// Two are enough: they move bytes and sign requests; hashing is done by the caller's thread.
const THREADS: usize = 2;

/// A small runtime of its own. Callers wait on a channel, not in the runtime: that is allowed on every thread, those of
/// rayon and of another runtime included.
pub(super) struct Bridge(Option<Runtime>);

/// What was begun and will be answered.
pub(super) struct Pending<T>(Receiver<T>);

impl Bridge {
    pub(super) fn open() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("storage-s3").enable_all();
        Ok(Self(Some(builder.build()?)))
    }

    /// Begins something.
    pub(super) fn start<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Pending<T> {
        let (sender, receiver) = sync_channel(1);
        if let Some(runtime) = &self.0 {
            // Nobody waits any more when the caller gave up: that is no fault.
            runtime.spawn(async move { _ = sender.send(work.await) });
        }
        Pending(receiver)
    }

    /// Does something and waits until it is done.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        self.start(work).wait()
    }
}

impl<T> Pending<io::Result<T>> {
    pub(super) fn wait(self) -> io::Result<T> {
        let gone = |_| io::Error::other("a request to the object storage was dropped before it was answered");
        self.0.recv().map_err(gone)?
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // Waiting for a runtime's end is not allowed on the threads of another; nothing is under way here any more.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_come_from_a_runtime_too_and_the_bridge_may_end_there() {
        let outer = Builder::new_current_thread().build().unwrap();
        let answer = outer.block_on(async { Bridge::open().unwrap().run(async { Ok(7) }) });
        assert_eq!(answer.unwrap(), 7);
    }

    #[test]
    fn a_request_that_dies_is_an_error() {
        let bridge = Bridge::open().unwrap();
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let pending: Pending<io::Result<()>> = bridge.start(async move {
            _ = receiver.await;
            Ok(())
        });
        drop(bridge);
        assert!(pending.wait().unwrap_err().to_string().contains("dropped"));
        drop(sender);
    }
}

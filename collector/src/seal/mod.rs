//! Sealing: protected values become envelopes before anything of a record reaches the disk.
//!
//! Batches are rewritten, and what is parsed into rows afterwards is the rewritten batch. So the journal gives the same
//! rows after a restart by the same way, and cannot give others.

mod batch; // all records of a batch
mod edit; // pieces of a record are replaced
mod find; // what of a record is protected
mod inner; // and of a message that is a record itself

#[cfg(test)]
mod tests;

use std::sync::Arc;

use palisade_access::ApiError;
use palisade_record::{Batch, StreamName};
use palisade_seal::policy::Policy;
use palisade_seal::{Error, Keyring};

use batch::BatchSealer;

/// What streams protect, and with which keys.
#[derive(Clone)]
pub struct Protections {
    keyring: Arc<Keyring>,
    policies: Arc<[Policy]>,
}

impl Protections {
    /// The policies of streams that protect something.
    pub fn new(keyring: Arc<Keyring>, policies: Arc<[Policy]>) -> Self {
        Self { keyring, policies }
    }

    fn of(&self, stream: &StreamName) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.stream() == stream && !policy.is_empty())
    }

    /// Seals what is protected in some batches; says whether any batch was of a stream that protects something. When it
    /// returns, every key that the envelopes need is durable.
    ///
    /// # Errors
    /// When keys cannot be made or written: nothing of the batches may be kept then.
    pub(crate) fn seal(&self, batches: &mut [Batch]) -> Result<bool, Error> {
        let mut is_protected = false;
        for of_stream in batches.chunk_by_mut(|left, right| left.stream == right.stream) {
            let stream = of_stream[0].stream.clone();
            let Some(policy) = self.of(&stream) else { continue };
            is_protected = true;
            let mut sealer = BatchSealer::new(policy, self.keyring.begin(stream.as_str())?);
            of_stream.iter_mut().try_for_each(|batch| sealer.seal(batch))?;
            let _proof = sealer.finish()?;
        }
        Ok(is_protected)
    }
}

impl std::fmt::Debug for Protections {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.policies.iter().map(Policy::stream)).finish()
    }
}

/// The answer to a client when its records cannot be sealed.
pub(crate) fn refusal(error: &Error) -> ApiError {
    tracing::error!(%error, "records cannot be sealed");
    ApiError::unavailable(
        format!("protected values cannot be sealed: {error}"),
        "keep the records and send them again later; the key store or its root key is out of order",
    )
}

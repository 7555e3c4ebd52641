//! Sealing: protected values become envelopes before anything of a record reaches the disk.
//!
//! Batches are rewritten, and what is parsed into rows afterwards is the rewritten batch. So the journal gives the same
//! rows after a restart by the same way, and cannot give others.

mod batch; // all records of a batch
mod edit; // pieces of a record are replaced
mod find; // what of a record is protected

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
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
    by_stream: Arc<BTreeMap<StreamName, Policy>>,
}

impl Protections {
    /// The policies of streams that protect something.
    pub fn new(keyring: Arc<Keyring>, policies: impl IntoIterator<Item = Policy>) -> Self {
        let by_stream = policies.into_iter().filter(|policy| !policy.is_empty());
        let by_stream = by_stream.map(|policy| (policy.stream().clone(), policy)).collect();
        Self { keyring, by_stream: Arc::new(by_stream) }
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
            let Some(policy) = self.by_stream.get(&stream) else { continue };
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
        formatter.debug_list().entries(self.by_stream.keys()).finish()
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

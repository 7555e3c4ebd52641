//! Gives a stored record its original bytes back.

use zeroize::Zeroizing;

use super::Keyring;
use crate::envelope::{Envelope, Kind, envelopes};
use crate::error::UnsealError;

/// A record with its envelopes opened, as far as that was possible. Those that did not open stand as they were.
#[derive(Debug)]
pub struct UnsealedRecord {
    /// The bytes. They are the exact original ones when nothing was erased and nothing refused.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Envelopes that were opened.
    pub opened: usize,
    /// Envelopes of subjects that were erased.
    pub erased: usize,
    /// Envelopes that did not open, and texts of the sender's that look like one: of unknown keys, changed or moved.
    pub refused: usize,
}

impl Keyring {
    /// Replaces every envelope in the bytes of a stored record by what it stands for. Only a failure of the key store or the
    /// root key is an error.
    pub fn unseal_record(
        &self,
        stream: &str,
        record: &[u8; 16],
        raw: &[u8],
    ) -> Result<UnsealedRecord, UnsealError> {
        let bytes = Zeroizing::new(Vec::with_capacity(raw.len()));
        let mut result = UnsealedRecord { bytes, opened: 0, erased: 0, refused: 0 };
        let mut copied = 0;
        for envelope in envelopes(raw) {
            let Some((start, end)) = place(raw, &envelope) else {
                result.refused += 1;
                continue;
            };
            match self.open_envelope(stream, record, [], &envelope) {
                Ok(unsealed) => {
                    result.bytes.extend_from_slice(&raw[copied..start]);
                    result.bytes.extend_from_slice(&unsealed.plaintext);
                    copied = end;
                    result.opened += 1;
                }
                Err(UnsealError::Erased) => result.erased += 1,
                Err(UnsealError::Keys(error)) => return Err(error.into()),
                Err(UnsealError::UnknownKey | UnsealError::Tampered | UnsealError::Malformed) => {
                    result.refused += 1;
                }
            }
        }
        result.bytes.extend_from_slice(&raw[copied..]);
        Ok(result)
    }
}

/// The bytes that the plaintext takes the place of; `None` where no envelope of that kind can stand.
fn place(raw: &[u8], envelope: &Envelope<'_>) -> Option<(usize, usize)> {
    let (start, end) = (envelope.range.start, envelope.range.end);
    match envelope.kind {
        Kind::Text => Some((start, end)),
        Kind::Record => (start == 0 && end == raw.len()).then_some((start, end)),
        Kind::Json => {
            let is_quoted = start > 0 && raw[start - 1] == b'"' && raw.get(end) == Some(&b'"');
            is_quoted.then(|| (start - 1, end + 1))
        }
    }
}

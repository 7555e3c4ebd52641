//! Answers that leave piece by piece, whose end is written down too.

use std::io;

use axum::body::Bytes;
use palisade_access::Ending;

use crate::engine::Chunks;

/// The first chunk and the rest as a stream for a body. The last one leaves when it is written down that all did. A failure breaks the
/// transfer off, so that nobody takes it for complete.
pub(super) fn leaving(
    first: Bytes,
    chunks: Chunks,
    ending: Ending,
) -> impl futures::Stream<Item = io::Result<Bytes>> {
    futures::stream::unfold(Some((first, chunks, ending)), |state| async move {
        let (bytes, mut chunks, mut ending) = state?;
        ending.sent(&bytes);
        ending.found(chunks.records());
        match chunks.next().await {
            Ok(Some(next)) => Some((Ok(bytes), Some((next, chunks, ending)))),
            Ok(None) => {
                let written = ending.complete().await;
                Some((written.map(|()| bytes).map_err(|unwritten| io::Error::other(unwritten.message)), None))
            }
            Err(failure) => {
                ending.fail();
                Some((Err(io::Error::other(failure.to_string())), None))
            }
        }
    })
}

//! Sealed values in records: their tokens are values that are searched, grouped and shown; their bodies are kept apart.

use palisade_index::Standing;
use palisade_seal::{Envelope, Kind, Token, envelopes};

/// What a token is written behind, in the stored record and as a value.
const LABEL: &str = "sealed:";

/// What is said of a record of which nothing could be read.
pub(super) const WHOLE: &str = "the record could not be read as what it seems to be, and is sealed whole";

/// A sealed value, taken apart: each part as text, and where it stands in the record.
pub(super) struct Parts<'a> {
    /// `sealed:` and the search token.
    pub(super) token: (&'a str, Standing),
    /// The ciphertext, as base64.
    pub(super) body: (&'a str, Standing),
}

/// Whether it is worth to look for envelopes in a text.
pub(super) fn may_be(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"<sealed:").is_some()
}

/// The parts of a text that is an envelope and nothing else, and stands in the record from `start` on.
pub(super) fn parts(text: &str, start: u32) -> Option<Parts<'_>> {
    Envelope::parse(text.as_bytes())?;
    let token_end = 1 + LABEL.len() + Token::TEXT_BYTES;
    let body_start = token_end + 1;
    let body_end = text.len().checked_sub(1)?;
    let place = |at: usize| u32::try_from(at).ok()?.checked_add(start);
    let part = |from: usize, to: usize| Some((text.get(from..to)?, Standing::Bare(place(from)?, place(to)?)));
    Some(Parts { token: part(1, token_end)?, body: part(body_start, body_end)? })
}

/// A text with its envelopes cut down to their tokens, in `buffer` when there are any.
pub(super) fn masked<'a>(text: &'a str, buffer: &'a mut String) -> &'a str {
    if !may_be(text) {
        return text;
    }
    buffer.clear();
    let mut at = 0;
    for envelope in envelopes(text.as_bytes()) {
        // An envelope is ASCII, so that what is between two of them is text.
        buffer.push_str(text.get(at..envelope.range.start).unwrap_or_default());
        let token_end = envelope.range.start + 1 + LABEL.len() + Token::TEXT_BYTES;
        buffer.push_str(text.get(envelope.range.start..token_end).unwrap_or_default());
        buffer.push('>');
        at = envelope.range.end;
    }
    buffer.push_str(text.get(at..).unwrap_or_default());
    buffer
}

/// Whether a payload is the envelope of a whole record.
pub(super) fn is_whole(payload: &[u8]) -> bool {
    payload.starts_with(b"<sealed:")
        && Envelope::parse(payload).is_some_and(|envelope| envelope.kind == Kind::Record)
}

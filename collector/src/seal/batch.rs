//! Rewrites a batch with envelopes in the place of what is protected.

use palisade_record::limits::{STORED_BATCH_BYTES_MAX, STORED_RECORD_BYTES_MAX};
use palisade_record::{Batch, RecordId};
use palisade_seal::policy::Policy;
use palisade_seal::{Error, Kind, Proof, Protected, Sealing};
use zeroize::Zeroize;

use super::edit::{Edit, Verdict};
use super::find::{Finder, Subject};

/// The protection under which records are sealed of which nothing is known.
const UNREAD: &str = "palisade.unread";

/// Seals the records of one stream.
pub(super) struct BatchSealer<'a> {
    sealing: Sealing<'a>,
    finder: Finder<'a>,
}

impl<'a> BatchSealer<'a> {
    pub(super) fn new(policy: &'a Policy, sealing: Sealing<'a>) -> Self {
        Self { sealing, finder: Finder::new(policy) }
    }

    /// Makes the keys durable that were used.
    pub(super) fn finish(self) -> Result<Proof, Error> {
        self.sealing.finish()
    }

    /// Rewrites a batch; what it was made of is wiped.
    pub(super) fn seal(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let prefix = batch.lane.id_prefix();
        let mut payloads = Vec::with_capacity(batch.payloads.len() * 2);
        let mut frames = Vec::with_capacity(batch.frames.len());
        for frame in &batch.frames {
            let payload = batch.payload(frame);
            let start = payloads.len();
            let id = RecordId { prefix, offset: frame.offset }.to_bytes();
            let (verdict, subject) = self.finder.find(payload, frame.flags);
            self.rewrite(&id, payload, verdict, &subject, &mut payloads)?;
            let is_full = payloads.len() > STORED_BATCH_BYTES_MAX.as_usize() / 2;
            if payloads.len() - start > STORED_RECORD_BYTES_MAX.as_usize() || is_full {
                // Many small pieces grow more than one large one.
                payloads.truncate(start);
                self.rewrite(&id, payload, Verdict::Whole, &subject, &mut payloads)?;
            }
            let mut sealed = frame.clone();
            sealed.payload = start..payloads.len();
            if sealed.original_bytes == payload.len() as u64 {
                sealed.original_bytes = (payloads.len() - start) as u64;
            }
            frames.push(sealed);
        }
        batch.payloads.zeroize();
        batch.payloads = payloads;
        batch.frames = frames;
        Ok(())
    }

    fn rewrite(
        &mut self,
        record: &[u8; 16],
        payload: &[u8],
        verdict: Verdict<'a>,
        subject: &Subject<'a>,
        target: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let subject = subject.as_ref().map(|(name, value)| (*name, value.as_str()));
        match verdict {
            Verdict::Clear => target.extend_from_slice(payload),
            Verdict::Whole => {
                let whole = Protected {
                    record,
                    name: UNREAD,
                    kind: Kind::Record,
                    subject,
                    value: "",
                    plaintext: payload,
                };
                self.sealing.seal(&whole, target)?;
            }
            Verdict::Pieces(edits) => {
                let mut at = 0;
                for Edit { range, name, is_value, value } in edits {
                    target.extend_from_slice(&payload[at..range.start]);
                    let kind = if is_value { Kind::Json } else { Kind::Text };
                    let plaintext = &payload[range.clone()];
                    let quote: &[u8] = if is_value { b"\"" } else { b"" };
                    target.extend_from_slice(quote);
                    self.sealing
                        .seal(&Protected { record, name, kind, subject, value: &value, plaintext }, target)?;
                    target.extend_from_slice(quote);
                    at = range.end;
                    let mut value = value;
                    value.zeroize();
                }
                target.extend_from_slice(&payload[at..]);
            }
        }
        Ok(())
    }
}

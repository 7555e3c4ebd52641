//! Which batch each row came with, and where in it: from this follow a row's identity, origin, arrival and receipt.
//!
//! ```text
//! placement = batch:integers offset:integers flags
//! flags     = 0 | 1 flag:u8*                           none has any | one for each row
//! ```

use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Lane, RecordId, Timestamp};

use crate::encoding::{Integers, integers};

/// A batch as far as its rows need it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Arrival {
    /// Where its bytes come from.
    pub(crate) lane: Arc<Lane>,
    /// The first half of its records' ids.
    pub(crate) id_prefix: u64,
    /// Counts batches in the order in which they were made durable.
    pub(crate) sequence: u64,
    /// When the collector got it.
    pub(crate) received_at: Timestamp,
}

impl Arrival {
    pub(crate) fn new(lane: Arc<Lane>, sequence: u64, received_at: Timestamp) -> Self {
        let id_prefix = lane.id_prefix();
        Self { lane, id_prefix, sequence, received_at }
    }
}

/// The place of every row of a block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Placement {
    /// Position in the block's list of arrivals.
    pub(crate) batches: Vec<u32>,
    /// Offset in the file.
    pub(crate) offsets: Vec<u64>,
    /// `FrameFlags` bits; empty when no row has any.
    pub(crate) flags: Vec<u8>,
}

impl Placement {
    pub(crate) fn push(&mut self, batch: u32, offset: u64, flags: u8) {
        if flags != 0 && self.flags.is_empty() {
            self.flags.resize(self.batches.len(), 0);
        }
        if flags != 0 || !self.flags.is_empty() {
            self.flags.push(flags);
        }
        self.batches.push(batch);
        self.offsets.push(offset);
    }

    pub(crate) fn id(&self, row: usize, arrivals: &[Arrival]) -> RecordId {
        RecordId { prefix: arrivals[self.batches[row] as usize].id_prefix, offset: self.offsets[row] }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let batches: Vec<i64> = self.batches.iter().map(|batch| i64::from(*batch)).collect();
        integers::encode(&batches, &mut writer);
        let offsets: Vec<i64> = self.offsets.iter().map(|offset| offset.cast_signed()).collect();
        integers::encode(&offsets, &mut writer);
        writer.u8(u8::from(!self.flags.is_empty()));
        writer.raw(&self.flags);
        writer.finish()
    }

    /// Reads the places of `rows` rows that came with `arrivals` batches.
    pub(crate) fn decode(bytes: &[u8], rows: u32, arrivals: usize) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let rows = rows as usize;
        let known = |batch: i64| u32::try_from(batch).ok().filter(|batch| (*batch as usize) < arrivals);
        let batches = Integers::decode(&mut reader, rows)?.to_vec();
        let batches: Option<Vec<u32>> = batches.into_iter().map(known).collect();
        let batches = batches.ok_or_else(|| reader.malformed("row of a batch that is not listed"))?;
        let offsets = Integers::decode(&mut reader, rows)?.to_vec();
        let offsets = offsets.into_iter().map(i64::cast_unsigned).collect();
        let flags = match reader.u8()? {
            0 => Vec::new(),
            1 => reader.raw(rows)?.to_vec(),
            _ => return Err(reader.malformed("unknown kind of flags")),
        };
        Ok(Self { batches, offsets, flags })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.batches.len() * size_of::<u32>() + self.offsets.len() * size_of::<u64>() + self.flags.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_come_back(rows in proptest::collection::vec((0u32..5, any::<u64>(), 0u8..3), 0..50)) {
            let mut placement = Placement::default();
            for (batch, offset, flags) in &rows {
                placement.push(*batch, *offset, *flags);
            }
            let decoded = Placement::decode(&placement.encode(), u32::try_from(rows.len()).unwrap(), 5).unwrap();
            prop_assert_eq!(decoded, placement);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), rows in any::<u32>()) {
            _ = Placement::decode(&bytes, rows, 3);
        }
    }
}

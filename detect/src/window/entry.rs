//! An event as a window remembers it.

use std::cmp::Reverse;

use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{RecordId, Timestamp};

/// An event that counts for a group.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Entry {
    /// When it happened.
    pub time: Timestamp,
    /// Counts events in the order in which they became durable: decides between events of one time.
    pub order: u64,
    /// The rule of a correlation that found it, counted from 0.
    pub slot: u16,
    /// What is counted or summed up: the fingerprint of a value, or the bits of a number.
    pub value: u64,
    /// How many events it stands for: those of one moment that are alike can be one entry.
    pub weight: u32,
    /// Who the record is.
    pub id: RecordId,
}

impl Entry {
    /// Entries lie in this order. A record that two rules of a correlation found comes with the later rule first: it cannot be its own
    /// predecessor.
    pub(crate) fn key(&self) -> (Timestamp, u64, Reverse<u16>) {
        (self.time, self.order, Reverse(self.slot))
    }

    /// Whether both happened in one moment, and count for the same.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (self.time, self.slot, self.value) == (other.time, other.slot, other.value)
    }

    /// The value as a number.
    pub(crate) fn number(&self) -> f64 {
        f64::from_bits(self.value)
    }

    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.signed(self.time.as_nanos());
        writer.varint(self.order);
        writer.varint(u64::from(self.slot));
        writer.u64(self.value);
        writer.varint(u64::from(self.weight));
        writer.u64(self.id.prefix);
        writer.varint(self.id.offset);
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            time: Timestamp::from_nanos(reader.signed()?),
            order: reader.varint()?,
            slot: u16::try_from(reader.varint()?).map_err(|_| reader.malformed("slot past 65,535"))?,
            value: reader.u64()?,
            weight: u32::try_from(reader.varint()?).map_err(|_| reader.malformed("weight past 32 bits"))?,
            id: RecordId { prefix: reader.u64()?, offset: reader.varint()? },
        })
    }
}

//! The orders in which records are told, as numbers that can be compared.

use palisade_index::{Block, Split};
use palisade_record::RecordId;

use super::Failure;
use crate::filter::RowBitmap;

/// The place of a record in an order: smaller keys come first.
pub(crate) type Key = (u64, u64, u64);

/// An order of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// By time and id, newest first.
    Newest,
    /// By time and id, oldest first.
    Oldest,
    /// As they arrived.
    Arrival,
}

/// The sign bit: with it flipped, times compare as unsigned numbers.
const SIGN: u64 = 1 << 63;

impl Order {
    /// The first part of the key of a time.
    pub(crate) fn time(self, nanos: i64) -> u64 {
        let ascending = nanos.cast_unsigned() ^ SIGN;
        if self == Self::Newest { !ascending } else { ascending }
    }

    /// The key of a record by its time.
    pub(crate) fn key(self, nanos: i64, id: RecordId) -> Key {
        let flip = |part: u64| if self == Self::Newest { !part } else { part };
        (self.time(nanos), flip(id.prefix), flip(id.offset))
    }

    /// A key that no record of a block comes before.
    pub(crate) fn first_possible(self, block: &Block) -> Key {
        match self {
            Self::Newest => (self.time(block.info().newest.as_nanos()), 0, 0),
            Self::Oldest => (self.time(block.info().oldest.as_nanos()), 0, 0),
            Self::Arrival => (block.sequences().start, 0, 0),
        }
    }

    /// A key that no record of a split comes before.
    pub(crate) fn first_possible_of_split(self, split: &Split) -> Key {
        let (oldest, newest) = split.span();
        match self {
            Self::Newest => (self.time(newest.as_nanos()), 0, 0),
            Self::Oldest => (self.time(oldest.as_nanos()), 0, 0),
            Self::Arrival => (split.first_batch(), 0, 0),
        }
    }

    /// The keys of some rows, in order.
    pub(crate) fn keys(self, block: &Block, rows: &RowBitmap) -> Result<Vec<(Key, u32)>, Failure> {
        let mut keys: Vec<(Key, u32)> = if self == Self::Arrival {
            let arrivals = block.arrivals()?;
            let key = |row: u32| (arrivals[row as usize].0, arrivals[row as usize].1, 0);
            rows.iter().map(|row| (key(row), row)).collect()
        } else {
            let (times, ids) = (block.times()?, block.ids()?);
            rows.iter().map(|row| (self.key(times[row as usize], ids[row as usize]), row)).collect()
        };
        keys.sort_unstable();
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_times_and_ids() {
        let id = |prefix, offset| RecordId { prefix, offset };
        let records = [(-5, id(1, 1)), (0, id(0, 9)), (0, id(1, 0)), (0, id(1, 7)), (i64::MAX, id(0, 0))];
        assert!(records.iter().map(|(time, id)| Order::Oldest.key(*time, *id)).is_sorted());
        assert!(records.iter().rev().map(|(time, id)| Order::Newest.key(*time, *id)).is_sorted());
    }
}

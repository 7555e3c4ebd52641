//! Numbers in memory, in the narrowest of four widths.

use super::super::bits::{Unpacked, width_of};

/// Unsigned numbers.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    /// So many zeros.
    Constant(usize),
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Words(Vec<u32>),
    Longs(Vec<u64>),
}

impl Stored {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Constant(count) => *count,
            Self::Bytes(all) => all.len(),
            Self::Shorts(all) => all.len(),
            Self::Words(all) => all.len(),
            Self::Longs(all) => all.len(),
        }
    }

    pub(super) fn get(&self, position: usize) -> u64 {
        match self {
            Self::Constant(_) => 0,
            Self::Bytes(all) => u64::from(all[position]),
            Self::Shorts(all) => u64::from(all[position]),
            Self::Words(all) => u64::from(all[position]),
            Self::Longs(all) => all[position],
        }
    }

    pub(super) fn for_each(&self, mut action: impl FnMut(u64)) {
        match self {
            Self::Constant(count) => (0..*count).for_each(|_| action(0)),
            Self::Bytes(all) => all.iter().for_each(|one| action(u64::from(*one))),
            Self::Shorts(all) => all.iter().for_each(|one| action(u64::from(*one))),
            Self::Words(all) => all.iter().for_each(|one| action(u64::from(*one))),
            Self::Longs(all) => all.iter().for_each(|one| action(*one)),
        }
    }

    /// In the width that the largest of them needs.
    pub(super) fn narrowest(numbers: Vec<u64>) -> Self {
        match width_of(numbers.iter().fold(0, |bits, number| bits | number)) {
            0 => Self::Constant(numbers.len()),
            1..=8 => Self::Bytes(narrow(&numbers)),
            9..=16 => Self::Shorts(narrow(&numbers)),
            17..=32 => Self::Words(narrow(&numbers)),
            _ => Self::Longs(numbers),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::Bytes(all) => all.capacity(),
            Self::Shorts(all) => all.capacity() * 2,
            Self::Words(all) => all.capacity() * 4,
            Self::Longs(all) => all.capacity() * 8,
        }
    }
}

fn narrow<T: Unpacked>(numbers: &[u64]) -> Vec<T> {
    numbers.iter().map(|number| T::lowest(*number)).collect()
}

//! The words of a unit at rest: small, for they wait for their split as long as its blocks do.

use super::hash::HASH_BITS;
use super::letters::SEPARATOR;
use super::rice::{BitReader, BitWriter, rice_bits};

/// The distinct words of a block, or of the dictionaries that the blocks of a slice share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct UnitWords {
    /// Words without digits, and heads of those with; sorted.
    letters: Box<str>,
    /// Differences of the sorted hashes of words with digits, as Rice codes.
    hashes: Box<[u8]>,
    hash_count: usize,
    rice_bits: u32,
}

impl UnitWords {
    /// From a sorted list of words and sorted, distinct hashes.
    pub(super) fn new(letters: Box<str>, hashes: &[u64]) -> Self {
        let rice_bits = rice_bits(1 << HASH_BITS, hashes.len() as u64);
        let (mut writer, mut last) = (BitWriter::default(), 0);
        for hash in hashes {
            writer.rice(hash - last, rice_bits);
            last = *hash;
        }
        Self { letters, hashes: writer.take().into(), hash_count: hashes.len(), rice_bits }
    }

    /// Words without digits, and heads of those with, sorted.
    pub(super) fn letters(&self) -> impl Iterator<Item = &str> {
        self.letters.split(SEPARATOR).filter(|word| !word.is_empty())
    }

    /// The hashes of words with digits, ascending.
    pub(crate) fn hashes(&self) -> Hashes<'_> {
        Hashes {
            reader: BitReader::new(&self.hashes),
            left: self.hash_count,
            last: 0,
            rice_bits: self.rice_bits,
        }
    }

    /// How many words with digits there are.
    pub(crate) fn hash_count(&self) -> usize {
        self.hash_count
    }

    /// What it takes in memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.letters.len() + self.hashes.len()
    }
}

/// Hashes, ascending.
pub(crate) struct Hashes<'a> {
    reader: BitReader<'a>,
    left: usize,
    last: u64,
    rice_bits: u32,
}

impl Iterator for Hashes<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        self.last += self.reader.rice(self.rice_bits)?;
        Some(self.last)
    }
}

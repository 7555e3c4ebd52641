//! A sequence of numbers, in whichever form is shortest.
//!
//! ```text
//! integers  = (nothing, when there are none)
//!           | form:u8 base:signed residuals(count)                                     value = base + scale * residual
//!           | form:u8 base:signed first:varint step:signed residuals(count - 1)        each is the one before it, plus step,
//!                                                                                      plus its residual; first comes first
//! form      = 2 * scale + differences        scale 0, 1, 2, 3: 1, 10^3, 10^6, 10^9; differences 0 or 1
//! residuals = 0                                                                        all are 0
//!           | 1 width:u8 packed                                                        bits.rs
//!           | 2 width:u8 low:u8 length:varint zstd packed                              the bits above `low` as one byte each,
//!                                                                                      packed with zstd; then the `low` bits
//!           | 3 layout:u8 length:varint value:varint*length listed                        common values and what layout says:
//! listed    = residuals(codes)                                                         layout 0: positions in the list
//!           | residuals(codes) others                                                  1: code 0 is the next other number;
//!                                                                                      c > 0 is position c - 1
//!           | packed(1 bit each) residuals(codes) others                               2: 1: the next code's value; 0: the
//!                                                                                      next other number
//! others    = base:varint residuals                                                    base plus residual
//!           | 4 apart:varint (step:varint number:varint)*apart residuals                 some numbers stand apart: how far
//!                                                                                      behind the one before, and what;
//!                                                                                      the residuals have any there
//! ```
//! Of these forms, 4 may hold 3 and neither holds itself.

mod choose; // which form is shortest
mod common; // values that occur often
mod patched; // a few values far from the rest
mod stored; // numbers in memory

pub(crate) use choose::encode;

use palisade_record::wire::{Malformed, Reader};

use super::bits::{unpack, width_of};
use crate::pack;
use stored::Stored;

const CONSTANT: u8 = 0;
const PACKED: u8 = 1;
const SPLIT: u8 = 2;
const COMMON: u8 = 3;
const PATCHED: u8 = 4;

/// Which forms that hold others are allowed: this bounds how deep they go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Nesting {
    Plain,
    Common,
    Patched,
}

/// Factors that times have: all are whole seconds, milliseconds or microseconds, counted in nanoseconds.
const SCALES: [u64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// Most values that a list of common ones has: their codes, and the code for all others, take one byte.
const COMMON_MAX: usize = 255;

/// A sequence of numbers, any of which is found at once.
#[derive(Clone, Debug)]
pub(crate) struct Integers {
    base: i64,
    scale: u64,
    stored: Stored,
}

impl Integers {
    /// Holds numbers that were not read.
    pub(crate) fn of(values: &[i64]) -> Self {
        let base = values.iter().copied().min().unwrap_or(0);
        let residuals = values.iter().map(|value| value.wrapping_sub(base).cast_unsigned()).collect();
        Self { base, scale: 1, stored: Stored::narrowest(residuals) }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.stored.len()
    }

    /// The number at a position.
    ///
    /// # Panics
    /// When there are not so many.
    pub(crate) fn get(&self, position: usize) -> i64 {
        let residual = self.stored.get(position);
        self.base.wrapping_add(residual.wrapping_mul(self.scale).cast_signed())
    }

    /// All of them.
    pub(crate) fn to_vec(&self) -> Vec<i64> {
        let (base, scale) = (self.base, self.scale);
        let value = |residual: u64| base.wrapping_add(residual.wrapping_mul(scale).cast_signed());
        match &self.stored {
            Stored::Constant(count) => vec![base; *count],
            Stored::Bytes(all) => all.iter().map(|one| value(u64::from(*one))).collect(),
            Stored::Shorts(all) => all.iter().map(|one| value(u64::from(*one))).collect(),
            Stored::Words(all) => all.iter().map(|one| value(u64::from(*one))).collect(),
            Stored::Longs(all) => all.iter().map(|one| value(*one)).collect(),
        }
    }

    /// Bytes of memory that they take.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.stored.memory_bytes()
    }

    /// Reads `count` numbers, which the caller bounds.
    ///
    /// # Errors
    /// When the bytes are not so many numbers.
    pub(crate) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Self, Malformed> {
        if count == 0 {
            return Ok(Self { base: 0, scale: 1, stored: Stored::Constant(0) });
        }
        let form = reader.u8()?;
        let scale = *SCALES.get(usize::from(form >> 1)).ok_or_else(|| reader.malformed("unknown scale"))?;
        let base = reader.signed()?;
        if form & 1 == 0 {
            return Ok(Self { base, scale, stored: decode_residuals(reader, count, Nesting::Patched)? });
        }
        let first = reader.varint()?;
        let step = reader.signed()?.cast_unsigned();
        let residuals = decode_residuals(reader, count - 1, Nesting::Patched)?;
        let mut numbers = Vec::with_capacity(count);
        let mut number = first;
        numbers.push(number);
        residuals.for_each(|residual| {
            number = number.wrapping_add(step).wrapping_add(residual);
            numbers.push(number);
        });
        Ok(Self { base, scale, stored: Stored::narrowest(numbers) })
    }
}

fn decode_residuals(reader: &mut Reader<'_>, count: usize, nesting: Nesting) -> Result<Stored, Malformed> {
    match reader.u8()? {
        CONSTANT => Ok(Stored::Constant(count)),
        PACKED => {
            let width = reader.u8()?;
            match width {
                0..=8 => unpack(reader, width, count).map(Stored::Bytes),
                9..=16 => unpack(reader, width, count).map(Stored::Shorts),
                17..=32 => unpack(reader, width, count).map(Stored::Words),
                _ => unpack(reader, width, count).map(Stored::Longs),
            }
        }
        SPLIT => decode_split(reader, count),
        COMMON if nesting >= Nesting::Common => common::decode(reader, count),
        PATCHED if nesting >= Nesting::Patched => patched::decode(reader, count),
        _ => Err(reader.malformed("unknown form of numbers")),
    }
}

fn decode_split(reader: &mut Reader<'_>, count: usize) -> Result<Stored, Malformed> {
    let (width, low) = (reader.u8()?, reader.u8()?);
    if width > 64 || low >= width || width - low > 8 {
        return Err(reader.malformed("widths of split numbers"));
    }
    let frame = reader.bytes(reader.remaining())?;
    let high = pack::decompress(frame, count).ok_or_else(|| reader.malformed("zstd frame is damaged"))?;
    if low == 0 {
        return Ok(Stored::Bytes(high));
    }
    Ok(match width {
        ..=16 => {
            let mut all: Vec<u16> = unpack(reader, low, count)?;
            all.iter_mut().zip(&high).for_each(|(number, high)| *number |= u16::from(*high) << low);
            Stored::Shorts(all)
        }
        17..=32 => {
            let mut all: Vec<u32> = unpack(reader, low, count)?;
            all.iter_mut().zip(&high).for_each(|(number, high)| *number |= u32::from(*high) << low);
            Stored::Words(all)
        }
        _ => {
            let mut all: Vec<u64> = unpack(reader, low, count)?;
            all.iter_mut()
                .zip(&high)
                .for_each(|(number, high)| *number |= u64::from(*high).wrapping_shl(u32::from(low)));
            Stored::Longs(all)
        }
    })
}

#[cfg(test)]
mod tests;

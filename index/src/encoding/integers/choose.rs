//! Finds the shortest form of a sequence of numbers and writes it.

use palisade_record::wire::Writer;

use super::super::bits::{pack, width_of};
use super::{CONSTANT, Nesting, PACKED, SCALES, SPLIT, common, patched};
use crate::pack;

/// Fewer bytes do not pay for the header and the tables of a zstd frame.
const SPLIT_NUMBERS_MIN: usize = 256;

/// One in so many is not worth the time to unpack it.
const SPLIT_GAIN_MIN: usize = 40;

/// What a zstd frame of bytes costs beside their entropy: its headers and the table of its code.
const FRAME_BITS: usize = 400;

/// Writes the numbers; their count is not written.
pub(crate) fn encode(values: &[i64], target: &mut Writer) {
    let Some((least, most)) = extremes(values) else { return };
    let mut residuals: Vec<u64> =
        values.iter().map(|value| value.wrapping_sub(least).cast_unsigned()).collect();
    let mut range = most.wrapping_sub(least).cast_unsigned();
    let scale = scale_of(&residuals, range);
    if scale > 0 {
        residuals.iter_mut().for_each(|residual| *residual /= SCALES[scale]);
        range /= SCALES[scale];
    }
    let form = 2 * scale.to_le_bytes()[0];
    if let Some((step, span)) = steps(&residuals)
        && width_of(span) + 1 < width_of(range)
    {
        target.u8(form + 1);
        target.signed(least);
        target.varint(residuals[0]);
        target.signed(step);
        for position in (1..residuals.len()).rev() {
            let difference = residuals[position].wrapping_sub(residuals[position - 1]);
            residuals[position] = difference.wrapping_sub(step.cast_unsigned());
        }
        return encode_residuals(&residuals[1..], Nesting::Patched, target);
    }
    target.u8(form);
    target.signed(least);
    encode_residuals(&residuals, Nesting::Patched, target);
}

/// The first and the last of the numbers, in the order in which they lie closest: that of signed numbers, or, for 64-bit
/// numbers without a sign that grow, theirs.
fn extremes(values: &[i64]) -> Option<(i64, i64)> {
    if values.is_sorted_by_key(|value| value.cast_unsigned()) {
        return Some((*values.first()?, *values.last()?));
    }
    Some((values.iter().copied().min()?, values.iter().copied().max()?))
}

/// The largest scale that divides all of them.
fn scale_of(residuals: &[u64], range: u64) -> usize {
    let divides = |scale: u64| range >= scale && residuals.iter().all(|residual| residual % scale == 0);
    // A scale divides only what the smaller ones divide.
    (1..SCALES.len()).take_while(|scale| divides(SCALES[*scale])).last().unwrap_or(0)
}

/// The least difference of neighbours, and how much larger the largest is.
fn steps(numbers: &[u64]) -> Option<(i64, u64)> {
    if numbers.len() < 3 {
        return None;
    }
    if numbers.is_sorted() {
        let differences = || numbers.windows(2).map(|pair| pair[1] - pair[0]);
        let (least, most) = (differences().min()?, differences().max()?);
        return Some((i64::try_from(least).ok()?, most - least));
    }
    // Differences of smaller numbers, and those of the differences, are signed 64-bit numbers.
    if numbers.iter().any(|number| *number > u64::MAX >> 2) {
        return None;
    }
    let differences = || numbers.windows(2).map(|pair| pair[1].cast_signed() - pair[0].cast_signed());
    let (least, most) = (differences().min()?, differences().max()?);
    Some((least, (most - least).cast_unsigned()))
}

pub(super) fn encode_residuals(numbers: &[u64], nesting: Nesting, target: &mut Writer) {
    let width = width_of(numbers.iter().fold(0, |bits, number| bits | number));
    if width == 0 {
        return target.u8(CONSTANT);
    }
    if nesting == Nesting::Patched
        && let Some(narrow) = patched::find(numbers, width)
    {
        let (mut whole, mut apart) = (Writer::new(), Writer::new());
        encode_residuals(numbers, Nesting::Common, &mut whole);
        patched::encode(numbers, narrow, &mut apart);
        return target.raw(if apart.len() < whole.len() { apart.as_slice() } else { whole.as_slice() });
    }
    let packed_bits = numbers.len() * usize::from(width) + 16;
    let low = width.saturating_sub(8);
    let split_bits = if numbers.len() < SPLIT_NUMBERS_MIN {
        usize::MAX
    } else {
        let mut frequencies = [0usize; 256];
        for number in numbers {
            frequencies[usize::from((number >> low).to_le_bytes()[0])] += 1;
        }
        entropy_bits(frequencies.into_iter(), numbers.len()) + numbers.len() * usize::from(low) + FRAME_BITS
    };
    let least = packed_bits.min(split_bits);
    if nesting != Nesting::Plain
        && let Some(common) = common::find(numbers, width)
        && common.bits < least
    {
        return common::encode(numbers, &common, target);
    }
    if split_bits < packed_bits - packed_bits / SPLIT_GAIN_MIN && encode_split(numbers, width, low, target) {
        return;
    }
    target.u8(PACKED);
    target.u8(width);
    pack(numbers.iter().copied(), width, target);
}

/// `false`, and nothing is written, when zstd does not make them smaller.
fn encode_split(numbers: &[u64], width: u8, low: u8, target: &mut Writer) -> bool {
    let high: Vec<u8> = numbers.iter().map(|number| (number >> low).to_le_bytes()[0]).collect();
    let Some(frame) = pack::compress(&high) else { return false };
    if frame.len() * 8 >= high.len() * usize::from(width - low) {
        return false;
    }
    target.u8(SPLIT);
    target.u8(width);
    target.u8(low);
    target.bytes(&frame);
    pack(numbers.iter().copied(), low, target);
    true
}

/// Bits that a perfect code needs for `total` symbols with these frequencies; within one percent.
pub(super) fn entropy_bits(frequencies: impl Iterator<Item = usize>, total: usize) -> usize {
    let whole = logarithm(total);
    frequencies
        .filter(|count| *count > 0)
        .map(|count| (count * (whole - logarithm(count))) >> LOGARITHM_BITS)
        .sum()
}

/// Bits behind the point of [`logarithm`].
const LOGARITHM_BITS: u32 = 12;

/// The binary logarithm of a positive number, in units of 2^-12.
fn logarithm(number: usize) -> usize {
    let whole = number.ilog2();
    let one = 1usize << LOGARITHM_BITS;
    let fraction = if whole >= LOGARITHM_BITS {
        number >> (whole - LOGARITHM_BITS)
    } else {
        number << (LOGARITHM_BITS - whole)
    };
    let fraction = fraction - one;
    // log2(1 + x) is near x + 0.344 x (1 - x) for x from 0 to 1.
    let bend = fraction * (one - fraction) / one * 344 / 1000;
    whole as usize * one + fraction + bend
}

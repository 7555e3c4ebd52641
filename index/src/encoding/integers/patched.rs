//! Numbers of which a few are far larger than the rest: these stand apart, so that the rest take fewer bits.

use palisade_record::wire::{Malformed, Reader, Writer};

use super::choose::encode_residuals;
use super::{Nesting, PATCHED, Stored, decode_residuals, width_of};

/// Bits of the position of a number that stands apart, about.
const POSITION_BITS: usize = 12;

/// Fewer numbers are not worth a second form.
const NUMBERS_MIN: usize = 64;

/// The width of most numbers, when it is worth to let the wider ones stand apart.
pub(super) fn find(numbers: &[u64], width: u8) -> Option<u8> {
    if numbers.len() < NUMBERS_MIN || width < 4 {
        return None;
    }
    let mut of_width = [0usize; 65];
    for number in numbers {
        of_width[usize::from(width_of(*number))] += 1;
    }
    let whole = numbers.len() * usize::from(width);
    let (mut apart, mut best) = (0, (whole - whole / 16, None));
    for narrow in (1..width).rev() {
        apart += of_width[usize::from(narrow) + 1];
        let bits = numbers.len() * usize::from(narrow) + apart * (usize::from(width) + POSITION_BITS);
        if bits < best.0 {
            best = (bits, Some(narrow));
        }
    }
    best.1
}

pub(super) fn encode(numbers: &[u64], narrow: u8, target: &mut Writer) {
    let is_apart = |number: &u64| width_of(*number) > narrow;
    target.u8(PATCHED);
    target.varint(numbers.iter().filter(|number| is_apart(number)).count() as u64);
    let mut last = 0;
    for (position, number) in numbers.iter().enumerate().filter(|(_, number)| is_apart(number)) {
        target.varint((position - last) as u64);
        target.varint(*number);
        last = position;
    }
    let rest: Vec<u64> = numbers.iter().map(|number| if is_apart(number) { 0 } else { *number }).collect();
    encode_residuals(&rest, Nesting::Common, target);
}

pub(super) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Stored, Malformed> {
    let apart = reader.count(count.min(reader.remaining()))?;
    let (mut patches, mut position) = (Vec::with_capacity(apart), 0usize);
    for _ in 0..apart {
        position += reader.count(count)?;
        if position >= count {
            return Err(reader.malformed("position of a number that stands apart"));
        }
        patches.push((position, reader.varint()?));
    }
    let rest = decode_residuals(reader, count, Nesting::Common)?;
    let mut numbers = Vec::with_capacity(count);
    rest.for_each(|number| numbers.push(number));
    for (position, number) in patches {
        numbers[position] = number;
    }
    Ok(Stored::narrowest(numbers))
}

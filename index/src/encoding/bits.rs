//! Numbers of a given number of bits, one after the other without gaps, lowest bit first.

use palisade_record::wire::{Malformed, Reader, Writer};

/// An unsigned number that a packed one is unpacked into.
pub(crate) trait Unpacked: Copy + Default {
    /// The lowest bits of a number.
    fn lowest(number: u64) -> Self;
}

impl Unpacked for u8 {
    fn lowest(number: u64) -> Self {
        number.to_le_bytes()[0]
    }
}

impl Unpacked for u16 {
    fn lowest(number: u64) -> Self {
        let [first, second, ..] = number.to_le_bytes();
        Self::from_le_bytes([first, second])
    }
}

impl Unpacked for u32 {
    fn lowest(number: u64) -> Self {
        let [first, second, third, fourth, ..] = number.to_le_bytes();
        Self::from_le_bytes([first, second, third, fourth])
    }
}

impl Unpacked for u64 {
    fn lowest(number: u64) -> Self {
        number
    }
}

/// Bits that a number needs.
pub(crate) fn width_of(number: u64) -> u8 {
    u8::try_from(u64::BITS - number.leading_zeros()).unwrap_or(64)
}

/// Writes the lowest `width` bits of every number.
pub(crate) fn pack(numbers: impl Iterator<Item = u64>, width: u8, target: &mut Writer) {
    if width == 0 {
        return;
    }
    let mask = mask(width);
    let (mut waiting, mut held) = (0u64, 0u32);
    let width = u32::from(width);
    for number in numbers {
        let number = number & mask;
        waiting |= number << held;
        held += width;
        if held >= 64 {
            target.u64(waiting);
            held -= 64;
            // What did not fit; nothing when the number ended exactly here.
            waiting = if held == 0 { 0 } else { number >> (width - held) };
        }
    }
    target.raw(&waiting.to_le_bytes()[..held.div_ceil(8) as usize]);
}

/// Reads so many numbers of `width` bits.
///
/// # Errors
/// When fewer bytes are left, or no number has so many bits.
pub(crate) fn unpack<T: Unpacked>(
    reader: &mut Reader<'_>,
    width: u8,
    count: usize,
) -> Result<Vec<T>, Malformed> {
    if width > 64 {
        return Err(reader.malformed("numbers of more than 64 bits"));
    }
    let width = usize::from(width);
    let bits = count.checked_mul(width).ok_or_else(|| reader.malformed("more numbers than memory holds"))?;
    let bytes = reader.raw(bits.div_ceil(8))?;
    if width == 0 {
        return Ok(vec![T::default(); count]);
    }
    let mut numbers = Vec::with_capacity(count);
    match width {
        8 => numbers.extend(bytes.iter().map(|byte| T::lowest(u64::from(*byte)))),
        16 => numbers.extend(
            bytes.chunks_exact(2).map(|two| T::lowest(u64::from(u16::from_le_bytes([two[0], two[1]])))),
        ),
        ..=57 => unpack_narrow(bytes, width, count, &mut numbers),
        _ => unpack_wide(bytes, width, count, &mut numbers),
    }
    Ok(numbers)
}

/// Numbers that lie within the eight bytes from their first byte on.
fn unpack_narrow<T: Unpacked>(bytes: &[u8], width: usize, count: usize, numbers: &mut Vec<T>) {
    let mask = mask(u8::try_from(width).unwrap_or(64));
    // Eight numbers of `width` bits are `width` bytes: their places within a group are the same in all groups.
    let groups = if bytes.len() < 8 { 0 } else { (bytes.len() - 8) / width };
    let groups = groups.min(count / 8);
    for group in 0..groups {
        let window = &bytes[group * width..group * width + width + 7];
        let mut eight = [T::default(); 8];
        for (place, target) in eight.iter_mut().enumerate() {
            let bit = place * width;
            let word = window[bit / 8..].first_chunk::<8>().map_or(0, |eight| u64::from_le_bytes(*eight));
            *target = T::lowest((word >> (bit % 8)) & mask);
        }
        numbers.extend_from_slice(&eight);
    }
    for position in groups * 8..count {
        let bit = position * width;
        let rest = &bytes[bit / 8..];
        let mut word = [0; 8];
        let taken = rest.len().min(8);
        word[..taken].copy_from_slice(&rest[..taken]);
        numbers.push(T::lowest((u64::from_le_bytes(word) >> (bit % 8)) & mask));
    }
}

fn unpack_wide<T: Unpacked>(bytes: &[u8], width: usize, count: usize, numbers: &mut Vec<T>) {
    let mask = u128::from(mask(u8::try_from(width).unwrap_or(64)));
    for position in 0..count {
        let bit = position * width;
        let rest = &bytes[bit / 8..];
        let mut word = [0; 16];
        let taken = rest.len().min(16);
        word[..taken].copy_from_slice(&rest[..taken]);
        let number = (u128::from_le_bytes(word) >> (bit % 8)) & mask;
        numbers.push(T::lowest(u64::try_from(number).unwrap_or(u64::MAX)));
    }
}

fn mask(width: u8) -> u64 {
    u64::MAX.checked_shr(64 - u32::from(width.min(64))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_of_any_width_come_back(width in 0u8..=64, numbers in proptest::collection::vec(any::<u64>(), 0..300)) {
            let numbers: Vec<u64> = numbers.iter().map(|number| number & mask(width)).collect();
            let mut writer = Writer::new();
            pack(numbers.iter().copied(), width, &mut writer);
            prop_assert_eq!(writer.len(), (numbers.len() * usize::from(width)).div_ceil(8));
            let mut reader = Reader::new(writer.as_slice());
            prop_assert_eq!(unpack::<u64>(&mut reader, width, numbers.len()).unwrap(), numbers);
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn narrow_targets_hold_what_fits(numbers in proptest::collection::vec(0u64..1 << 11, 0..100)) {
            let mut writer = Writer::new();
            pack(numbers.iter().copied(), 11, &mut writer);
            let read = unpack::<u16>(&mut Reader::new(writer.as_slice()), 11, numbers.len()).unwrap();
            prop_assert_eq!(read.into_iter().map(u64::from).collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn a_count_without_its_bytes_is_refused_before_memory_is_taken() {
        assert!(unpack::<u64>(&mut Reader::new(&[0; 9]), 3, usize::MAX / 3).is_err());
        assert!(unpack::<u64>(&mut Reader::new(&[0; 9]), 65, 1).is_err());
        assert!(unpack::<u64>(&mut Reader::new(&[0; 9]), 64, 2).is_err());
    }
}

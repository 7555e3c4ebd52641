//! Numbers of which some occur often: these are named by short codes, their positions in a list.

use palisade_record::wire::{Malformed, Reader, Writer};

use super::super::bits::{pack, unpack};
use super::choose::{encode_residuals, entropy_bits};
use super::{COMMON, COMMON_MAX, Nesting, Stored, decode_residuals, width_of};

/// All numbers are in the list.
const ALL: u8 = 0;
/// Code 0 means another number; codes of those in the list count from 1.
const SHIFTED: u8 = 1;
/// One bit for each number says whether it is in the list.
const FLAGGED: u8 = 2;

/// Fewer numbers are not worth a list.
const NUMBERS_MIN: usize = 24;

/// Numbers that occur less often are not worth a place in the list.
const OCCURRENCES_MIN: usize = 3;

/// Numbers with a smaller share than one in so many are not, either.
const SHARE_MIN: usize = 256;

/// From so many codes on, zstd packs them to nearly their entropy.
const ENTROPY_NUMBERS_MIN: usize = 512;

/// A multiplier whose products spread over their high bits (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers that occur often, the most frequent first.
pub(super) struct Common {
    values: Vec<u64>,
    layout: u8,
    /// Estimated size, everything included.
    pub(super) bits: usize,
}

/// Where each number was counted: open addressing, at least twice as many places as numbers.
struct Counts {
    places: Vec<(u64, u32)>,
    shift: u32,
}

impl Counts {
    fn of(numbers: &[u64]) -> Self {
        let size = (numbers.len() * 2).next_power_of_two().max(2);
        let mut counts = Self { places: vec![(0, 0); size], shift: 64 - size.trailing_zeros() };
        for number in numbers {
            let place = counts.place(*number);
            counts.places[place] = (*number, counts.places[place].1 + 1);
        }
        counts
    }

    fn place(&self, number: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut place = usize::try_from(number.wrapping_mul(SPREAD) >> self.shift).unwrap_or(0);
        while self.places[place].1 != 0 && self.places[place].0 != number {
            place = (place + 1) & mask;
        }
        place
    }

    /// How often the numbers occur that occur often, the most frequent first.
    fn often(&self, numbers: usize) -> Vec<(usize, u64)> {
        let least = (numbers / SHARE_MIN).max(OCCURRENCES_MIN);
        let counted = self.places.iter().map(|(number, count)| (*count as usize, *number));
        let mut often: Vec<_> = counted.filter(|(count, _)| *count >= least).collect();
        often.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        often.truncate(COMMON_MAX);
        often
    }
}

/// The list that is estimated to make the numbers shortest; `None` when no number occurs often enough.
pub(super) fn find(numbers: &[u64], width: u8) -> Option<Common> {
    if numbers.len() < NUMBERS_MIN || width < 2 {
        return None;
    }
    let often = Counts::of(numbers).often(numbers.len());
    let (total, width) = (numbers.len(), usize::from(width));
    let mut best: Option<(usize, usize, u8)> = None;
    for length in [1, 2, 3, 4, 7, 8, 15, 16, 31, 64, 128, COMMON_MAX] {
        let length = length.min(often.len());
        let covered: usize = often[..length].iter().map(|(count, _)| *count).sum();
        let others = total - covered;
        let list = length * width.next_multiple_of(8) + others * width;
        let frequencies = || often[..length].iter().map(|(count, _)| *count);
        let entropy = |others: usize| match total {
            ENTROPY_NUMBERS_MIN.. => entropy_bits(frequencies().chain([others]), total),
            _ => usize::MAX,
        };
        let code_bits = |codes: usize| usize::from(width_of(codes.saturating_sub(1) as u64));
        let layouts = [
            (ALL, (total * code_bits(length)).min(entropy(0))),
            (SHIFTED, (total * code_bits(length + 1)).min(entropy(others))),
            (FLAGGED, total + covered * code_bits(length)),
        ];
        for (layout, codes) in layouts {
            let bits = list + codes + 64;
            if (layout == ALL) == (others == 0) && length > 0 && best.is_none_or(|best| bits < best.0) {
                best = Some((bits, length, layout));
            }
        }
    }
    let (bits, length, layout) = best?;
    Some(Common { values: often[..length].iter().map(|(_, number)| *number).collect(), layout, bits })
}

pub(super) fn encode(numbers: &[u64], common: &Common, target: &mut Writer) {
    target.u8(COMMON);
    target.u8(common.layout);
    target.varint(common.values.len() as u64);
    common.values.iter().for_each(|value| target.varint(*value));
    let mut known = Counts::of(&common.values);
    for (value, code) in common.values.iter().zip(1..) {
        let place = known.place(*value);
        known.places[place].1 = code;
    }
    let codes = numbers.iter().map(|number| u64::from(known.places[known.place(*number)].1));
    match common.layout {
        ALL => {
            let codes: Vec<u64> = codes.map(|code| code.saturating_sub(1)).collect();
            return encode_residuals(&codes, Nesting::Plain, target);
        }
        SHIFTED => encode_residuals(&codes.clone().collect::<Vec<_>>(), Nesting::Plain, target),
        _ => {
            pack(codes.clone().map(|code| code.min(1)), 1, target);
            let listed: Vec<u64> = codes.clone().filter(|code| *code > 0).map(|code| code - 1).collect();
            encode_residuals(&listed, Nesting::Plain, target);
        }
    }
    let mut others: Vec<u64> =
        numbers.iter().zip(codes).filter(|(_, code)| *code == 0).map(|(number, _)| *number).collect();
    let base = others.iter().copied().min().unwrap_or(0);
    others.iter_mut().for_each(|number| *number -= base);
    target.varint(base);
    encode_residuals(&others, Nesting::Plain, target);
}

pub(super) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Stored, Malformed> {
    let layout = reader.u8()?;
    let length = reader.count(COMMON_MAX)?;
    let mut values = [0; COMMON_MAX];
    for value in &mut values[..length] {
        *value = reader.varint()?;
    }
    let values = &values[..length];
    let listed = |code: u64| usize::try_from(code).ok().and_then(|code| values.get(code)).copied();
    let mut numbers = Vec::with_capacity(count);
    match layout {
        ALL => {
            let codes = decode_residuals(reader, count, Nesting::Plain)?;
            codes.for_each(|code| numbers.extend(listed(code)));
        }
        SHIFTED => {
            let codes = decode_residuals(reader, count, Nesting::Plain)?;
            let mut others = 0;
            codes.for_each(|code| others += usize::from(code == 0));
            let mut others = Others::decode(reader, others)?;
            codes.for_each(|code| match code.checked_sub(1) {
                Some(code) => numbers.extend(listed(code)),
                None => numbers.push(others.next()),
            });
        }
        FLAGGED => {
            let flags: Vec<u8> = unpack(reader, 1, count)?;
            let in_list = flags.iter().filter(|flag| **flag == 1).count();
            let codes = decode_residuals(reader, in_list, Nesting::Plain)?;
            let mut others = Others::decode(reader, count - in_list)?;
            let mut next = 0;
            for flag in flags {
                if flag == 1 {
                    numbers.extend(listed(codes.get(next)));
                    next += 1;
                } else {
                    numbers.push(others.next());
                }
            }
        }
        _ => return Err(reader.malformed("unknown layout of common numbers")),
    }
    if numbers.len() < count {
        return Err(reader.malformed("code without a number"));
    }
    Ok(Stored::narrowest(numbers))
}

/// Numbers that are not in the list, one after the other.
struct Others {
    base: u64,
    residuals: Stored,
    position: usize,
}

impl Others {
    fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Self, Malformed> {
        let base = reader.varint()?;
        Ok(Self { base, residuals: decode_residuals(reader, count, Nesting::Plain)?, position: 0 })
    }

    fn next(&mut self) -> u64 {
        self.position += 1;
        self.base.wrapping_add(self.residuals.get(self.position - 1))
    }
}

//! Writes the texts of a block.

use std::ops::Range;

use palisade_record::wire::Writer;

use super::super::dictionary::TemplateDictionary;
use super::super::{integers, texts};
use super::cut_texts::CutTexts;
use super::lane::{
    FORM_OWN, FORM_OWN_WIDTHS, FORM_POOLED, LaneKind, POOLS, decimal_pool, hexadecimal_pool, kinds,
};
use crate::pack::{compress, pack};

/// From so many values on, a lane is described by itself.
const OWN_VALUES_MIN: usize = 32;

/// Bits that the length of a pooled number takes beside it, about.
const WIDTH_BITS: usize = 1;

/// From so many on when they are all equal, for then nothing but the description is stored.
const EQUAL_VALUES_MIN: usize = 3;

/// How much of the texts is packed for comparison: packing all of them costs as much as all else together.
const SAMPLE_BYTES: usize = 64 << 10;

impl CutTexts {
    /// The texts at these positions as a column; `None` when they are shorter as they stand.
    ///
    /// `text` gives the text at a position. [`CutTexts::settle`] has been called with this dictionary.
    pub(crate) fn encode<'a>(
        &self,
        range: Range<usize>,
        text: impl Fn(usize) -> &'a [u8],
        dictionary: &TemplateDictionary,
    ) -> Option<Vec<u8>> {
        let standing = self.texts[range.clone()].iter().filter(|text| self.id(text) == 0).count();
        if standing > range.len() / 4 * 3 {
            return None;
        }
        let column = self.encode_always(range.clone(), &text, dictionary);
        let bytes: usize = range.clone().map(|position| text(position).len()).sum();
        let mut plain = Vec::with_capacity(bytes.min(SAMPLE_BYTES));
        let sample = range.clone().take_while(|position| {
            plain.extend_from_slice(text(*position));
            plain.len() < SAMPLE_BYTES
        });
        let sampled = sample.count() + 1;
        if sampled < range.len() {
            // Longer texts are packed somewhat better than the sample of them: only a clear case is decided by it.
            let packed = compress(&plain).map_or(plain.len(), |packed| packed.len());
            if column.len() / 2 * (plain.len() / 64) < bytes / 64 * (packed / 3) {
                return Some(column);
            }
            range.skip(sampled).for_each(|position| plain.extend_from_slice(text(position)));
        }
        let packed = compress(&plain).map_or(bytes, |packed| packed.len().min(bytes));
        (column.len() < packed).then_some(column)
    }

    /// Like [`CutTexts::encode`], however long the column becomes.
    pub(super) fn encode_always<'a>(
        &self,
        range: Range<usize>,
        text: impl Fn(usize) -> &'a [u8],
        dictionary: &TemplateDictionary,
    ) -> Vec<u8> {
        let encoder = Encoder { pools: vec![Vec::new(); POOLS], ..Encoder::default() };
        encoder.encode(self, range, text, dictionary)
    }
}

#[derive(Default)]
struct Encoder {
    forms: Vec<u8>,
    widths: Vec<i64>,
    pools: Vec<Vec<i64>>,
    lanes: Writer,
}

impl Encoder {
    fn encode<'a>(
        mut self,
        cut: &CutTexts,
        range: Range<usize>,
        text: impl Fn(usize) -> &'a [u8],
        dictionary: &TemplateDictionary,
    ) -> Vec<u8> {
        let of_block = &cut.texts[range.clone()];
        let ids: Vec<u32> = of_block.iter().map(|text| cut.id(text)).collect();
        let grouped = Grouped::new(&ids, dictionary.len() + 1);
        let (mut lane_starts, mut values, mut digits) = (Vec::new(), Vec::new(), Vec::new());
        for (code, id) in grouped.distinct.iter().enumerate() {
            let Some(template) = dictionary.templates().get(*id) else { continue };
            lane_starts.clear();
            lane_starts
                .extend(grouped.positions(code).iter().map(|text| of_block[*text as usize].lane as usize));
            for (lane, kind) in kinds(template).enumerate() {
                values.clear();
                values.extend(lane_starts.iter().map(|start| cut.values[start + lane].cast_signed()));
                digits.clear();
                digits.extend(lane_starts.iter().map(|start| cut.digits[start + lane]));
                self.lane(kind, &values, &digits);
            }
        }
        let mut target = Writer::new();
        let mut head = Writer::new();
        head.varint(grouped.distinct.len() as u64);
        let mut last = 0;
        for id in &grouped.distinct {
            head.varint(u64::from(id - last));
            last = *id;
        }
        head.raw(&self.forms);
        target.bytes(&pack(head.as_slice()));
        integers::encode(&grouped.codes, &mut target);
        integers::encode(&self.widths, &mut target);
        for pool in &self.pools {
            integers::encode(pool, &mut target);
        }
        target.raw(self.lanes.as_slice());
        if grouped.distinct.first() == Some(&0) {
            let standing = grouped.positions(0).iter();
            texts::encode(standing.map(|position| text(range.start + *position as usize)), &mut target);
        }
        target.finish()
    }

    fn lane(&mut self, kind: LaneKind, values: &[i64], digits: &[u8]) {
        let is_own = values.len() >= OWN_VALUES_MIN
            || values.len() >= EQUAL_VALUES_MIN && values.iter().all(|value| *value == values[0]);
        match (kind, is_own) {
            (LaneKind::Hexadecimal(digits), false) => {
                self.forms.push(FORM_POOLED);
                self.pools[hexadecimal_pool(digits)].extend_from_slice(values);
            }
            (LaneKind::Hexadecimal(_), true) => {
                self.forms.push(FORM_OWN);
                integers::encode(values, &mut self.lanes);
            }
            (LaneKind::Decimal, false) => self.pooled_decimal(values, digits),
            (LaneKind::Decimal, true) => self.own_decimal(values, digits),
        }
    }

    fn own_decimal(&mut self, values: &[i64], digits: &[u8]) {
        let mut own = Writer::new();
        integers::encode(values, &mut own);
        let is_natural = |(value, width): (&i64, &u8)| natural_digits(*value) == *width;
        let form = if digits.iter().all(|width| *width == digits[0]) {
            FORM_OWN + digits[0]
        } else if values.iter().zip(digits).all(is_natural) {
            FORM_OWN
        } else {
            let widths: Vec<i64> = digits.iter().map(|width| i64::from(*width)).collect();
            integers::encode(&widths, &mut own);
            FORM_OWN_WIDTHS
        };
        // Numbers of many lengths take as many bits as the longest, unless each lies among others of its length.
        let width_bits = if form > FORM_OWN && form < FORM_OWN_WIDTHS { 0 } else { WIDTH_BITS };
        let pooled: usize = digits.iter().map(|width| usize::from(*width) * 10 / 3 + width_bits).sum();
        if pooled < own.len() * 8 {
            self.pooled_decimal(values, digits);
        } else {
            self.forms.push(form);
            self.lanes.raw(own.as_slice());
        }
    }

    fn pooled_decimal(&mut self, values: &[i64], digits: &[u8]) {
        if digits.iter().all(|width| *width == digits[0]) {
            self.forms.push(digits[0]);
            return self.pools[decimal_pool(digits[0])].extend_from_slice(values);
        }
        self.forms.push(FORM_POOLED);
        for (value, width) in values.iter().zip(digits) {
            self.widths.push(i64::from(*width));
            self.pools[decimal_pool(*width)].push(*value);
        }
    }
}

/// Digits that a number needs.
fn natural_digits(value: i64) -> u8 {
    u8::try_from(value.checked_ilog10().unwrap_or(0) + 1).unwrap_or(u8::MAX)
}

/// Positions of a block, grouped by template.
struct Grouped {
    /// The templates that occur, ascending.
    distinct: Vec<u32>,
    /// For each position, which of them.
    codes: Vec<i64>,
    /// All positions, template by template.
    positions: Vec<u32>,
    /// Where each template's positions end.
    ends: Vec<usize>,
}

impl Grouped {
    /// `numbers`: one more than the largest id.
    fn new(ids: &[u32], numbers: usize) -> Self {
        let mut counts = vec![0usize; numbers];
        ids.iter().for_each(|id| counts[*id as usize] += 1);
        let (mut distinct, mut ends, mut end) = (Vec::new(), Vec::new(), 0);
        // From here on, a template's count is its code.
        for (count, id) in counts.iter_mut().zip(0..) {
            if *count > 0 {
                end += *count;
                *count = distinct.len();
                distinct.push(id);
                ends.push(end);
            }
        }
        let mut next: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).collect();
        let (mut codes, mut positions) = (Vec::with_capacity(ids.len()), vec![0; ids.len()]);
        for (id, position) in ids.iter().zip(0..) {
            let code = counts[*id as usize];
            codes.push(i64::try_from(code).unwrap_or(i64::MAX));
            positions[next[code]] = position;
            next[code] += 1;
        }
        Self { distinct, codes, positions, ends }
    }

    fn positions(&self, code: usize) -> &[u32] {
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.positions[start..self.ends[code]]
    }
}

//! Bits one after the other, and whole numbers as Rice codes: short when the numbers are near a known size.
//!
//! Bits fill bytes from the lowest on. The Rice code of a number with parameter `bits`: its upper part in unary, so
//! many zeros and a one, then its lowest `bits` bits.

/// A refill of [`BitReader`] sees at least so many bits; no field is longer.
const FIELD_BITS_MAX: u32 = 56;

/// Appends bits.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// The lowest `bits` of a value, at most 56; the value has no others.
    pub(crate) fn field(&mut self, value: u64, bits: u32) {
        debug_assert!(bits <= FIELD_BITS_MAX && value >> bits == 0, "{value} has not {bits} bits");
        self.pending |= value << self.pending_bits;
        self.pending_bits += bits;
        let whole = self.pending_bits / 8;
        self.bytes.extend_from_slice(&self.pending.to_le_bytes()[..whole as usize]);
        self.pending >>= whole * 8;
        self.pending_bits %= 8;
    }

    /// A Rice code.
    pub(crate) fn rice(&mut self, value: u64, bits: u32) {
        let mut zeros = value >> bits;
        while zeros >= u64::from(FIELD_BITS_MAX) {
            self.field(0, FIELD_BITS_MAX);
            zeros -= u64::from(FIELD_BITS_MAX);
        }
        self.field(1 << zeros, u32::try_from(zeros + 1).unwrap_or(FIELD_BITS_MAX));
        self.field(value & low(bits), bits);
    }

    /// An Elias gamma code of a number that is not 0: for numbers that are mostly small.
    pub(crate) fn gamma(&mut self, value: u32) {
        let bits = value.ilog2();
        self.field(1 << bits, bits + 1);
        self.field(u64::from(value) & low(bits), bits);
    }

    /// The bytes so far, the last one filled up with zeros; the next bit begins another byte.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.field(0, (8 - self.pending_bits) % 8);
        std::mem::take(&mut self.bytes)
    }
}

/// Takes bits off the front; past the end there are none.
#[derive(Clone)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bits: 57 at least are right, zeros behind the end.
    fn peek(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = if let Some(word) = rest.first_chunk() {
            u64::from_le_bytes(*word)
        } else {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(word)
        };
        word >> (self.at % 8)
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        self.at += bits as usize;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// See [`BitWriter::field`].
    pub(crate) fn field(&mut self, bits: u32) -> Option<u64> {
        let value = self.peek() & low(bits);
        self.skip(bits)?;
        Some(value)
    }

    /// See [`BitWriter::rice`].
    pub(crate) fn rice(&mut self, bits: u32) -> Option<u64> {
        let mut upper = 0u64;
        loop {
            let zeros = self.peek().trailing_zeros();
            if zeros < FIELD_BITS_MAX {
                upper += u64::from(zeros);
                self.skip(zeros + 1)?;
                break;
            }
            upper += u64::from(FIELD_BITS_MAX);
            self.skip(FIELD_BITS_MAX)?;
        }
        let lower = self.field(bits)?;
        upper.checked_mul(1 << bits)?.checked_add(lower)
    }

    /// See [`BitWriter::gamma`].
    pub(crate) fn gamma(&mut self) -> Option<u32> {
        let bits = self.peek().trailing_zeros();
        if bits >= u32::BITS {
            return None;
        }
        self.skip(bits + 1)?;
        u32::try_from((1 << bits) | self.field(bits)?).ok()
    }
}

/// As many ones at the low end.
fn low(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// The parameter that suits `count` numbers which add up to nearly `total`.
pub(crate) fn rice_bits(total: u64, count: u64) -> u32 {
    (total / count.max(1)).max(1).ilog2().min(FIELD_BITS_MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(
            numbers in proptest::collection::vec((0u64..1 << 40, 0u32..40, 1u32..), 0..50),
        ) {
            let mut writer = BitWriter::default();
            for (number, bits, small) in &numbers {
                let bits = (*bits).max(28);
                writer.rice(*number, bits);
                writer.gamma(*small);
                writer.field(number & low(bits), bits);
            }
            let bytes = writer.take();

            let mut reader = BitReader::new(&bytes);
            for (number, bits, small) in &numbers {
                let bits = (*bits).max(28);
                prop_assert_eq!(reader.rice(bits), Some(*number));
                prop_assert_eq!(reader.gamma(), Some(*small));
                prop_assert_eq!(reader.field(bits), Some(number & low(bits)));
            }
            prop_assert_eq!(reader.field(8), None);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), bits in 0u32..56) {
            let mut reader = BitReader::new(&bytes);
            while reader.rice(bits).and_then(|_| reader.gamma()).is_some() {}
        }
    }

    #[test]
    fn long_runs_of_zeros_come_back() {
        let mut writer = BitWriter::default();
        [0, 55, 56, 57, 111, 112, 1_000].iter().for_each(|number| writer.rice(*number, 0));
        let bytes = writer.take();

        let mut reader = BitReader::new(&bytes);
        let numbers: Vec<u64> = std::iter::from_fn(|| reader.rice(0)).collect();
        assert_eq!(numbers, [0, 55, 56, 57, 111, 112, 1_000]);
    }
}

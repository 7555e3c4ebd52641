//! One quick look at a text that tells which detectors need not look at it at all.

/// Bytes that are counted together; the counts of so many still fit a byte.
const LANES: usize = 32;

/// What a text is made of, as far as detectors ask.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Census {
    pub(super) digits: usize,
    pub(super) has_at: bool,
    pub(super) has_percent: bool,
    /// Whether there is a `=` or a `:`.
    pub(super) has_separator: bool,
}

impl Census {
    /// Goes through the text once. The inner loop has no branches, so that the compiler makes vector instructions of it.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut census = Self::default();
        let mut chunks = bytes.chunks_exact(LANES);
        for chunk in &mut chunks {
            census.add(chunk);
        }
        census.add(chunks.remainder());
        census
    }

    #[inline]
    fn add(&mut self, chunk: &[u8]) {
        let (mut digits, mut at, mut percent, mut separators) = (0_u8, 0_u8, 0_u8, 0_u8);
        for byte in chunk {
            digits += u8::from(byte.wrapping_sub(b'0') < 10);
            at |= u8::from(*byte == b'@');
            percent |= u8::from(*byte == b'%');
            separators |= u8::from(*byte == b'=') | u8::from(*byte == b':');
        }
        self.digits += usize::from(digits);
        self.has_at |= at != 0;
        self.has_percent |= percent != 0;
        self.has_separator |= separators != 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_quick_look_sees_what_a_slow_one_sees(text in "[0-9a-d@%:= é]{0,100}") {
            let count = |is: fn(u8) -> bool| text.bytes().filter(|byte| is(*byte)).count();
            let census = Census::of(text.as_bytes());
            prop_assert_eq!(census.digits, count(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(census.has_at, text.contains('@'));
            prop_assert_eq!(census.has_percent, text.contains('%'));
            prop_assert_eq!(census.has_separator, text.contains(['=', ':']));
        }
    }
}

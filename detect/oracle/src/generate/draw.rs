//! Random numbers that are the same for the same seed, everywhere and always.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of these, each as often as the others.
    pub fn any<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap_or(0)]
    }

    /// One of these, the first ones more often, as everything in logs.
    pub fn favourite<T: Copy>(&mut self, from: &[T]) -> T {
        let bound = from.len() as u64;
        let at = self.below(bound).min(self.below(bound));
        from[usize::try_from(at).unwrap_or(0)]
    }

    /// One of these texts, the first ones more often.
    pub fn one<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.favourite(from)
    }

    /// Hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016X}", self.next()));
        }
        text.truncate(digits);
        text
    }

    /// An identifier as Windows writes it.
    pub fn guid(&mut self) -> String {
        let hex = self.hex(32);
        format!("{{{}-{}-{}-{}-{}}}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// An address inside of a network.
    pub fn inner_address(&mut self) -> String {
        format!("10.{}.{}.{}", self.below(4), self.below(32), 1 + self.below(254))
    }

    /// An address outside.
    pub fn outer_address(&mut self) -> String {
        format!("{}.{}.{}.{}", 23 + self.below(180), self.below(256), self.below(256), 1 + self.below(254))
    }
}

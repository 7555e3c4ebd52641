//! Numbers of bytes, as people write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of bytes: `64 MiB` in, bytes out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many bytes.
    pub const fn bytes(count: u64) -> Self {
        Self(count)
    }

    /// So many units of 1,024 bytes.
    pub const fn kib(count: u64) -> Self {
        Self(count * 1_024)
    }

    /// So many units of 1,048,576 bytes.
    pub const fn mib(count: u64) -> Self {
        Self(count * 1_024 * 1_024)
    }

    /// So many units of 1,073,741,824 bytes.
    pub const fn gib(count: u64) -> Self {
        Self(count * 1_024 * 1_024 * 1_024)
    }

    /// The number of bytes.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The number of bytes, for sizes of memory.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Palisade runs on 64-bit machines; see the assertion below"
    )]
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

const _: () = assert!(usize::BITS >= 64, "sizes of files and memory are 64 bits");

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is not a size; write a number and a unit, like 64 MiB or 500 kB");
        let text = text.trim();
        let split = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = text[..split].parse().map_err(|_| refuse())?;
        let unit = match text[split..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "tb" => 1_000_000_000_000,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            "t" | "tib" => 1 << 40,
            _ => return Err(refuse()),
        };
        number.checked_mul(unit).map(Self).ok_or_else(refuse)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] =
            [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        match UNITS.iter().find(|(unit, _)| self.0 >= *unit) {
            None => write!(formatter, "{} B", self.0),
            Some((unit, name)) if self.0.is_multiple_of(*unit) => {
                write!(formatter, "{} {name}", self.0 / unit)
            }
            Some((unit, name)) => {
                let tenths = u128::from(self.0) * 10 / u128::from(*unit);
                write!(formatter, "{}.{} {name}", tenths / 10, tenths % 10)
            }
        }
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_printed_with_units() {
        assert_eq!("64 MiB".parse(), Ok(ByteSize::mib(64)));
        assert_eq!("64m".parse(), Ok(ByteSize::mib(64)));
        assert_eq!("500 kB".parse(), Ok(ByteSize::bytes(500_000)));
        assert_eq!(ByteSize::mib(64).to_string(), "64 MiB");
        assert_eq!(ByteSize::bytes(1_536).to_string(), "1.5 KiB");
        assert_eq!(ByteSize::bytes(7).to_string(), "7 B");
        assert!("a lot".parse::<ByteSize>().unwrap_err().contains("64 MiB"));
        assert!("99999999999999 TiB".parse::<ByteSize>().is_err());
    }
}

//! Names of keys and of runs: eight random bytes each, never used twice.

use std::fmt;
use std::str::FromStr;

/// Names the data key of one subject. It stands in every envelope that the key sealed, and stays known after the key is
/// destroyed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KeyId([u8; 8]);

/// Names one run of a writer. A subkey belongs to a run, so that a counter that begins again never meets the same subkey.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SessionId([u8; 8]);

macro_rules! eight_bytes {
    ($name:ident) => {
        impl $name {
            /// A new one, drawn at random.
            pub fn draw() -> Self {
                Self(rand::random())
            }

            /// From its bytes.
            pub const fn from_bytes(bytes: [u8; 8]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; 8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{:016x}", u64::from_be_bytes(self.0))
            }
        }
    };
}

eight_bytes!(KeyId);
eight_bytes!(SessionId);

impl FromStr for KeyId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(number) if is_hex => Ok(Self(number.to_be_bytes())),
            _ => Err(format!("`{}` is not a key id; ids are 16 hexadecimal digits", text.escape_debug())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text() {
        let id = KeyId::from_bytes([0, 1, 2, 3, 4, 5, 6, 255]);
        assert_eq!(id.to_string(), "00010203040506ff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("+0010203040506ff".parse::<KeyId>().is_err());
        assert!("ff".parse::<KeyId>().is_err());
    }
}

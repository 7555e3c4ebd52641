//! Search tokens: what stands in stored records in place of a value, so that equal values can be found without being known.
//!
//! A token is HMAC-SHA256 under the key of an epoch, over the subject's salt, the protection name and the canonical value,
//! cut to 16 bytes. The salt is destroyed with the subject: then nobody can make the token again, not even who knows
//! the value and all other keys.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A search token. As text, as in an envelope, it is 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Token([u8; 16]);

impl Token {
    /// Digits in its text.
    pub const TEXT_BYTES: usize = 32;

    /// From its bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From its text: exactly 32 lowercase hexadecimal digits.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits: &[u8; Self::TEXT_BYTES] = text.try_into().ok()?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bytes))
    }

    pub(crate) fn to_text(self) -> [u8; Self::TEXT_BYTES] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; Self::TEXT_BYTES];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.to_text()).expect("hexadecimal digits are ASCII"))
    }
}

impl FromStr for Token {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text.as_bytes()).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!(
                "`{}` is not a search token; tokens are 32 lowercase hexadecimal digits",
                shown.escape_debug()
            )
        })
    }
}

/// A key for HMAC-SHA256, ready to use: hashing the key again for every value would double the work.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// The first 16 bytes of the code of `prefix`, the name and the value. The name's length stands before it, so that no
    /// two pairs of name and value are one.
    fn code(&self, prefix: &[u8], name: &str, canonical: &str) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(prefix);
        mac.update(&u32::try_from(name.len()).unwrap_or(u32::MAX).to_be_bytes());
        mac.update(name.as_bytes());
        mac.update(canonical.as_bytes());
        let code = mac.finalize().into_bytes();
        let mut first = [0; 16];
        first.copy_from_slice(&code[..16]);
        first
    }

    /// The token of a value.
    pub(crate) fn token(&self, salt: &[u8; 16], name: &str, canonical: &str) -> Token {
        Token(self.code(salt, name, canonical))
    }

    /// Under what a value is registered.
    pub(crate) fn lookup(&self, name: &str, canonical: &str) -> [u8; 16] {
        self.code(b"palisade/lookup/v1", name, canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_depends_on_key_salt_name_and_value() {
        let key = MacKey::new(&[1; 32]);
        let token = key.token(&[2; 16], "patient_id", "p-17");

        assert_eq!(key.token(&[2; 16], "patient_id", "p-17"), token);
        assert_ne!(MacKey::new(&[9; 32]).token(&[2; 16], "patient_id", "p-17"), token);
        assert_ne!(key.token(&[3; 16], "patient_id", "p-17"), token);
        assert_ne!(key.token(&[2; 16], "patient_idp", "-17"), token);
        assert_ne!(key.token(&[2; 16], "patient_id", "p-18"), token);
    }

    #[test]
    fn only_lowercase_digits_are_a_token() {
        assert!(Token::parse(&[b'a'; 32]).is_some());
        assert!(Token::parse(&[b'A'; 32]).is_none());
        assert!(Token::parse(&[b'a'; 31]).is_none());
        assert!("g".repeat(32).parse::<Token>().is_err());
    }

    proptest! {
        #[test]
        fn a_token_is_read_back_from_its_text(bytes in any::<[u8; 16]>()) {
            let token = Token::from_bytes(bytes);
            prop_assert_eq!(token.to_string().parse(), Ok(token));
        }
    }
}

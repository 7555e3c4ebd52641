//! Signatures of Standard Webhooks 1.0, `v1`: <https://www.standardwebhooks.com/>.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a secret begins with, so that it is known where it leaks.
const PREFIX: &str = "whsec_";

/// Bytes of a secret, as the specification bounds them.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that a receiver knows too.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// Reads `whsec_` and base64. The error ends a sentence that begins with the name of the setting, and does not repeat it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
        let make = "make one with: echo whsec_$(openssl rand -base64 32)";
        let bytes = STANDARD.decode(encoded).map_err(|_| format!("is not `{PREFIX}` and base64; {make}"))?;
        let bytes = Zeroizing::new(bytes);
        if !SECRET_BYTES.contains(&bytes.len()) {
            let (min, max) = (SECRET_BYTES.start(), SECRET_BYTES.end());
            return Err(format!("has {} bytes, and must have {min} to {max}; {make}", bytes.len()));
        }
        Ok(Self(bytes))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningSecret(…)")
    }
}

/// The header: a signature with each secret, so that a receiver can change from one to the next at any time.
pub(super) fn signatures(secrets: &[SigningSecret], id: &str, timestamp: i64, body: &[u8]) -> String {
    secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the specification.
    #[test]
    fn the_example_of_the_specification_is_signed_as_it_says() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_that_is_too_short_or_no_base64_is_refused_and_not_repeated() {
        for text in ["whsec_c2hvcnQ=", "whsec_not base64", "hunter2", ""] {
            let wrong = SigningSecret::parse(text).unwrap_err();
            assert!(wrong.contains("openssl rand"), "{wrong}");
            assert!(text.is_empty() || !wrong.contains(text), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_secret_or_refused(text in "(whsec_)?[A-Za-z0-9+/=]{0,100}") {
            if let Ok(secret) = SigningSecret::parse(&text) {
                prop_assert!(SECRET_BYTES.contains(&secret.0.len()));
                prop_assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
            }
        }
    }
}

//! The keys that notes are signed with: Ed25519, in the text form that the signed-note tools of Go use.

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::{SECRET_KEY_LENGTH, Signer};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::verifying_key::{ED25519, KEY_NAME_BYTES_MAX, KeyError, VerifyingKey, is_key_name, parts};

/// What comes before a secret key, so that nobody takes it for a public one.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

const SECRET_FORM: KeyError =
    KeyError::Form { expected: "secret key", form: "PRIVATE+KEY+name+0123abcd+base64" };

/// Signs notes. Its secret is wiped from memory when it goes, and `{:?}` does not show it.
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// Makes a key from the randomness of the operating system.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; SECRET_KEY_LENGTH]);
        SysRng.try_fill_bytes(secret.as_mut()).map_err(|error| KeyError::Randomness(error.to_string()))?;
        Self::from_secret(name, &secret)
    }

    /// Makes the key of these 32 secret bytes (the seed of RFC 8032).
    pub fn from_secret(name: &str, secret: &[u8; SECRET_KEY_LENGTH]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(name.chars().take(KEY_NAME_BYTES_MAX).collect()));
        }
        let secret = ed25519_dalek::SigningKey::from_bytes(secret);
        let public = VerifyingKey::new(name, secret.verifying_key());
        Ok(Self { secret, public })
    }

    /// Reads `PRIVATE+KEY+name+id+base64`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = text.strip_prefix(SECRET_PREFIX).and_then(parts).ok_or(SECRET_FORM)?;
        if key[0] != ED25519 {
            return Err(KeyError::Kind { name: name.into(), kind: key[0] });
        }
        let secret = <&[u8; SECRET_KEY_LENGTH]>::try_from(&key[1..]).map_err(|_| SECRET_FORM)?;
        let key = Self::from_secret(name, secret)?;
        if key.public.id() == id { Ok(key) } else { Err(KeyError::Id { name: name.into() }) }
    }

    /// The key as `PRIVATE+KEY+name+id+base64`: to be kept secret.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([ED25519; 1 + SECRET_KEY_LENGTH]);
        bytes[1..].copy_from_slice(self.secret.as_bytes());
        let encoded = Zeroizing::new(BASE64.encode(bytes.as_ref()));
        let (name, id) = (self.public.name(), self.public.id());
        Zeroizing::new(format!("{SECRET_PREFIX}{name}+{id:08x}+{}", encoded.as_str()))
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.secret.sign(text).to_bytes().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The keys of the example in the documentation of golang.org/x/mod/sumdb/note: not secret to anybody.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn keys_of_go_are_read_and_printed_alike() {
        let key = SigningKey::parse(SECRET).unwrap();
        assert_eq!(key.verifying_key().to_string(), PUBLIC);
        assert_eq!(key.to_secret_text().as_str(), SECRET);
        assert_eq!(PUBLIC.parse::<VerifyingKey>().as_ref(), Ok(key.verifying_key()));
    }

    #[test]
    fn a_made_key_comes_back_from_its_text_and_no_two_are_alike() {
        let key = SigningKey::generate("example.com/audit").unwrap();
        let again = SigningKey::parse(&key.to_secret_text()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        let other = SigningKey::generate("example.com/audit").unwrap();
        assert_ne!(other.verifying_key(), key.verifying_key());
    }

    #[test]
    fn a_secret_is_not_shown() {
        let key = SigningKey::parse(SECRET).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey({PUBLIC})"));
        let error = SigningKey::parse(&format!("{SECRET}=")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("AYEK"));
    }

    #[test]
    fn a_key_whose_parts_do_not_fit_is_refused() {
        let id = |name: &str| KeyError::Id { name: name.into() };
        assert_eq!(PUBLIC.replace("Peter", "Peta").parse::<VerifyingKey>(), Err(id("PetaNeumann")));
        assert_eq!(SigningKey::parse(&SECRET.replace("c74f", "c74e")).unwrap_err(), id("PeterNeumann"));
        assert_eq!(PUBLIC.replace("+ARpc", "+BBpc").parse::<VerifyingKey>(), {
            Err(KeyError::Kind { name: "PeterNeumann".into(), kind: 4 })
        });
        assert!(matches!(SECRET.parse::<VerifyingKey>(), Err(KeyError::Form { .. })));
        for name in ["", "two words", "a+b", "line\nbreak", &"n".repeat(257)] {
            assert!(matches!(SigningKey::generate(name), Err(KeyError::Name(_))), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_character_of_a_public_key_is_told(at in 0..PUBLIC.len(), with in "[0-9A-Za-z+/ ]") {
            let mut text = PUBLIC.to_owned();
            text.replace_range(at..=at, &with);
            // The id may be written in capital letters.
            prop_assume!(!text.eq_ignore_ascii_case(PUBLIC) || !(13..21).contains(&at));
            prop_assume!(text != PUBLIC);
            prop_assert!(text.parse::<VerifyingKey>().is_err());
        }

        #[test]
        fn arbitrary_texts_never_panic(text: String) {
            prop_assert!(text.parse::<VerifyingKey>().is_err());
            let text = format!("{SECRET_PREFIX}{text}");
            prop_assert!(SigningKey::parse(&text).is_err());
        }
    }
}

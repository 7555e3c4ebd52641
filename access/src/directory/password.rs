//! Passwords, of which only argon2id hashes are kept.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use rand::RngExt;
use tokio::sync::Semaphore;

use super::Refusal;
use crate::{Secret, waiting};

/// Memory, rounds and lanes of a hash: the first choice of OWASP's cheat sheet for argon2id. It takes some 20 ms.
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
const LANES: u32 = 1;

/// Hashes under way at once: each takes its memory, and who asks for many does not get more of the machine.
const AT_ONCE_MAX: usize = 2;

/// Shorter ones are guessed (NIST SP 800-63B asks for 15 where nothing else is asked for, PCI DSS 8.3.6 for 12).
const BYTES_MIN: usize = 12;
/// Longer ones only cost time.
const BYTES_MAX: usize = 256;

/// Bytes of salt, as RFC 9106 wants them.
const SALT_BYTES: usize = 16;

/// Hashes passwords, few at once.
#[derive(Clone)]
pub(super) struct Passwords {
    hasher: Argon2<'static>,
    places: Arc<Semaphore>,
    /// The hash that is looked at where there is none, so that nobody learns from the time who exists.
    nobody: Arc<str>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None).expect("the parameters are in range");
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&hasher, Secret::random("").reveal()).into();
        Self { hasher, places: Arc::new(Semaphore::new(AT_ONCE_MAX)), nobody }
    }

    /// Whether a password is the one with this hash.
    pub(super) async fn verify(&self, password: &str, hash: Option<String>) -> bool {
        if password.len() > BYTES_MAX {
            return false;
        }
        let is_known = hash.is_some();
        let (hasher, password) = (self.hasher.clone(), password.to_owned());
        let hash = hash.unwrap_or_else(|| self.nobody.as_ref().to_owned());
        let place = self.places.acquire().await;
        let is_same = waiting(move || {
            let hash = PasswordHash::new(&hash);
            hash.is_ok_and(|hash| hasher.verify_password(password.as_bytes(), &hash).is_ok())
        });
        let is_same = is_same.await.unwrap_or(false);
        drop(place);
        is_same && is_known
    }

    /// The hash of a password that somebody chose.
    pub(super) async fn hash(&self, name: &str, password: &str) -> Result<String, Refusal> {
        check(name, password)?;
        let (hasher, password) = (self.hasher.clone(), password.to_owned());
        let place = self.places.acquire().await;
        let hashed = waiting(move || hash(&hasher, &password)).await;
        drop(place);
        hashed.map_err(|error| Refusal::Unstored(error.message))
    }
}

/// A password for the first sign-in.
pub(super) fn first() -> Secret {
    let secret = Secret::random("");
    // 128 bits, in groups that can be read out.
    let groups: Vec<&str> = (0..8).map(|group| &secret.reveal()[group * 4..group * 4 + 4]).collect();
    Secret::new(groups.join("-"))
}

fn check(name: &str, password: &str) -> Result<(), Refusal> {
    let hint = "a sentence of five words is long, and easier to remember than signs";
    if !(BYTES_MIN..=BYTES_MAX).contains(&password.len()) {
        let message = format!("a password has {BYTES_MIN} to {BYTES_MAX} bytes");
        return Err(Refusal::Invalid(message, hint));
    }
    let folded = password.to_lowercase();
    let first = folded.chars().next();
    if folded.contains(name) || folded.contains("palisade") || folded.chars().all(|one| Some(one) == first) {
        let message = "the password is made of the name, of `palisade`, or of one sign".to_owned();
        return Err(Refusal::Invalid(message, hint));
    }
    Ok(())
}

fn hash(hasher: &Argon2<'_>, password: &str) -> String {
    let salt: [u8; SALT_BYTES] = rand::rng().random();
    let hash = hasher.hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("parameters and salt are in range").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_chosen_is_right() {
        let passwords = Passwords::new();
        let hash = passwords.hash("ann", "correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(hash.clone())).await);
        assert!(!passwords.verify("correct horse batterz", Some(hash.clone())).await);
        assert!(!passwords.verify("correct horse battery", None).await);
        assert!(!passwords.verify(&"x".repeat(1_000_000), Some(hash)).await);
    }

    #[test]
    fn what_is_guessed_first_is_no_password() {
        for wrong in ["short", "annannannann", "aaaaaaaaaaaaaaaa", "palisade-2026!", &"x y".repeat(100)] {
            assert!(check("ann", wrong).is_err(), "{wrong}");
        }
        assert_eq!(check("ann", "a sentence of five words"), Ok(()));
        assert_eq!(check("ann", first().reveal()), Ok(()));
    }
}

//! Tokens, of which only digests are kept.

use std::fmt;

use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::{Caller, Role};

/// A secret text that does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret with 256 random bits, as hexadecimal digits behind a prefix that says what it is.
    pub fn random(prefix: &str) -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{prefix}{digits}"))
    }

    /// A secret read from a file or a flag.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one who must send or write it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The tokens that are known, as digests.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    known: Vec<([u8; 32], Caller)>,
}

impl Credentials {
    /// No tokens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the bearer of `token` in as `name` with `role`.
    pub fn add(&mut self, token: &Secret, name: &str, role: Role) {
        self.known.push((digest(token.reveal()), Caller { name: name.to_owned(), role }));
    }

    /// Who bears this token. Digests of all known tokens are compared: the time taken says nothing about the token.
    pub fn caller(&self, token: &str) -> Option<&Caller> {
        let given = digest(token);
        let mut found = None;
        for (known, caller) in &self.known {
            let difference = known.iter().zip(given).fold(0, |all, (left, right)| all | (left ^ right));
            if difference == 0 {
                found = Some(caller);
            }
        }
        found
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_token_is_known() {
        let (admin, other) = (Secret::random("pal_"), Secret::random("pal_"));
        let mut credentials = Credentials::new();
        credentials.add(&admin, "admin", Role::Admin);

        assert_eq!(credentials.caller(admin.reveal()).unwrap().name, "admin");
        assert_eq!(credentials.caller(other.reveal()), None);
        assert_eq!(credentials.caller(""), None);
        assert!(!format!("{admin:?}").contains(admin.reveal()));
    }
}

//! Tokens, of which only digests are kept.

use std::fmt;

use data_encoding::HEXLOWER;
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::{Caller, Directory, Machine, MachineGrant};

/// A secret text that does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new secret with 256 random bits, as hexadecimal digits behind a prefix that says what it is.
    pub fn random(prefix: &str) -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        let digits = HEXLOWER.encode(&bytes);
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

/// What lets somebody in: tokens, of which digests are known, and whoever is in a directory.
#[derive(Clone, Default)]
pub struct Credentials {
    known: Vec<([u8; 32], Caller)>,
    machines: Vec<MachineGrant>,
    directory: Option<Directory>,
}

impl Credentials {
    /// Nothing that would let anyone in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets in whoever is known there, too.
    #[must_use]
    pub fn with(mut self, directory: Directory) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Lets in machines with certificates, too.
    #[must_use]
    pub fn with_machines(mut self, machines: Vec<MachineGrant>) -> Self {
        self.machines = machines;
        self
    }

    /// Lets the bearer of `token` in as `caller`.
    pub fn add(&mut self, token: &Secret, caller: Caller) {
        self.known.push((digest(token.reveal()), caller));
    }

    /// Who is known beside the bearers of tokens that were added here.
    pub(crate) fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// Who came with this certificate.
    pub(crate) fn caller_of_machine(&self, machine: &Machine) -> Option<Caller> {
        self.machines.iter().find_map(|grant| grant.caller(machine))
    }

    /// Who bears this token. Digests of all tokens that were added are compared: the time taken says nothing about the token.
    pub fn caller(&self, token: &str) -> Option<Caller> {
        self.owner(token).or_else(|| self.directory.as_ref()?.caller_of_token(token))
    }

    /// Who bears this token, when it is one that was added here.
    pub(crate) fn owner(&self, token: &str) -> Option<Caller> {
        let given = digest(token);
        let mut found = None;
        for (known, caller) in &self.known {
            let difference = known.iter().zip(given).fold(0, |all, (left, right)| all | (left ^ right));
            if difference == 0 {
                found = Some(caller);
            }
        }
        found.cloned()
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
        credentials.add(&admin, Caller::owner("admin"));

        assert_eq!(credentials.caller(admin.reveal()).unwrap().name, "admin");
        assert_eq!(credentials.caller(other.reveal()), None);
        assert_eq!(credentials.caller(""), None);
        assert!(!format!("{admin:?}").contains(admin.reveal()));
    }
}

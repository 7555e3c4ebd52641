//! Certificates: what was disposed of or erased, by whom and when, as data that is sealed like any other evidence.
//!
//! Equal facts give equal bytes: members stand in a fixed order, numbers are whole, times are UTC.

mod disposal;
mod erasure;

use std::fmt;

use palisade_record::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::words::TextError;

pub use disposal::{Disposal, EndedLock, RecordSpan};
pub use erasure::Erasure;

/// Longest certificate that is read: a hundred times what one has.
pub const JSON_BYTES_MAX: usize = 1 << 20;

/// Facts that no certificate can be given for, or a text that is none.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CertificateError {
    /// A text is wrong.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Disposed of too soon.
    #[error(
        "split {split} was disposed of at {at}, before its {what} ended at {end}: no certificate; look into how"
    )]
    TooSoon {
        /// The split.
        split: String,
        /// When it was disposed of.
        at: Timestamp,
        /// What had not ended.
        what: &'static str,
        /// When it ends.
        end: Timestamp,
    },
    /// A span ends before it begins.
    #[error("the {what} of the records are from {from} to {to}, which is no span")]
    Span {
        /// Events or receipts.
        what: &'static str,
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
    },
    /// One person alone.
    #[error("`{0}` asked for the erasure and approved it; a second person has to")]
    OnePerson(String),
    /// The date of completion is not what follows from the others.
    #[error("the erasure is complete on {expected}, not {found}: the last backup of the keys decides")]
    CompleteOn {
        /// What follows from the date of erasure and the age of backups.
        expected: Timestamp,
        /// What is said.
        found: Timestamp,
    },
    /// Not the JSON of such a certificate.
    #[error("not a certificate of kind {kind}: {reason}")]
    Json {
        /// The kind that was wanted.
        kind: &'static str,
        /// Where and what.
        reason: String,
    },
}

/// What a certificate can be about.
pub trait Facts: Serialize + DeserializeOwned {
    /// The name and version of the form, which tell readers what to expect.
    const KIND: &'static str;
    /// Whether a certificate can be given for these facts.
    fn check(&self) -> Result<(), CertificateError>;
    /// Writes them for people.
    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Facts that were checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate<F> {
    facts: F,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<K, F> {
    kind: K,
    facts: F,
}

impl<F: Facts> Certificate<F> {
    /// A certificate, if the facts bear one.
    pub fn issue(facts: F) -> Result<Self, CertificateError> {
        facts.check()?;
        Ok(Self { facts })
    }

    /// What it is about.
    pub fn facts(&self) -> &F {
        &self.facts
    }

    /// The certificate as JSON on one line: the bytes that are hashed and sealed.
    pub fn to_json(&self) -> String {
        let form = Form { kind: F::KIND, facts: &self.facts };
        serde_json::to_string(&form).expect("facts are texts, numbers and times, which JSON can hold")
    }

    /// Reads a certificate again, and checks it. Only the bytes of [`Certificate::to_json`] are taken, and blanks at the end.
    pub fn from_json(text: &str) -> Result<Self, CertificateError> {
        let refuse = |reason: String| CertificateError::Json { kind: F::KIND, reason };
        if text.len() > JSON_BYTES_MAX {
            return Err(refuse(format!("{} bytes are more than {JSON_BYTES_MAX}", text.len())));
        }
        let form: Form<String, F> = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
        if form.kind != F::KIND {
            let kind: String = form.kind.chars().take(64).flat_map(char::escape_debug).collect();
            return Err(refuse(format!("it is of kind `{kind}`")));
        }
        let certificate = Self::issue(form.facts)?;
        // Two spellings of the same facts would have two hashes.
        if certificate.to_json() != text.trim_end() {
            return Err(refuse("it is not spelled as Palisade spells it".to_owned()));
        }
        Ok(certificate)
    }
}

impl<F: Facts> fmt::Display for Certificate<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.facts.write(formatter)
    }
}

#[cfg(test)]
mod tests;

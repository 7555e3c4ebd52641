//! The certificate that a person's values were made unreadable.

use std::fmt;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CertificateError, Facts};
use crate::{Term, words};

/// Longest id of a subject: it is a pseudonym of fixed form, far shorter.
const SUBJECT_BYTES_MAX: usize = 128;
/// Longest legal basis: a few clauses.
const BASIS_BYTES_MAX: usize = 1_000;
/// Longest name of a person, as in holds.
const PERSON_BYTES_MAX: usize = 200;

/// That the keys of one person were destroyed. What is stored stays as it is, and cannot be read by anybody once the last
/// backup of the keys is gone (GDPR 17; it renders values irrecoverable, and claims no more).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// The subject's pseudonym. Never a name or a number by which people know the person: this certificate is kept.
    pub subject: String,
    /// Why it was done.
    pub basis: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Who agreed: somebody else.
    pub approved_by: String,
    /// How many keys were destroyed.
    pub keys_destroyed: u64,
    /// When.
    pub erased_at: Timestamp,
    /// How long backups of the keys are kept.
    pub backups_kept: Term,
    /// When the last backup with the keys is gone. Only then the erasure is complete.
    pub complete_on: Timestamp,
    /// The entry of the Merkle log that records it.
    pub log_entry: u64,
}

impl Erasure {
    /// When an erasure is complete.
    pub fn completion(erased_at: Timestamp, backups_kept: Term) -> Timestamp {
        backups_kept.after(erased_at)
    }
}

impl Facts for Erasure {
    const KIND: &'static str = "palisade-erasure/v1";

    fn check(&self) -> Result<(), CertificateError> {
        words::line("the subject of the erasure", &self.subject, SUBJECT_BYTES_MAX)?;
        words::paragraph("the basis of the erasure", &self.basis, BASIS_BYTES_MAX)?;
        words::line("the name of who asked for it", &self.requested_by, PERSON_BYTES_MAX)?;
        words::line("the name of who approved it", &self.approved_by, PERSON_BYTES_MAX)?;
        if self.requested_by.trim() == self.approved_by.trim() {
            return Err(CertificateError::OnePerson(self.requested_by.clone()));
        }
        let expected = Self::completion(self.erased_at, self.backups_kept);
        if self.complete_on != expected {
            return Err(CertificateError::CompleteOn { expected, found: self.complete_on });
        }
        Ok(())
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Certificate of erasure")?;
        writeln!(formatter)?;
        writeln!(formatter, "subject        {}", self.subject)?;
        writeln!(formatter, "basis          {}", self.basis)?;
        writeln!(formatter, "requested by   {}", self.requested_by)?;
        writeln!(formatter, "approved by    {}", self.approved_by)?;
        writeln!(formatter, "keys           {} destroyed at {}", self.keys_destroyed, self.erased_at)?;
        writeln!(formatter, "complete on    {}", self.complete_on)?;
        writeln!(formatter, "               (backups of keys are kept for {})", self.backups_kept)?;
        writeln!(formatter, "log entry      {}", self.log_entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Certificate;

    fn facts() -> Erasure {
        let erased_at = Timestamp::parse_rfc3339("2026-11-01T12:00:00Z").unwrap();
        let backups_kept = Term::days(30);
        Erasure {
            subject: "5f2c9a".to_owned(),
            basis: "GDPR 17(1)(b), consent withdrawn".to_owned(),
            requested_by: "ada".to_owned(),
            approved_by: "grace".to_owned(),
            keys_destroyed: 1,
            erased_at,
            backups_kept,
            complete_on: Erasure::completion(erased_at, backups_kept),
            log_entry: 97,
        }
    }

    #[test]
    fn an_erasure_is_complete_when_the_last_backup_is_gone() {
        let certificate = Certificate::issue(facts()).unwrap();
        let text = certificate.to_string();
        assert!(text.contains("complete on    2026-12-01T12:00:00.000Z"), "{text}");
        let json = certificate.to_json();
        assert!(json.starts_with(r#"{"kind":"palisade-erasure/v1","facts":{"subject":"5f2c9a","#), "{json}");
        assert_eq!(Certificate::from_json(&json), Ok(certificate));

        let sooner = Erasure { complete_on: facts().erased_at, ..facts() };
        assert!(matches!(Certificate::issue(sooner), Err(CertificateError::CompleteOn { .. })));
    }

    #[test]
    fn one_person_alone_erases_nobody() {
        let alone = Erasure { approved_by: " ada".to_owned(), ..facts() };
        assert_eq!(Certificate::issue(alone), Err(CertificateError::OnePerson("ada".to_owned())));
        let nobody = Erasure { approved_by: String::new(), ..facts() };
        assert!(Certificate::issue(nobody).unwrap_err().to_string().contains("is missing"));
    }
}

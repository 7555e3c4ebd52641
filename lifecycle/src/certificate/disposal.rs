//! The certificate that a split was disposed of.

use std::fmt;

use palisade_record::{ByteSize, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CertificateError, Facts};
use crate::{Class, Digest, LockMode, ObjectVersion, Term, words};

/// Longest id of a split, many times what one has.
const SPLIT_BYTES_MAX: usize = 128;
/// Longest name of who ordered it, as in holds.
const PERSON_BYTES_MAX: usize = 200;

/// Times of records, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSpan {
    /// The earliest.
    pub from: Timestamp,
    /// The latest.
    pub to: Timestamp,
}

/// The lock an object had.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedLock {
    /// Its mode.
    pub mode: LockMode,
    /// Its end.
    pub until: Timestamp,
}

/// What was disposed of. Evidence of disposal is part of a log's life (NIST SP 800-92), and storage limitation asks that it
/// happens (GDPR 5(1)(e)).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// The split.
    pub split: String,
    /// Its class.
    pub class: String,
    /// How long the class kept it.
    pub retention: Term,
    /// How many records it had.
    pub records: u64,
    /// Bytes of its data object.
    pub data_bytes: u64,
    /// Its records by their own times.
    pub events: RecordSpan,
    /// Its records by receipt.
    pub receipts: RecordSpan,
    /// The end of its retention.
    pub retention_end: Timestamp,
    /// The data object.
    pub object: ObjectVersion,
    /// Its checksum, as the Merkle log has it.
    pub sha256: Digest,
    /// The lock it had, if it had one.
    pub lock: Option<EndedLock>,
    /// The entry of the Merkle log that names the split. It stays: the log proves that there was what is gone.
    pub log_entry: u64,
    /// Who disposed of it: a person, or the lifecycle of a node.
    pub disposed_by: String,
    /// When.
    pub disposed_at: Timestamp,
}

impl Facts for Disposal {
    const KIND: &'static str = "palisade-disposal/v1";

    fn check(&self) -> Result<(), CertificateError> {
        words::line("the id of the split", &self.split, SPLIT_BYTES_MAX)?;
        words::line("the class of the split", &self.class, Class::NAME_BYTES_MAX)?;
        words::line("the name of the object", &self.object.name, ObjectVersion::NAME_BYTES_MAX)?;
        words::at_most("the version of the object", &self.object.version, ObjectVersion::VERSION_BYTES_MAX)?;
        words::line("the name of who disposed of it", &self.disposed_by, PERSON_BYTES_MAX)?;
        for (what, span) in [("events", self.events), ("receipts", self.receipts)] {
            if span.to < span.from {
                return Err(CertificateError::Span { what, from: span.from, to: span.to });
            }
        }
        let lock_end = self.lock.map(|lock| ("lock", lock.until));
        for (what, end) in [("retention", self.retention_end)].into_iter().chain(lock_end) {
            if self.disposed_at < end {
                let (split, at) = (self.split.clone(), self.disposed_at);
                return Err(CertificateError::TooSoon { split, at, what, end });
            }
        }
        Ok(())
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lock = self.lock.map_or("none".to_owned(), |lock| format!("{}, ended {}", lock.mode, lock.until));
        writeln!(formatter, "Certificate of disposal")?;
        writeln!(formatter)?;
        writeln!(formatter, "split          {}", self.split)?;
        writeln!(formatter, "class          {}, kept for {}", self.class, self.retention)?;
        writeln!(formatter, "records        {} in {}", self.records, ByteSize::bytes(self.data_bytes))?;
        writeln!(formatter, "events         {} to {}", self.events.from, self.events.to)?;
        writeln!(formatter, "receipts       {} to {}", self.receipts.from, self.receipts.to)?;
        writeln!(formatter, "retention end  {}", self.retention_end)?;
        writeln!(formatter, "lock           {lock}")?;
        writeln!(formatter, "object         {}", self.object)?;
        writeln!(formatter, "sha256         {}", self.sha256)?;
        writeln!(formatter, "log entry      {}", self.log_entry)?;
        writeln!(formatter, "disposed of    {} by {}", self.disposed_at, self.disposed_by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Certificate;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn facts() -> Disposal {
        let span = RecordSpan { from: at("2026-01-01T00:00:00Z"), to: at("2026-01-01T00:05:00Z") };
        Disposal {
            split: "0001".to_owned(),
            class: "pci-12m".to_owned(),
            retention: Term::days(366),
            records: 120_000,
            data_bytes: 64 << 20,
            events: span,
            receipts: span,
            retention_end: at("2027-01-02T00:05:00Z"),
            object: ObjectVersion { name: "splits/0001.data".to_owned(), version: "v7".to_owned() },
            sha256: Digest::from([0; 32]),
            lock: Some(EndedLock { mode: LockMode::Governance, until: at("2027-01-03T00:05:00Z") }),
            log_entry: 41,
            disposed_by: "lifecycle of node-1".to_owned(),
            disposed_at: at("2027-01-03T00:06:00Z"),
        }
    }

    #[test]
    fn a_certificate_has_one_form_in_json_and_comes_back() {
        let certificate = Certificate::issue(facts()).unwrap();
        let json = certificate.to_json();
        let expected = concat!(
            r#"{"kind":"palisade-disposal/v1","facts":{"split":"0001","class":"pci-12m","retention":"366d","#,
            r#""records":120000,"data_bytes":67108864,"#,
            r#""events":{"from":"2026-01-01T00:00:00.000Z","to":"2026-01-01T00:05:00.000Z"},"#,
            r#""receipts":{"from":"2026-01-01T00:00:00.000Z","to":"2026-01-01T00:05:00.000Z"},"#,
            r#""retention_end":"2027-01-02T00:05:00.000Z","object":{"name":"splits/0001.data","version":"v7"},"#,
            r#""sha256":"0000000000000000000000000000000000000000000000000000000000000000","#,
            r#""lock":{"mode":"governance","until":"2027-01-03T00:05:00.000Z"},"log_entry":41,"#,
            r#""disposed_by":"lifecycle of node-1","disposed_at":"2027-01-03T00:06:00.000Z"}}"#,
        );
        assert_eq!(json, expected);
        assert_eq!(Certificate::from_json(&json), Ok(certificate));
    }

    #[test]
    fn people_read_what_went_and_why_it_could() {
        let text = Certificate::issue(facts()).unwrap().to_string();
        for line in [
            "records        120000 in 64 MiB",
            "class          pci-12m, kept for 366d",
            "lock           governance, ended 2027-01-03T00:05:00.000Z",
            "object         splits/0001.data (version v7)",
            "disposed of    2027-01-03T00:06:00.000Z by lifecycle of node-1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    #[test]
    fn nothing_certifies_a_disposal_that_came_too_soon() {
        let early = Disposal { disposed_at: at("2027-01-03T00:04:59Z"), ..facts() };
        let message = Certificate::issue(early.clone()).unwrap_err().to_string();
        assert!(message.contains("before its lock ended at 2027-01-03"), "{message}");
        let earlier = Disposal { disposed_at: at("2027-01-02T00:04:59Z"), lock: None, ..early };
        let message = Certificate::issue(earlier).unwrap_err().to_string();
        assert!(message.contains("before its retention ended"), "{message}");
        let turned = RecordSpan { from: at("2026-01-02T00:00:00Z"), to: at("2026-01-01T00:00:00Z") };
        assert!(Certificate::issue(Disposal { events: turned, ..facts() }).is_err());
    }

    #[test]
    fn a_certificate_that_was_altered_is_refused_where_it_contradicts_itself() {
        let json = Certificate::issue(facts()).unwrap().to_json();
        for (from, to) in [
            ("disposal/v1", "disposal/v2"),
            ("T00:06:00", "T00:04:00"),
            (r#""log_entry":41"#, r#""log_entry":-1"#),
            (r#""log_entry":41"#, r#""log_entry":41,"more":1"#),
        ] {
            let altered = json.replacen(from, to, 1);
            assert_ne!(altered, json);
            assert!(Certificate::<Disposal>::from_json(&altered).is_err(), "{to}");
        }
        assert!(Certificate::<Disposal>::from_json(&" ".repeat((1 << 20) + 1)).is_err());
    }
}

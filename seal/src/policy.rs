//! What a stream protects.

use std::collections::HashSet;

use palisade_record::StreamName;
use serde::{Deserialize, Serialize};

use crate::detector::{Builtin, DetectorError, DetectorSettings, Detectors};
use crate::keyring::NAME_BYTES_MAX;

/// Protected fields of one stream. With detectors and patterns they stay far below the names that a stream may ever have.
pub const FIELDS_MAX: usize = 256;

/// Fields that order and retention rest on; nobody could find or keep a record of which they cannot be read.
const CLEAR_FIELDS: [&str; 3] = ["timestamp", "received_at", "stream"];

/// What a stream protects, as it is configured.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// The stream.
    pub stream: String,
    /// Names of fields; one also covers those inside it: `patient` covers `patient.name`.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The field whose value says whose record it is. It is one of `fields`, or inside one.
    #[serde(default)]
    pub subject: Option<String>,
    /// What is looked for in free text.
    #[serde(default)]
    pub detectors: DetectorSettings,
}

/// What a stream protects, checked and ready to use.
#[derive(Debug)]
pub struct Policy {
    stream: StreamName,
    fields: HashSet<Box<str>>,
    subject: Option<Box<str>>,
    detectors: Detectors,
}

/// Why a protection cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolicyError {
    /// The stream's name is none.
    #[error("{0}")]
    Stream(String),
    /// There are too many fields.
    #[error(
        "stream `{stream}` protects {count} fields, {FIELDS_MAX} are allowed; name the object that they are in instead: `patient` covers `patient.name`"
    )]
    TooMany {
        /// The stream.
        stream: String,
        /// How many there are.
        count: usize,
    },
    /// A field's name is none.
    #[error("stream `{stream}` cannot protect `{field}`: {reason}")]
    Field {
        /// The stream.
        stream: String,
        /// What was written, as far as it can be shown.
        field: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A field is protected twice.
    #[error(
        "stream `{stream}` protects `{field}` and `{by}`, which covers it; keep one of them, for a value is searched by the name that covers it"
    )]
    Covered {
        /// The stream.
        stream: String,
        /// The field.
        field: String,
        /// What covers it.
        by: String,
    },
    /// The subject would stand in clear.
    #[error(
        "the subject of stream `{stream}` is `{subject}`, which is not protected and would be readable in every record; add it to `fields`"
    )]
    SubjectInClear {
        /// The stream.
        stream: String,
        /// The subject's field.
        subject: String,
    },
    /// Detectors cannot be used.
    #[error("the detectors of stream `{stream}`: {source}")]
    Detectors {
        /// The stream.
        stream: String,
        /// Why not.
        source: DetectorError,
    },
    /// Two things have one protection name.
    #[error(
        "the pattern `{name}` of stream `{stream}` has the name of a protected field, a detector or another pattern; values under one name are searched together, so give it a name of its own"
    )]
    SameName {
        /// The stream.
        stream: String,
        /// The name.
        name: String,
    },
}

impl Policy {
    /// Checks a protection and makes it ready.
    pub fn new(protection: &Protection) -> Result<Self, PolicyError> {
        let stream: StreamName = protection.stream.parse().map_err(PolicyError::Stream)?;
        let name = || protection.stream.clone();
        if protection.fields.len() > FIELDS_MAX {
            return Err(PolicyError::TooMany { stream: name(), count: protection.fields.len() });
        }
        let mut fields: HashSet<Box<str>> = HashSet::new();
        for field in &protection.fields {
            check_field(&protection.stream, field)?;
            if !fields.insert(field.as_str().into()) {
                return Err(PolicyError::Covered { stream: name(), field: field.clone(), by: field.clone() });
            }
        }
        for field in &protection.fields {
            if let Some(by) = parents(field).skip(1).find(|parent| fields.contains(*parent)) {
                return Err(PolicyError::Covered { stream: name(), field: field.clone(), by: by.to_owned() });
            }
        }
        if let Some(subject) = &protection.subject {
            check_field(&protection.stream, subject)?;
            if !parents(subject).any(|parent| fields.contains(parent)) {
                return Err(PolicyError::SubjectInClear { stream: name(), subject: subject.clone() });
            }
        }
        check_pattern_names(protection, &fields)?;
        let detectors = Detectors::new(&protection.detectors, &protection.fields)
            .map_err(|source| PolicyError::Detectors { stream: name(), source })?;
        let subject = protection.subject.as_deref().map(Into::into);
        Ok(Self { stream, fields, subject, detectors })
    }

    /// The stream.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The field whose value says whose record it is.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What is looked for in free text.
    pub fn detectors(&self) -> &Detectors {
        &self.detectors
    }

    /// Whether nothing is protected.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.detectors.is_empty()
    }

    /// The configured field that covers a field of a record: itself, or one that it is inside; `None` when it stands in clear.
    pub fn protection_name_of(&self, field: &str) -> Option<&str> {
        if self.fields.is_empty() {
            return None;
        }
        parents(field).find_map(|parent| self.fields.get(parent).map(|name| &**name))
    }

    /// All names under which this stream protects values, for the one who searches them.
    pub fn protection_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|name| &**name)
    }
}

/// A field's name, then those of the objects it is inside, innermost first.
fn parents(field: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(field), |name| name.rsplit_once('.').map(|(parent, _)| parent))
}

fn check_field(stream: &str, field: &str) -> Result<(), PolicyError> {
    let reason = if field.is_empty() {
        "a name is missing"
    } else if field.len() > NAME_BYTES_MAX {
        "no field has a name of more than 512 bytes"
    } else if field.split('.').any(str::is_empty) {
        "a part of the path is empty; write `patient`, not `patient.`"
    } else if field.contains('*') {
        "there are no wildcards; `patient` covers everything inside it"
    } else if field.contains(char::is_control) {
        "it has a control character"
    } else if CLEAR_FIELDS.contains(&field) {
        "order and retention rest on it"
    } else {
        return Ok(());
    };
    let field = field.chars().take(64).collect();
    Err(PolicyError::Field { stream: stream.to_owned(), field, reason })
}

fn check_pattern_names(protection: &Protection, fields: &HashSet<Box<str>>) -> Result<(), PolicyError> {
    let mut seen = HashSet::new();
    for pattern in &protection.detectors.patterns {
        let name = pattern.name.as_str();
        if fields.contains(name) || Builtin::from_name(name).is_some() || !seen.insert(name) {
            return Err(PolicyError::SameName { stream: protection.stream.clone(), name: name.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::UserPattern;

    fn protection(fields: &[&str], subject: Option<&str>) -> Protection {
        Protection {
            stream: "audit".into(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            subject: subject.map(str::to_owned),
            detectors: DetectorSettings::default(),
        }
    }

    #[test]
    fn a_field_covers_itself_and_what_is_inside_it() {
        let policy = Policy::new(&protection(&["patient", "user.email"], Some("patient.id"))).unwrap();
        for (field, name) in [
            ("patient", Some("patient")),
            ("patient.name", Some("patient")),
            ("patient.address.0.city", Some("patient")),
            ("user.email", Some("user.email")),
            ("user", None),
            ("user.name", None),
            ("patients", None),
            ("", None),
        ] {
            assert_eq!(policy.protection_name_of(field), name, "{field}");
        }
        assert_eq!((policy.subject(), policy.stream().as_str()), (Some("patient.id"), "audit"));
        assert!(!policy.is_empty());
    }

    #[test]
    fn a_wrong_protection_says_what_to_write_instead() {
        for (fields, subject, told) in [
            (&["patient.*"][..], None, "`patient` covers everything inside it"),
            (&["patient."], None, "write `patient`"),
            (&[""], None, "a name is missing"),
            (&["timestamp"], None, "order and retention"),
            (&["patient", "patient.name"], None, "keep one of them"),
            (&["patient", "patient"], None, "keep one of them"),
            (&["email"], Some("patient_id"), "add it to `fields`"),
        ] {
            let error = Policy::new(&protection(fields, subject)).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let many: Vec<String> = (0..300).map(|number| format!("f{number}")).collect();
        let many = Protection { fields: many, ..protection(&[], None) };
        assert!(Policy::new(&many).unwrap_err().to_string().contains("name the object"));
        let stream = Protection { stream: "../x".into(), ..protection(&[], None) };
        assert!(Policy::new(&stream).unwrap_err().to_string().contains("not a stream name"));
    }

    #[test]
    fn a_pattern_needs_a_name_of_its_own() {
        let pattern = |name: &str| UserPattern { name: name.into(), regex: "x".into() };
        for patterns in [vec![pattern("email")], vec![pattern("user")], vec![pattern("a"), pattern("a")]] {
            let mut protection = protection(&["user"], None);
            protection.detectors.patterns = patterns;
            assert!(matches!(Policy::new(&protection), Err(PolicyError::SameName { .. })));
        }
    }

    #[test]
    fn a_stream_that_protects_nothing_is_empty() {
        let policy = Policy::new(&protection(&[], None)).unwrap();
        assert!(policy.is_empty());
        assert_eq!(policy.protection_name_of("patient"), None);
    }
}

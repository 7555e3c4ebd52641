//! What was tried and what came of it.

use std::fmt;

use palisade_record::Timestamp;
use serde::Serialize;

/// What a storage did, step by step. As JSON for machines, as text for people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Certificate {
    /// The storage, without parameters and keys.
    pub storage: String,
    /// When it was examined.
    pub examined_at: Timestamp,
    /// Whether compliance mode was tried.
    pub compliance: bool,
    /// What was tried, in order.
    pub steps: Vec<Step>,
    /// Keys that the doctor could not remove, because they are locked for some minutes.
    pub left: Vec<String>,
}

/// One thing that was tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// What must be so.
    pub name: String,
    /// What a storage that is fit does.
    pub expected: String,
    /// What this one did.
    pub found: String,
    /// Whether that is the same.
    pub verdict: Verdict,
    /// Whether evidence can do without it.
    pub essential: bool,
}

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// Otherwise.
    Fail,
    /// Worth knowing, neither good nor bad.
    Info,
}

impl Certificate {
    pub(super) fn begin(storage: String, examined_at: Timestamp, compliance: bool) -> Self {
        Self { storage, examined_at, compliance, steps: Vec::new(), left: Vec::new() }
    }

    /// Whether evidence may be kept there: nothing essential failed.
    pub fn is_fit(&self) -> bool {
        !self.steps.is_empty()
            && !self.steps.iter().any(|step| step.essential && step.verdict == Verdict::Fail)
    }

    /// The step with this name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// Evidence needs this.
    pub(super) fn must(&mut self, name: &str, expected: &str, result: Result<String, String>) -> bool {
        self.note(name, expected, result, true)
    }

    /// Evidence is safer with this.
    pub(super) fn should(&mut self, name: &str, expected: &str, result: Result<String, String>) -> bool {
        self.note(name, expected, result, false)
    }

    pub(super) fn info(&mut self, name: &str, found: impl Into<String>) {
        let (name, expected) = (name.to_owned(), "for information".to_owned());
        self.steps.push(Step {
            name,
            expected,
            found: found.into(),
            verdict: Verdict::Info,
            essential: false,
        });
    }

    fn note(&mut self, name: &str, expected: &str, result: Result<String, String>, essential: bool) -> bool {
        let passed = result.is_ok();
        let verdict = if passed { Verdict::Pass } else { Verdict::Fail };
        let (name, expected) = (name.to_owned(), expected.to_owned());
        let found = result.unwrap_or_else(|found| found);
        self.steps.push(Step { name, expected, found, verdict, essential });
        passed
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}, examined at {}", self.storage, self.examined_at)?;
        for step in &self.steps {
            let verdict = match (step.verdict, step.essential) {
                (Verdict::Pass, _) => "pass",
                (Verdict::Fail, true) => "FAIL",
                (Verdict::Fail, false) => "weak",
                (Verdict::Info, _) => "info",
            };
            writeln!(formatter, "  {verdict}  {}: {}", step.name, step.found)?;
            if step.verdict == Verdict::Fail {
                writeln!(formatter, "        expected: {}", step.expected)?;
            }
        }
        if !self.left.is_empty() {
            let count = self.left.len();
            writeln!(
                formatter,
                "{count} locked objects of the doctor stay for some minutes; the next examination removes them."
            )?;
        }
        let fit = if self.is_fit() { "Evidence may be kept here." } else { "Do not keep evidence here." };
        writeln!(formatter, "{fit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Certificate {
        Certificate::begin("s3://logs/".to_owned(), Timestamp::default(), false)
    }

    #[test]
    fn only_what_is_essential_makes_a_storage_unfit() {
        let mut certificate = certificate();
        assert!(!certificate.is_fit(), "nothing was tried");
        certificate.must("a", "x", Ok("x".to_owned()));
        certificate.should("b", "x", Err("y".to_owned()));
        certificate.info("c", "z");
        assert!(certificate.is_fit());
        certificate.must("d", "x", Err("y".to_owned()));
        assert!(!certificate.is_fit());
    }

    #[test]
    fn it_is_printed_for_people_and_for_machines() {
        let mut certificate = certificate();
        certificate.must("locks are kept", "the lock", Err("no lock".to_owned()));
        certificate.should("no bypass", "refused", Err("accepted".to_owned()));
        certificate.left.push("key".to_owned());
        let text = certificate.to_string();
        assert!(text.contains("FAIL  locks are kept: no lock\n        expected: the lock"), "{text}");
        assert!(text.contains("weak  no bypass") && text.ends_with("Do not keep evidence here.\n"), "{text}");

        let json = serde_json::to_value(&certificate).unwrap();
        assert_eq!(json["steps"][0]["verdict"], "fail");
        assert_eq!(json["steps"][1]["essential"], false);
        assert_eq!(json["examined_at"], "1970-01-01T00:00:00.000Z");
    }
}

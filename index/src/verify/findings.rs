//! What is wrong, within bounds: the worst is known however much there is.

use std::ops::Range;

use super::report::{Finding, FindingKind};

/// Whoever finds so many things wrong needs no more of them.
const FINDINGS_MAX: usize = 1_000;

/// Findings, as they come.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) kept: Vec<Finding>,
    /// How many more there were.
    pub(super) left_off: u64,
    pub(super) worst: Option<FindingKind>,
}

impl Findings {
    pub(super) fn push(&mut self, finding: Finding) {
        self.worst = self.worst.max(Some(finding.kind));
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.left_off += 1;
        }
    }

    /// Something was changed.
    pub(super) fn tampered(&mut self, object: impl Into<String>, problem: impl Into<String>) {
        self.push(Finding::new(FindingKind::Tampered, object, problem));
    }

    /// Something was changed in these bytes.
    pub(super) fn tampered_at(
        &mut self,
        object: impl Into<String>,
        bytes: Range<u64>,
        problem: impl Into<String>,
    ) {
        let bytes = (!bytes.is_empty()).then_some(bytes);
        self.push(Finding { bytes, ..Finding::new(FindingKind::Tampered, object, problem) });
    }

    /// Something is not there, or not yet told of.
    pub(super) fn incomplete(&mut self, object: impl Into<String>, problem: impl Into<String>) {
        self.push(Finding::new(FindingKind::Incomplete, object, problem));
    }

    /// Something could not be read, or is not there.
    pub(super) fn unreadable(&mut self, object: impl Into<String>, error: &std::io::Error) {
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                self.incomplete(object, "it is not there; bring it back from a copy");
            }
            _ => self.incomplete(object, format!("it cannot be read: {error}")),
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        let Self { kept, left_off, worst } = other;
        kept.into_iter().for_each(|finding| self.push(finding));
        self.left_off += left_off;
        self.worst = self.worst.max(worst);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.worst.is_none()
    }
}

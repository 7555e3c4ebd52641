//! What an audit finds.

use std::ops::Range;

use super::reader::ReadError;

/// The path under which a finding about the checkpoint itself is told.
pub(super) const CHECKPOINT_PATH: &str = "checkpoint";

/// Whether something was changed, or is not there to be judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FindingKind {
    /// It is not what the log was.
    Tampered,
    /// It is not there, or cannot be read: the log is incomplete, and may be whole elsewhere.
    Missing,
}

/// Something that is wrong with a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The object, relative to the log: `tile/0/000`, or `checkpoint`.
    pub path: String,
    /// Which of its bytes. Empty if it is missing, or if it is about a checkpoint as a whole.
    pub range: Range<u64>,
    /// What is wrong, for people.
    pub problem: String,
    /// Whether something was changed or is not there.
    pub kind: FindingKind,
}

impl Finding {
    pub(super) fn tampered(path: impl Into<String>, range: Range<u64>, problem: String) -> Self {
        Self { path: path.into(), range, problem, kind: FindingKind::Tampered }
    }

    /// About the tree that a checkpoint speaks of.
    pub(super) fn checkpoint(problem: String) -> Self {
        Self::tampered(CHECKPOINT_PATH, 0..0, problem)
    }
}

impl From<ReadError> for Finding {
    fn from(error: ReadError) -> Self {
        let problem = error.to_string();
        let (path, range, kind) = match error {
            ReadError::Missing { path } | ReadError::Unreadable { path, .. } => {
                (path, 0..0, FindingKind::Missing)
            }
            ReadError::Malformed { path, range, .. } => (path, range, FindingKind::Tampered),
            ReadError::Outside { .. } => (CHECKPOINT_PATH.into(), 0..0, FindingKind::Tampered),
        };
        Self { path, range, problem, kind }
    }
}

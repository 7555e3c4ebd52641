//! Which detectors a stream uses.

use serde::{Deserialize, Serialize};

use super::Builtin;

/// A pattern of the operator's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPattern {
    /// The protection name of what it finds: 1 to 64 letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// A regular expression. All that it matches is protected; what stands around it can be said with `\b`.
    pub regex: String,
}

/// Which detectors a stream uses.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DetectorSettings {
    /// Detectors by their names: `card`, `email`, `iban`, `us-ssn`, `phone`.
    pub builtin: Vec<String>,
    /// Patterns beside them.
    pub patterns: Vec<UserPattern>,
    /// Whether values are found that stand in texts beside the name of a protected field.
    pub named_values: bool,
}

impl DetectorSettings {
    pub(super) fn builtins(&self) -> Result<Vec<Builtin>, DetectorError> {
        let known = |name: &String| {
            Builtin::from_name(name).ok_or_else(|| DetectorError::Unknown { name: name.clone() })
        };
        self.builtin.iter().map(known).collect()
    }
}

/// Why detectors cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DetectorError {
    /// There is no detector of that name.
    #[error(
        "there is no detector `{name}`; there are `card`, `email`, `iban`, `us-ssn` and `phone`, and `patterns` for others"
    )]
    Unknown {
        /// What was written.
        name: String,
    },
    /// A pattern cannot be used.
    #[error("the pattern `{name}` cannot be used: {reason}")]
    Pattern {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern has no usable name.
    #[error("`{name}` cannot be the name of a pattern; use 1 to 64 letters, digits, `.`, `_` and `-`")]
    PatternName {
        /// What was written, as far as it can be shown.
        name: String,
    },
    /// There are too many patterns.
    #[error(
        "there are {count} patterns, {} are allowed in a stream; join some of them with `|`",
        super::PATTERNS_MAX
    )]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

//! Why a rule was refused.

use std::fmt;

use serde::Serialize;

/// Why a rule cannot be evaluated. A rule with a problem is refused as a whole: half a rule would be a rule that nobody wrote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// What is wrong, and what to do about it.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

//! What is wrong on a line.

use crate::Problem;

/// What is wrong on a line of a file whose name the finder does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong, and what to do about it.
    pub reason: String,
}

impl Fault {
    /// Something wrong on a line.
    pub fn new(line: u32, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }

    /// The same, with the name of the file.
    pub fn in_file(self, file: &str) -> Problem {
        Problem { file: file.to_owned(), line: self.line, reason: self.reason }
    }
}

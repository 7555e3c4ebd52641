//! Texts that people type: there, not too long, and on one line where they stand in one.

use thiserror::Error;

/// A text that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("{0} is missing; give one")]
    Missing(&'static str),
    /// Too long.
    #[error("{what} has {bytes} bytes and may have {most}; shorten it")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// It would break the line it stands in.
    #[error("{0} has a line break or another control character; write it on one line")]
    Control(&'static str),
}

/// A text on one line, which must not be missing.
pub(crate) fn line(what: &'static str, text: &str, most: usize) -> Result<(), TextError> {
    if text.chars().any(char::is_control) {
        return Err(TextError::Control(what));
    }
    paragraph(what, text, most)
}

/// A text of any lines, which must not be missing.
pub(crate) fn paragraph(what: &'static str, text: &str, most: usize) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Missing(what));
    }
    at_most(what, text, most)
}

/// A text that may be missing.
pub(crate) fn at_most(what: &'static str, text: &str, most: usize) -> Result<(), TextError> {
    let bytes = text.len();
    if bytes > most { Err(TextError::TooLong { what, bytes, most }) } else { Ok(()) }
}

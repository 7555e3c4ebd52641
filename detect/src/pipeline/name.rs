//! Names of fields, which are the same with and without spaces.

use std::borrow::Cow;

/// The name of a field of records, without spaces: rules call `Threat Name` either so or `ThreatName`, and records too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(String);

impl Name {
    /// From a name as somebody writes it.
    pub fn new(text: &str) -> Self {
        Self(without_spaces(text).into_owned())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text without spaces.
pub fn without_spaces(text: &str) -> Cow<'_, str> {
    if text.contains(' ') { Cow::Owned(text.replace(' ', "")) } else { Cow::Borrowed(text) }
}

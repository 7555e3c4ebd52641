//! Which retention class the records of a stream have. A split holds records of one class only, because an object has one
//! lock and is disposed of as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use palisade_record::StreamName;
use serde::{Deserialize, Serialize};

/// Longest name of a class. It is a part of the names of objects.
const NAME_BYTES_MAX: usize = 32;

/// The name of a retention class: 1 to 32 of `a-z 0-9 -`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClassName(Arc<str>);

impl ClassName {
    /// The class of streams of which nothing else is said.
    pub fn standard() -> Self {
        Self("standard".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClassName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        if begins_well && text.len() <= NAME_BYTES_MAX && text.bytes().all(allowed) {
            return Ok(Self(text.into()));
        }
        let text = text.escape_debug();
        Err(format!(
            "`{text}` is not the name of a class; use 1 to 32 of a-z, 0-9 and `-`, beginning with a letter"
        ))
    }
}

impl TryFrom<String> for ClassName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ClassName> for String {
    fn from(class: ClassName) -> Self {
        class.0.as_ref().to_owned()
    }
}

impl fmt::Display for ClassName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The class of every stream, and which streams have receipts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamClasses {
    by_stream: BTreeMap<StreamName, ClassName>,
    otherwise: ClassName,
    receipts: BTreeSet<StreamName>,
}

impl StreamClasses {
    /// These streams have these classes, all others the standard one.
    pub fn new(by_stream: BTreeMap<StreamName, ClassName>) -> Self {
        Self { by_stream, otherwise: ClassName::standard(), receipts: BTreeSet::new() }
    }

    /// Records of these streams go into the cold storage within seconds, as journal files. Whoever says so has a cold
    /// storage, and somebody who puts them there: until then the files stay.
    #[must_use]
    pub fn with_receipts(self, streams: impl IntoIterator<Item = StreamName>) -> Self {
        Self { receipts: streams.into_iter().collect(), ..self }
    }

    /// The streams with receipts.
    pub fn receipts(&self) -> &BTreeSet<StreamName> {
        &self.receipts
    }

    /// The class of a stream.
    pub fn of(&self, stream: &StreamName) -> &ClassName {
        self.by_stream.get(stream).unwrap_or(&self.otherwise)
    }
}

impl Default for StreamClasses {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_parts_of_object_names() {
        for name in ["standard", "hipaa-6y", "a"] {
            assert_eq!(name.parse::<ClassName>().unwrap().as_str(), name);
        }
        for name in ["", "7y", "Upper", "a/b", "a.b", "a b", &"a".repeat(33)] {
            assert!(name.parse::<ClassName>().is_err(), "{name}");
        }
    }
}

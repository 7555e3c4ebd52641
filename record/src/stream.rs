//! Names of streams.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a stream: 1 to 63 of `a-z 0-9 . _ -`, beginning with a letter or digit, without `..`.
///
/// Names become parts of paths and keys; nothing that passes here can leave its folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamName(Arc<str>);

impl StreamName {
    /// Longest name, that of a DNS label.
    pub const BYTES_MAX: usize = 63;

    /// The stream in which gaps are recorded: byte ranges of a source that could not be shipped.
    pub fn gaps() -> Self {
        Self("palisade.gaps".into())
    }

    /// The stream in which Palisade records what was done with it.
    pub fn audit_trail() -> Self {
        Self("palisade.audit".into())
    }

    /// Whether it is kept for what Palisade itself has to record.
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("palisade.")
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let begins_well =
            text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if begins_well && text.len() <= Self::BYTES_MAX && text.bytes().all(allowed) && !text.contains("..") {
            return Ok(Self(text.into()));
        }
        Err(format!(
            "`{}` is not a stream name; use 1 to 63 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit",
            text.escape_debug()
        ))
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for StreamName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StreamName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for text in ["audit", "app", "cdn-1.eu_west", "palisade.audit"] {
            assert!(text.parse::<StreamName>().is_ok(), "{text}");
        }
        for text in
            ["", "..", "a..b", "../x", "A", "a/b", "%2e", "a%", "-a", ".a", "a\0", "é", &"a".repeat(64)]
        {
            assert!(text.parse::<StreamName>().is_err(), "{text:?}");
        }
    }
}

//! Names of storage classes, as the store knows them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a storage class: `STANDARD`, `GLACIER_IR`, or what another store than S3 calls its own. What a class costs
/// and demands is data, in [`crate::PriceTable`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StorageClass(Cow<'static, str>);

impl StorageClass {
    /// Longest name: it is sent as a header, and the names in use have at most 20 bytes.
    pub const BYTES_MAX: usize = 64;
    /// Read in milliseconds, nothing for retrieval.
    pub const STANDARD: Self = Self(Cow::Borrowed("STANDARD"));
    /// Cheaper to keep, a fee for retrieval.
    pub const STANDARD_IA: Self = Self(Cow::Borrowed("STANDARD_IA"));
    /// Read in milliseconds, dear to retrieve: cold and still searchable.
    pub const GLACIER_INSTANT: Self = Self(Cow::Borrowed("GLACIER_IR"));
    /// Must be restored before it is read: minutes to hours.
    pub const GLACIER: Self = Self(Cow::Borrowed("GLACIER"));
    /// Must be restored before it is read: half a day to two days.
    pub const DEEP_ARCHIVE: Self = Self(Cow::Borrowed("DEEP_ARCHIVE"));

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for StorageClass {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl FromStr for StorageClass {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if text.is_empty() || text.len() > Self::BYTES_MAX || !text.bytes().all(allowed) {
            return Err(format!(
                "`{}` is not a storage class; write its name as the store knows it, like STANDARD or GLACIER_IR",
                text.escape_debug()
            ));
        }
        Ok(Self(Cow::Owned(text.to_ascii_uppercase())))
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for StorageClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StorageClass {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_a_header_and_its_case_does_not_matter() {
        assert_eq!("glacier_ir".parse(), Ok(StorageClass::GLACIER_INSTANT));
        for text in ["", "A B", "A\r\nx-amz-acl: public", &"A".repeat(65), "é"] {
            assert!(text.parse::<StorageClass>().is_err(), "{text:?}");
        }
    }
}

//! The name of one object in a store, for ever.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One version of one object. A locked object is always named with its version: a delete or an overwrite in a bucket with
/// Object Lock only adds a newer one, and the evidence is still there under its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// The key in its storage.
    pub name: String,
    /// The version's id; empty in a store without versions.
    pub version: String,
}

impl ObjectVersion {
    /// Longest key, that of S3.
    pub const NAME_BYTES_MAX: usize = 1_024;
    /// Longest version id, that of S3.
    pub const VERSION_BYTES_MAX: usize = 1_024;
}

impl fmt::Display for ObjectVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.version.is_empty() {
            return formatter.write_str(&self.name);
        }
        write!(formatter, "{} (version {})", self.name, self.version)
    }
}

//! How fast an archive is asked to bring objects back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The speeds of S3. How long each takes is data: [`crate::price::RestoreTerms`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// Minutes, dear, and refused when the store is busy.
    Expedited,
    /// Hours.
    #[default]
    Standard,
    /// Up to days, and cheapest.
    Bulk,
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Expedited, Self::Standard, Self::Bulk]
            .into_iter()
            .find(|speed| text.eq_ignore_ascii_case(&speed.to_string()))
            .ok_or_else(|| {
                let text = text.escape_debug();
                format!("`{text}` is not a speed; write expedited, standard or bulk")
            })
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Expedited => "expedited",
            Self::Standard => "standard",
            Self::Bulk => "bulk",
        })
    }
}

//! What every rule says of itself, whatever it looks for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Alerting;

/// Who a rule is: the `id` in its file, or where there is none its `name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How much an alert matters, as Sigma calls it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; on its own nothing to do.
    Informational,
    /// To be looked at some day.
    Low,
    /// To be looked at; what a rule is that says nothing.
    #[default]
    Medium,
    /// To be looked at now.
    High,
    /// Someone is woken.
    Critical,
}

impl Severity {
    /// As rules write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "informational" => Self::Informational,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => return Err(()),
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What every rule says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Header {
    /// Who it is.
    pub id: RuleId,
    /// The name by which correlations may call it.
    pub name: Option<String>,
    /// One line.
    pub title: String,
    /// What it finds and why that matters.
    pub description: String,
    /// How much it matters.
    pub level: Severity,
    /// `stable`, `test`, `experimental`, `deprecated`, `unsupported`.
    pub status: Option<String>,
    /// Who wrote it; licences of rules ask for it to be told.
    pub author: Option<String>,
    /// `attack.t1110`, `hipaa.164.312.b`, …
    pub tags: Vec<String>,
    /// What it takes for an attack and is none.
    pub false_positives: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// What to do when it fires: an address.
    pub runbook: Option<String>,
    /// What it says of its alerts.
    #[serde(default)]
    pub alerting: Alerting,
    /// The file it came from, as it was named.
    pub file: String,
    /// The line it begins at, from 1.
    pub line: u32,
}

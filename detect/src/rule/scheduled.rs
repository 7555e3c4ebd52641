//! A rule that is a search, asked again and again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Threshold;

/// A search that is asked at regular times about the span before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Scheduled {
    /// The query, with the pipes that make a table of it.
    pub query: String,
    /// The stream it is asked of; all of them when there is none.
    pub stream: Option<String>,
    /// How often.
    pub every: Duration,
    /// How long the span is that it is asked about.
    pub timespan: Duration,
    /// The columns whose values keep rows apart.
    pub group_by: Vec<String>,
    /// The column that is compared.
    pub value: String,
    /// With what.
    pub condition: Threshold,
}

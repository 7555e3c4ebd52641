//! What a rule says of its alerts, whatever its kind:
//!
//! ```yaml
//! alert:
//!     group-by: [Computer]      # an alert for each; of a rule about single records
//!     quiet: 5m                 # how long it must be over before another event is another episode
//!     lateness: 10m             # how late events may be
//!     for: 10m                  # how long it must hold before it is one
//!     ungrouped: true           # events that lack a field of the group count too
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::yaml::{Fault, Mapping, Node};

/// What a rule says of its alerts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Alerting {
    /// The fields by which alerts are kept apart.
    pub group_by: Option<Vec<String>>,
    /// How long a rule must not hold before its episode is over.
    pub quiet: Option<Duration>,
    /// How late an event may be and still be in time.
    pub lateness: Option<Duration>,
    /// How long a rule must hold before it is an episode.
    pub wait: Duration,
    /// Whether events without a group count.
    pub ungrouped: Option<bool>,
}

/// The longest of these durations: events are remembered for a day.
const DURATION_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Fields by which a rule keeps alerts apart. More make groups that nobody can read.
const GROUP_FIELDS_MAX: usize = 8;

const KEYS: [&str; 5] = ["group-by", "quiet", "lateness", "for", "ungrouped"];

impl Alerting {
    /// Reads `alert:` of a rule.
    pub(crate) fn read(document: &Mapping) -> Result<Self, Fault> {
        let Some(entry) = document.entry("alert") else { return Ok(Self::default()) };
        let mapping = entry.value.mapping("alert")?;
        mapping.only(&KEYS)?;
        let value = |key: &str| mapping.get(key);
        let duration = |key: &str| value(key).map(|node| bounded(node, key)).transpose();
        let group_by = value("group-by").map(|node| Ok::<_, Fault>((node.line, node.texts("group-by")?)));
        let group_by = match group_by.transpose()? {
            Some((line, fields)) if fields.len() > GROUP_FIELDS_MAX => {
                return Err(Fault::new(line, format!("more than {GROUP_FIELDS_MAX} fields of a group")));
            }
            other => other.map(|(_, fields)| fields),
        };
        Ok(Self {
            group_by,
            quiet: duration("quiet")?,
            lateness: duration("lateness")?,
            wait: duration("for")?.unwrap_or_default(),
            ungrouped: value("ungrouped").map(|node| node.boolean("ungrouped")).transpose()?,
        })
    }
}

fn bounded(node: &Node, key: &str) -> Result<Duration, Fault> {
    // Elsewhere no time at all is a slip; here it says that there is nothing to wait for.
    if matches!(node.text(key)?.as_str(), "0" | "0s") {
        return Ok(Duration::ZERO);
    }
    let duration = node.duration(key)?;
    if duration > DURATION_MAX {
        return Err(Fault::new(
            node.line,
            format!("`{key}` is longer than a day, for which events are remembered"),
        ));
    }
    Ok(duration)
}

//! Reading `watch: type: drop`: fewer records than there were before.
//!
//! ```yaml
//! watch:
//!     type: drop
//!     group-by: [service]
//!     timespan: 1m                          # the records of so long
//!     baseline: 1h                          # against the average of as long as that, over so long before
//!     minimum: 10                           # an average of fewer says nothing
//!     condition: {lt: 0.8}                  # are less than 80 % of it
//! alert: {for: 5m}                          # at every moment of five minutes
//! ```
//!
//! A group that is known for less than `baseline` has an average that is too low, so a drop is told later and never falsely. A drop that
//! lasts becomes part of the average, and a group that sends nothing any more has none after `baseline`: its alert is over then.

use std::time::Duration;

use super::correlation::threshold;
use super::watch::{minimum, timespan};
use crate::rule::{Comparison, Detection, Watch, WatchKind};
use crate::yaml::{Fault, Mapping};

const KEYS: [&str; 6] = ["type", "group-by", "timespan", "baseline", "minimum", "condition"];

/// What an average is made of, unless the rule says otherwise: longer than any burst, and short enough for morning to be morning.
const BASELINE: Duration = Duration::from_secs(60 * 60);

/// An average of fewer records says nothing, unless the rule says otherwise: a fifth less is chance more often than not.
const MINIMUM: u64 = 10;

/// Events are remembered for a day.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads it.
pub(super) fn drop(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    mapping.only(&KEYS)?;
    let timespan = timespan(mapping.require("timespan")?)?;
    let baseline = mapping.get("baseline").map_or(Ok(BASELINE), |node| node.duration("baseline"))?;
    if baseline <= timespan || baseline + timespan > MEMORY {
        let line = mapping.entry("baseline").map_or(mapping.line, |entry| entry.line);
        let reason = "`baseline` must be longer than `timespan`, and both together at most a day, for which events are remembered";
        return Err(Fault::new(line, reason));
    }
    let node = mapping.require("condition")?;
    let condition = threshold(node.mapping("condition")?, false)?;
    let is_less = |comparison| matches!(comparison, Comparison::Lt | Comparison::Lte);
    if condition.bounds.iter().any(|bound| !is_less(bound.comparison) || !(0.0..1.0).contains(&bound.value)) {
        let reason = "the condition of a drop must be `lt` or `lte` and a part of 1, like `lt: 0.8`";
        return Err(Fault::new(node.line, reason));
    }
    let minimum = mapping.get("minimum").map_or(Ok(MINIMUM), minimum)?;
    let group_by = mapping.require("group-by")?.texts("group-by")?;
    let kind = WatchKind::Drop { condition, minimum, baseline };
    Ok(Watch { kind, detections: vec![detection], group_by, timespan })
}

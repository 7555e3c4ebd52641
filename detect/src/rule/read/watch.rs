//! Reading `watch:` beside a detection.
//!
//! ```yaml
//! detection:
//!     played: {action: play}
//!     stalled: {action: buffering}
//!     condition: played or stalled          # the whole
//! watch:
//!     type: ratio
//!     part: stalled                         # of which this part
//!     distinct: [correlation_id]            # counted by sessions, not by records
//!     minimum: 50                           # fewer sessions say nothing
//!     group-by: [region]
//!     timespan: 10m
//!     condition: {gt: 0.05}
//! ```
//!
//! Drops are read in `drop`. Other kinds that need to know what is usual are read in `profile`, and told of in `crate::profile`.
//!
//! ```yaml
//! watch:
//!     type: absence                         # no record for so long
//!     group-by: [service]
//!     timespan: 15m
//!     memory: 12h                           # of a service that was there within this time
//! ```

use std::time::Duration;

use super::correlation::threshold;
use super::{drop, profile};
use crate::rule::condition::parse_condition;
use crate::rule::{Condition, Detection, Search, Watch, WatchKind};
use crate::yaml::{Fault, Mapping, Node};

const KINDS: &str =
    "ratio, absence, drop, first_seen, dormant, after_hours, bulk, sequence_gap, impossible_travel";

const RATIO_KEYS: [&str; 7] = ["type", "part", "distinct", "minimum", "group-by", "timespan", "condition"];
const ABSENCE_KEYS: [&str; 4] = ["type", "group-by", "timespan", "memory"];

/// The longest window: events are remembered for a day.
const TIMESPAN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long a group is remembered that says nothing of it. As long as events are.
const MEMORY_MAX: Duration = TIMESPAN_MAX;

/// Reads what is watched among the records that a detection finds.
pub(super) fn read(node: &Node, detection: Detection) -> Result<Watch, Fault> {
    let mapping = node.mapping("watch")?;
    let kind = mapping.require("type")?;
    match kind.text("type")?.as_str() {
        "ratio" => ratio(mapping, detection),
        "absence" => absence(mapping, detection),
        "drop" => drop::drop(mapping, detection),
        "first_seen" => profile::first_seen(mapping, detection),
        "dormant" => profile::dormant(mapping, detection),
        "after_hours" => profile::after_hours(mapping, detection),
        "bulk" => profile::bulk(mapping, detection),
        "sequence_gap" => profile::sequence_gap(mapping, detection),
        "impossible_travel" => profile::impossible_travel(mapping, detection),
        other => {
            let reason = format!("`type: {other}` is not known to `watch:`; known are {KINDS}");
            Err(Fault::new(kind.line, reason))
        }
    }
}

fn ratio(mapping: &Mapping, whole: Detection) -> Result<Watch, Fault> {
    mapping.only(&RATIO_KEYS)?;
    let part = mapping.require("part")?;
    let names: Vec<&str> = whole.search.selections.iter().map(|selection| selection.name.as_str()).collect();
    let condition = parse_condition(&part.text("part")?, &names)
        .map_err(|reason| Fault::new(part.line, format!("`part`: {reason}")))?;
    let condition = Condition::All(vec![whole.search.condition.clone(), condition]);
    let search = Search { condition, ..whole.search.clone() };
    let part = Detection { search, ..whole.clone() };
    let threshold = threshold(mapping.require("condition")?.mapping("condition")?, false)?;
    let minimum = mapping.get("minimum").map(minimum).transpose()?.unwrap_or(1);
    let distinct = mapping.optional_texts("distinct")?;
    watch(mapping, WatchKind::Ratio { condition: threshold, minimum, distinct }, vec![whole, part])
}

pub(super) fn minimum(node: &Node) -> Result<u64, Fault> {
    let number = node.text("minimum")?.parse::<u64>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Fault::new(node.line, "`minimum` must be a whole number above 0"))
}

fn absence(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    mapping.only(&ABSENCE_KEYS)?;
    let timespan = mapping.require("timespan")?.duration("timespan")?;
    let memory = match mapping.get("memory") {
        None => MEMORY_MAX,
        Some(node) => {
            let memory = node.duration("memory")?;
            if memory <= timespan || memory > MEMORY_MAX {
                let reason = "`memory` must be longer than `timespan` and at most a day, for which events are remembered";
                return Err(Fault::new(node.line, reason));
            }
            memory
        }
    };
    watch(mapping, WatchKind::Absence { memory }, vec![detection])
}

fn watch(mapping: &Mapping, kind: WatchKind, detections: Vec<Detection>) -> Result<Watch, Fault> {
    let timespan = timespan(mapping.require("timespan")?)?;
    let group_by = mapping.require("group-by")?.texts("group-by")?;
    Ok(Watch { kind, detections, group_by, timespan })
}

/// How long a window is.
pub(super) fn timespan(node: &Node) -> Result<Duration, Fault> {
    let timespan = node.duration("timespan")?;
    if timespan > TIMESPAN_MAX {
        return Err(Fault::new(
            node.line,
            "`timespan` must be more than nothing and at most a day, for which events are remembered",
        ));
    }
    Ok(timespan)
}

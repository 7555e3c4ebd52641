//! Reading kinds of `watch:` that need to know what is usual. Each is told of at the top of its file in `crate::profile`.

use std::time::Duration;

use super::watch::{minimum, timespan};
use crate::profile::{AfterHours, Dormant, FirstSeen, ProfileKind, WorkingHours};
use crate::rule::{Detection, Watch, WatchKind};
use crate::yaml::{Fault, Mapping, Node};

/// Keys of every kind.
const KEYS: [&str; 4] = ["type", "group-by", "timespan", "minimum"];

/// Unusual records within this time are one alert, unless the rule says otherwise; as those of rules about single records.
const TIMESPAN: Duration = Duration::from_secs(5 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A value is new that was not there for a quarter of a year: a season of a bank, and the sessions of most students.
const MEMORY: Duration = DAY.saturating_mul(90);

/// Within a week people have been everywhere where they usually are.
const LEARN: Duration = DAY.saturating_mul(7);

/// An account that nobody used for a quarter of a year should have been locked.
const SILENCE: Duration = DAY.saturating_mul(90);

/// Accounts that were silent for longer are strangers.
const DORMANT_MEMORY: Duration = DAY.saturating_mul(730);

/// `type: first_seen`.
pub(super) fn first_seen(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["fields", "memory", "learn"])?;
    let fields = fields(mapping.require("fields")?, "fields")?;
    let memory = duration(mapping, "memory", MEMORY)?;
    let learn = duration(mapping, "learn", LEARN)?;
    if learn >= memory {
        return Err(Fault::new(line(mapping, "learn"), "`learn` must be shorter than `memory`"));
    }
    let what = fields.join(" and ");
    watch(mapping, ProfileKind::FirstSeen(FirstSeen { what, memory, learn }), fields, detection)
}

/// `type: dormant`.
pub(super) fn dormant(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["silence", "memory"])?;
    let silence = duration(mapping, "silence", SILENCE)?;
    let memory = duration(mapping, "memory", DORMANT_MEMORY)?;
    if silence >= memory {
        return Err(Fault::new(line(mapping, "silence"), "`silence` must be shorter than `memory`"));
    }
    watch(mapping, ProfileKind::Dormant(Dormant { silence, memory }), Vec::new(), detection)
}

/// `type: after_hours`.
pub(super) fn after_hours(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["hours", "days", "zone"])?;
    let hours = mapping.require("hours")?;
    let zone = mapping.require("zone")?.text("zone")?;
    let days =
        mapping.get("days").map_or_else(|| Ok(vec!["mon-fri".to_owned()]), |node| node.texts("days"))?;
    let working = WorkingHours::parse(&hours.text("hours")?, &days, &zone).map_err(|reason| {
        let key = ["days", "zone"].into_iter().find(|key| reason.starts_with(&format!("`{key}`")));
        Fault::new(key.map_or(hours.line, |key| line(mapping, key)), reason)
    })?;
    watch(mapping, ProfileKind::AfterHours(AfterHours { hours: working }), Vec::new(), detection)
}

/// Refuses keys that neither every kind has nor this one.
fn only(mapping: &Mapping, own: &[&str]) -> Result<(), Fault> {
    mapping.only(&[&KEYS, own].concat())
}

fn fields(node: &Node, name: &str) -> Result<Vec<String>, Fault> {
    let fields = node.texts(name)?;
    if fields.is_empty() {
        Err(Fault::new(node.line, format!("`{name}` names no field")))
    } else {
        Ok(fields)
    }
}

fn duration(mapping: &Mapping, key: &str, default: Duration) -> Result<Duration, Fault> {
    mapping.get(key).map_or(Ok(default), |node| node.duration(key))
}

/// The line of a key, or of the whole when it is not there.
fn line(mapping: &Mapping, key: &str) -> u32 {
    mapping.entry(key).map_or(mapping.line, |entry| entry.line)
}

fn watch(
    mapping: &Mapping,
    profile: ProfileKind,
    fields: Vec<String>,
    detection: Detection,
) -> Result<Watch, Fault> {
    let minimum = mapping.get("minimum").map_or(Ok(1), minimum)?;
    let timespan = mapping.get("timespan").map_or(Ok(TIMESPAN), timespan)?;
    let group_by = mapping.require("group-by")?.texts("group-by")?;
    let kind = WatchKind::Unusual { profile, fields, minimum };
    Ok(Watch { kind, detections: vec![detection], group_by, timespan })
}

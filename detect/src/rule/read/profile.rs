//! Reading kinds of `watch:` that need to know what is usual. Each is told of at the top of its file in `crate::profile`.

use std::time::Duration;

use super::watch::{minimum, timespan};
use crate::number::Number;
use crate::profile::{
    AfterHours, Bulk, Dormant, FirstSeen, ImpossibleTravel, ProfileKind, SequenceGap, WorkingHours,
};
use crate::rule::network::parse_network;
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

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Six spreads above the median are no chance.
const BULK_Z: f64 = 6.0;

/// Fewer different values are a normal hour of somebody.
const BULK_MINIMUM: u32 = 50;

/// Ten times as many must be told before anything is known, and no more than ten thousand are told apart.
const BULK_MINIMUM_MAX: u32 = 900;

/// Two weeks of days, or two days of work.
const BULK_LEARN: u32 = 14;

/// As many as are remembered.
const BULK_LEARN_MAX: u32 = 28 * 24;

/// Places of addresses are the places of cities, and networks of mobile phones are wide.
const DISTANCE_KM: f64 = 500.0;

/// As aeroplanes fly.
const SPEED_KM_PER_HOUR: f64 = 900.0;

/// No way on earth is longer, and no rule about a faster one would ever be told.
const TRAVEL_MAX: f64 = 20_000.0;

/// Networks are compared one by one for each record.
const SKIP_MAX: usize = 1_000;

/// `type: first_seen`.
pub(super) fn first_seen(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["fields", "country_of", "memory", "learn"])?;
    let country_of = mapping.entry("country_of");
    let fields = match (country_of, mapping.get("fields")) {
        (Some(entry), Some(_)) => {
            return Err(Fault::new(entry.line, "`country_of` stands in place of `fields`; keep one of them"));
        }
        (Some(entry), None) => vec![entry.value.text("country_of")?],
        (None, _) => fields(mapping.require("fields")?, "fields")?,
    };
    let memory = duration(mapping, "memory", MEMORY)?;
    let learn = duration(mapping, "learn", LEARN)?;
    if learn >= memory {
        return Err(Fault::new(line(mapping, "learn"), "`learn` must be shorter than `memory`"));
    }
    let is_country = country_of.is_some();
    let what = if is_country { "country".to_owned() } else { fields.join(" and ") };
    let kind = FirstSeen { what, is_country, memory, learn };
    watch(mapping, ProfileKind::FirstSeen(kind), fields, counted(mapping)?, detection)
}

/// `type: dormant`.
pub(super) fn dormant(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["silence", "memory"])?;
    let silence = duration(mapping, "silence", SILENCE)?;
    let memory = duration(mapping, "memory", DORMANT_MEMORY)?;
    if silence >= memory {
        return Err(Fault::new(line(mapping, "silence"), "`silence` must be shorter than `memory`"));
    }
    watch(
        mapping,
        ProfileKind::Dormant(Dormant { silence, memory }),
        Vec::new(),
        counted(mapping)?,
        detection,
    )
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
    watch(
        mapping,
        ProfileKind::AfterHours(AfterHours { hours: working }),
        Vec::new(),
        counted(mapping)?,
        detection,
    )
}

/// `type: bulk`.
pub(super) fn bulk(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    // What is counted in a bucket is not counted again in a window.
    mapping.only(&["type", "group-by", "timespan", "distinct", "per", "minimum", "z", "learn"])?;
    let fields = fields(mapping.require("distinct")?, "distinct")?;
    let per = duration(mapping, "per", HOUR)?;
    if per != HOUR && per != DAY {
        return Err(Fault::new(line(mapping, "per"), "`per` must be `1h` or `1d`"));
    }
    let z = mapping.get("z").map_or(Ok(BULK_Z), |node| node.number("z").map(Number::as_f64))?;
    if !(1.0..=100.0).contains(&z) {
        return Err(Fault::new(line(mapping, "z"), "`z` must be 1 to 100"));
    }
    let count = |key: &str, default: u32, max: u32| match mapping.get(key) {
        None => Ok(default),
        Some(node) => {
            let count = node.text(key)?.parse::<u32>().ok().filter(|count| (1..=max).contains(count));
            count.ok_or_else(|| {
                Fault::new(node.line, format!("`{key}` must be a whole number from 1 to {max}"))
            })
        }
    };
    let minimum = count("minimum", BULK_MINIMUM, BULK_MINIMUM_MAX)?;
    let learn = count("learn", BULK_LEARN, BULK_LEARN_MAX)?;
    let kind = Bulk {
        what: fields.join(" and "),
        per,
        z,
        minimum,
        learn: usize::try_from(learn).unwrap_or(usize::MAX),
    };
    watch(mapping, ProfileKind::Bulk(kind), fields, 1, detection)
}

/// `type: sequence_gap`.
pub(super) fn sequence_gap(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["field"])?;
    let what = mapping.require("field")?.text("field")?;
    let kind = ProfileKind::SequenceGap(SequenceGap { what: what.clone() });
    watch(mapping, kind, vec![what], counted(mapping)?, detection)
}

/// `type: impossible_travel`.
pub(super) fn impossible_travel(mapping: &Mapping, detection: Detection) -> Result<Watch, Fault> {
    only(mapping, &["address", "distance", "speed", "skip"])?;
    let address = mapping.require("address")?.text("address")?;
    let number = |key: &str, default: f64| match mapping.get(key) {
        None => Ok(default),
        Some(node) => {
            let number = node.number(key)?.as_f64();
            let is_sound = (1.0..=TRAVEL_MAX).contains(&number);
            is_sound
                .then_some(number)
                .ok_or_else(|| Fault::new(node.line, format!("`{key}` must be 1 to {TRAVEL_MAX}")))
        }
    };
    let (distance_km, speed_km_per_hour) =
        (number("distance", DISTANCE_KM)?, number("speed", SPEED_KM_PER_HOUR)?);
    let networks = mapping.optional_texts("skip")?;
    if networks.len() > SKIP_MAX {
        return Err(Fault::new(line(mapping, "skip"), format!("`skip` names more than {SKIP_MAX} networks")));
    }
    let skip = networks.iter().map(|text| parse_network(text)).collect::<Result<_, _>>();
    let skip = skip.map_err(|reason| Fault::new(line(mapping, "skip"), format!("`skip`: {reason}")))?;
    let kind = ImpossibleTravel { distance_km, speed_km_per_hour, skip };
    watch(mapping, ProfileKind::ImpossibleTravel(kind), vec![address], counted(mapping)?, detection)
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

/// How many unusual records must come together.
fn counted(mapping: &Mapping) -> Result<u64, Fault> {
    mapping.get("minimum").map_or(Ok(1), minimum)
}

fn watch(
    mapping: &Mapping,
    profile: ProfileKind,
    fields: Vec<String>,
    minimum: u64,
    detection: Detection,
) -> Result<Watch, Fault> {
    let timespan = mapping.get("timespan").map_or(Ok(TIMESPAN), timespan)?;
    let group_by = mapping.require("group-by")?.texts("group-by")?;
    let kind = WatchKind::Unusual { profile, fields, minimum };
    Ok(Watch { kind, detections: vec![detection], group_by, timespan })
}

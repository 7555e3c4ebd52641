//! A rule about what records tell together.

use std::time::Duration;

use super::{From, Input, LATENESS, Place, Plan, QUIET_MAX, Value};
use crate::rule::{Comparison, Header, LogSource, Threshold, Watch, WatchKind};
use crate::window::{Meter, Shape};

/// Times are rounded to this: the records that are watched can be all there are, and a second says enough about minutes.
const RESOLUTION: Duration = Duration::from_secs(1);

/// Of a drop they are rounded to such a part of the timespan: a baseline is many timespans long.
const STEPS: u64 = 12;

/// The plan of such a rule, whose detections have numbers from `first` on.
pub(super) fn plan(
    header: Header,
    watch: &Watch,
    first: usize,
    names: impl Fn(&LogSource, &str) -> Vec<String>,
) -> Plan {
    let alerting = header.alerting.clone();
    let mut profile = None;
    let (mut span, mut resolution) = (watch.timespan, RESOLUTION);
    let (meter, threshold, values, empty, unit) = match &watch.kind {
        WatchKind::Ratio { condition, minimum, distinct } => {
            let meter = Meter::Ratio { minimum: *minimum, distinct: !distinct.is_empty() };
            let of = if distinct.is_empty() { "records".to_owned() } else { distinct.join(" and ") };
            (meter, condition.clone(), distinct.as_slice(), None, format!("of {of}"))
        }
        WatchKind::Absence { memory } => {
            let none = Threshold::one(Comparison::Lt, 1.0);
            (Meter::Count, none, [].as_slice(), Some(*memory), "records".to_owned())
        }
        WatchKind::Drop { condition, minimum, baseline } => {
            span += *baseline;
            resolution = RESOLUTION.max(Duration::from_secs(watch.timespan.as_secs() / STEPS));
            let meter = Meter::Drop { recent: watch.timespan, minimum: *minimum };
            (meter, condition.clone(), [].as_slice(), None, "of the average".to_owned())
        }
        WatchKind::Unusual { profile: kind, fields, minimum } => {
            profile = Some(kind.clone());
            // Each of them is told, and there are few.
            resolution = Duration::ZERO;
            (Meter::Count, at_least(*minimum), fields.as_slice(), None, kind.in_words())
        }
    };
    let input = |(number, (slot, detection)): (usize, (u16, &crate::rule::Detection))| {
        let place = |field: &String| Place::Field(names(&detection.source, field));
        Input {
            from: From::Detection(number),
            slot,
            key: watch.group_by.iter().map(place).collect(),
            value: match values {
                [] => Value::Event,
                fields => Value::Text(fields.iter().map(place).collect()),
            },
        }
    };
    let inputs = (first..).zip((0..).zip(&watch.detections)).map(input).collect();
    Plan {
        header,
        inputs,
        group_by: watch.group_by.clone(),
        profile,
        query: None,
        shape: Shape {
            span,
            meter,
            threshold,
            wait: alerting.wait,
            quiet: alerting.quiet.unwrap_or(QUIET_MAX.min(watch.timespan)),
            resolution,
            empty,
        },
        lateness: alerting.lateness.unwrap_or(LATENESS),
        keeps_ungrouped: alerting.ungrouped.unwrap_or(false),
        is_told: true,
        unit,
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody asks for 2^53 records")]
fn at_least(count: u64) -> Threshold {
    Threshold::at_least(count as f64)
}

//! A rule about single records: each that is found counts, and those of one place are one episode.

use std::time::Duration;

use super::{From, Input, LATENESS, Place, Plan, QUIET_MAX, Value};
use crate::rule::{Header, Threshold};
use crate::window::{Meter, Shape};

/// Records that are found within this time are one episode.
const SPAN: Duration = Duration::from_secs(5 * 60);

/// The machine, in the words of those who log it. The first one that a record has tells the group when the rule does not.
const MACHINES: [&str; 7] =
    ["Computer", "Event.System.Computer", "host.name", "hostname", "host", "kubernetes.node", "origin.node"];

/// The plan of such a rule. `names` tells what records call a field.
pub(super) fn plan(header: Header, detection: usize, names: impl Fn(&str) -> Vec<String>) -> Plan {
    let alerting = header.alerting.clone();
    let (group_by, key) = match &alerting.group_by {
        Some(fields) => (fields.clone(), fields.iter().map(|field| Place::Field(names(field))).collect()),
        None => {
            let machines = MACHINES.into_iter().map(str::to_owned).collect();
            (vec!["host".to_owned()], vec![Place::Field(machines)])
        }
    };
    let threshold = Threshold::at_least(1.0);
    Plan {
        header,
        inputs: vec![Input { from: From::Detection(detection), slot: 0, key, value: Value::Event }],
        group_by,
        profile: None,
        query: None,
        shape: Shape {
            span: SPAN,
            meter: Meter::Count,
            threshold,
            wait: alerting.wait,
            quiet: alerting.quiet.unwrap_or(QUIET_MAX),
            resolution: Duration::ZERO,
            empty: None,
        },
        lateness: alerting.lateness.unwrap_or(LATENESS),
        keeps_ungrouped: alerting.ungrouped.unwrap_or(true),
        is_told: true,
        unit: "matching records".to_owned(),
    }
}

//! A rule that is a search: each row of each answer is an event at the end of the span it was asked about.

use super::{From, Input, LATENESS, Place, Plan, Value};
use crate::rule::{Header, Scheduled};
use crate::window::{Meter, Shape};

/// The plan of the search with this number.
pub(super) fn plan(header: Header, number: usize, scheduled: &Scheduled) -> Plan {
    let alerting = header.alerting.clone();
    let lateness = alerting.lateness.unwrap_or(LATENESS);
    Plan {
        header,
        inputs: vec![Input {
            from: From::Search(number),
            slot: 0,
            key: (0..scheduled.group_by.len()).map(Place::Group).collect(),
            value: Value::Number(Place::Group(0)),
        }],
        group_by: scheduled.group_by.clone(),
        shape: Shape {
            // An answer holds until the next one.
            span: scheduled.every,
            meter: Meter::Sum,
            threshold: scheduled.condition.clone(),
            wait: alerting.wait,
            quiet: alerting.quiet.unwrap_or_default(),
            resolution: std::time::Duration::ZERO,
            empty: None,
        },
        // It is asked only once what is late has come, and is no later for that.
        lateness: lateness.saturating_add(scheduled.every).saturating_add(scheduled.every),
        keeps_ungrouped: alerting.ungrouped.unwrap_or(true),
        is_told: true,
        unit: scheduled.value.clone(),
        profile: None,
        query: Some(scheduled.query.split('|').next().unwrap_or_default().trim().to_owned()),
    }
}

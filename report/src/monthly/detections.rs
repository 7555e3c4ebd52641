//! R5: what rules found, how soon, and what became of it.

use std::collections::BTreeMap;
use std::time::Duration;

use palisade_record::Timestamp;

use super::Making;
use super::deeds::Deeds;
use super::facts::Alert;
use crate::controls::Evidence;
use crate::document::{Cell, Chart, ChartKind, ColumnKind, Section, Table};

/// Severities, the gravest first.
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "informational"];

pub(super) fn section(making: &mut Making<'_>) -> Section {
    let mut section = Section::new("R5", "Detections and what became of them");
    let alerts = &making.facts.alerts;
    if !making.facts.detects {
        section.gap("No rules are evaluated here.");
    }
    section.say("These are the alerts of which somebody was told in the period, whenever what they are about happened.");
    let columns = [("severity", ColumnKind::Text), ("alerts", ColumnKind::Number)];
    let mut table = Table::new("alerts-by-severity", "Alerts by severity", &columns);
    for severity in SEVERITIES {
        table.row([
            severity.into(),
            Cell::count(alerts.iter().filter(|alert| alert.severity == severity).count() as u64),
        ]);
    }
    section.chart(Chart { kind: ChartKind::Bars, table });
    section.table(by_rule(alerts));
    section.table(every(alerts));

    let changes = Deeds {
        id: "rules-changed",
        caption: "Changes of rules and silences",
        condition: "(action:rule* or action:silence*)",
        beside: &[("message", "message", ColumnKind::Text)],
    };
    let incidents = Deeds {
        id: "incidents",
        caption: "Incidents: what was opened, told to authorities, and closed",
        condition: "action:(incident.open or incident.tell or incident.close)",
        beside: &[
            ("detail.title", "title", ColumnKind::Text),
            ("detail.id", "incident", ColumnKind::Text),
            ("detail.duty", "duty", ColumnKind::Text),
            ("detail.at", "told at", ColumnKind::Narrow),
        ],
    };
    let told = [changes.tell(making, &mut section), incidents.tell(making, &mut section)];
    match (making.facts.detects, told.into_iter().collect::<Result<(), String>>()) {
        (true, Ok(())) => making.has(Evidence::Detections),
        (true, Err(problem)) => making.lacks(Evidence::Detections, problem),
        (false, _) => making.lacks(Evidence::Detections, "no rules are evaluated here"),
    }
    section
}

/// Seconds from one time to another.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    let nanos = to.as_nanos().saturating_sub(from.as_nanos());
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)).as_secs_f64()
}

/// For each rule: how often, how late at most, and how soon somebody dealt with it.
fn by_rule(alerts: &[Alert]) -> Table {
    let columns = [
        ("rule", ColumnKind::Text),
        ("alerts", ColumnKind::Number),
        ("found after, at most", ColumnKind::Number),
        ("dealt with", ColumnKind::Number),
        ("after, on average", ColumnKind::Number),
    ];
    let mut table =
        Table::new("alerts-by-rule", "Alerts by rule, and how soon they were found and dealt with", &columns);
    let mut rules: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
    for alert in alerts {
        rules.entry(&alert.rule).or_default().push(alert);
    }
    for (rule, alerts) in rules {
        let latest =
            alerts.iter().map(|alert| seconds(alert.happened_at, alert.found_at)).fold(0.0, f64::max);
        let waits: Vec<f64> =
            alerts.iter().filter_map(|alert| Some(seconds(alert.found_at, alert.acknowledged_at?))).collect();
        #[expect(clippy::cast_precision_loss, reason = "an average of times has no 53 bits")]
        let average =
            (!waits.is_empty()).then(|| Cell::Seconds(waits.iter().sum::<f64>() / waits.len() as f64));
        table.row([
            rule.into(),
            Cell::count(alerts.len() as u64),
            Cell::Seconds(latest),
            Cell::count(waits.len() as u64),
            average.unwrap_or(Cell::Missing),
        ]);
    }
    table
}

fn every(alerts: &[Alert]) -> Table {
    let columns = [
        ("found", ColumnKind::Narrow),
        ("severity", ColumnKind::Narrow),
        ("rule", ColumnKind::Text),
        ("dealt with", ColumnKind::Narrow),
        ("disposition", ColumnKind::Text),
    ];
    let mut table = Table::new("alerts", "Every alert", &columns);
    for alert in alerts {
        let state = if alert.is_over { "over" } else { "goes on" };
        let disposition =
            alert.note.as_ref().map_or_else(|| state.to_owned(), |note| format!("{state}: {note}"));
        table.row([
            alert.found_at.into(),
            alert.severity.as_str().into(),
            alert.rule.as_str().into(),
            alert.acknowledged_at.into(),
            disposition.into(),
        ]);
    }
    table
}

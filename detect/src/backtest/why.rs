//! Why a rule told nothing at some time: what it had counted, and what kept records from counting.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::{TimeRange, Timestamp};
use serde::Serialize;

use super::history::History;
use super::narrow;
use super::replay::BacktestError;
use crate::Events;
use crate::correlate::normal;
use crate::engine::Rulebook;
use crate::matcher::{Explanation, explain};
use crate::pipeline::{Name, Pipeline};
use crate::plan::{From, Place, Plan};
use crate::profile::Places;
use crate::rule::{Detection, RuleSet};

/// Records that are explained one by one.
const RECORDS_EXPLAINED: usize = 5;

/// Pages that are looked at: a window holds more only where there is no doubt that the rule fires.
const PAGES_MAX: usize = 20;

/// What a rule saw at a time.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Why {
    /// What it compares with.
    pub condition: String,
    /// The window that ends at that time.
    pub from: Timestamp,
    /// The end of it.
    pub to: Timestamp,
    /// Records that were looked at.
    pub records: usize,
    /// Records of the group that the rule found: those that count.
    pub counted: usize,
    /// Records that it found in other groups, or in none.
    pub elsewhere: usize,
    /// Records of the group that it did not find, the first of them.
    pub nearest: Vec<WhyRecord>,
    /// One sentence of it all.
    pub summary: String,
}

/// A record that does not count.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WhyRecord {
    /// When it happened.
    pub time: Timestamp,
    /// Who it is.
    pub id: String,
    /// What holds for it, and what does not.
    pub explanation: Explanation,
}

/// Tells what a rule saw in the window that ends at a time, for a group: values of its fields, in their order.
///
/// # Errors
/// When the rule is not there, or history cannot be read.
pub fn why(
    rules: &RuleSet,
    (pipeline, places): (&Pipeline, Option<Arc<Places>>),
    history: &dyn History,
    rule: &str,
    at: Timestamp,
    group: &[String],
) -> Result<Why, BacktestError> {
    let rules = rules.only(rule).ok_or_else(|| BacktestError::NoRule(rule.to_owned()))?;
    let book = Arc::new(Rulebook::with_places(&rules, pipeline, places)?);
    let plan = book.plans().iter().find(|plan| plan.header.answers_to(rule));
    let plan = plan.ok_or_else(|| BacktestError::NoRule(rule.to_owned()))?;
    let detections: Vec<&Detection> = rules.searches().collect();
    let from = at.minus(plan.shape.span.saturating_add(plan.shape.wait));
    let range = TimeRange { from: from.plus(Duration::from_nanos(1)), to: at.plus(Duration::from_nanos(1)) };
    let (_, stream) = narrow::query(&detections, pipeline);
    let query = group_query(plan, group);
    let mut told = Why {
        condition: plan.condition_in_words(),
        from,
        to: at,
        records: 0,
        counted: 0,
        elsewhere: 0,
        nearest: Vec::new(),
        summary: String::new(),
    };
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = history
            .page(&query, stream.as_ref(), range, cursor.as_deref())
            .map_err(BacktestError::History)?;
        told.records += page.records;
        for events in &page.events {
            look(events, &book, plan, &detections, pipeline, group, &mut told);
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    told.summary = format!(
        "{} records of this group count in this window, and {} are needed; {} were looked at",
        told.counted, told.condition, told.records
    );
    Ok(told)
}

fn look(
    events: &dyn Events,
    book: &Rulebook,
    plan: &Plan,
    detections: &[&Detection],
    pipeline: &Pipeline,
    group: &[String],
    told: &mut Why,
) {
    let mut found = vec![false; events.len()];
    book.matcher().matches(events).iter().for_each(|hit| found[hit.row] = true);
    for (row, found) in found.into_iter().enumerate() {
        match (found, is_of_group(events, row, plan, group)) {
            (true, true) => told.counted += 1,
            (true, false) => told.elsewhere += 1,
            (false, true) if told.nearest.len() < RECORDS_EXPLAINED => {
                let Some(detection) = detections.first() else { continue };
                told.nearest.push(WhyRecord {
                    time: events.time(row),
                    id: events.id(row).to_string(),
                    explanation: explain(detection, pipeline, events, row),
                });
            }
            (false, _) => {}
        }
    }
}

fn is_of_group(events: &dyn Events, row: usize, plan: &Plan, group: &[String]) -> bool {
    let has = |input: &crate::plan::Input| {
        matches!(input.from, From::Detection(_))
            && input.key.iter().zip(&plan.group_by).zip(group).all(|((place, field), wanted)| {
                let Place::Field(names) = place else { return false };
                let mut is_same = false;
                for name in names {
                    events.stored(name, row, &mut |value| {
                        is_same |= normal(field, &value.as_text()) == normal(field, wanted);
                    });
                }
                is_same
            })
    };
    plan.inputs.iter().any(has)
}

/// A search for records of the group.
fn group_query(plan: &Plan, group: &[String]) -> String {
    let Some(input) = plan.inputs.first() else { return "*".to_owned() };
    let parts: Vec<String> = input
        .key
        .iter()
        .zip(group)
        .filter_map(|(place, value)| {
            let Place::Field(names) = place else { return None };
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            let of_names: Vec<String> = names
                .iter()
                .filter(|name| Name::new(name).as_str() == name.as_str())
                .map(|name| format!("{name}:\"{value}\""))
                .collect();
            (!of_names.is_empty()).then(|| format!("({})", of_names.join(" or ")))
        })
        .collect();
    if parts.is_empty() { "*".to_owned() } else { parts.join(" and ") }
}

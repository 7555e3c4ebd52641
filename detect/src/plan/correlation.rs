//! A rule about the events of other rules.

use std::time::Duration;

use super::{From, Input, LATENESS, Place, Plan, QUIET_MAX, Value};
use crate::rule::{Correlation, Header, Measure, Needed, Threshold};
use crate::window::{Meter, Shape};

/// Finds the place of a field, or says why there is none.
type FindPlace<'a> = Box<dyn Fn(&str) -> Result<Place, String> + 'a>;

/// A rule that a correlation names.
pub(super) struct Base<'a> {
    /// What the correlation calls it.
    pub(super) reference: &'a str,
    /// Who finds its events.
    pub(super) from: From,
    /// Where a field of it is found.
    pub(super) place: FindPlace<'a>,
}

/// The plan of a correlation over these rules.
pub(super) fn plan(header: Header, correlation: &Correlation, bases: &[Base<'_>]) -> Result<Plan, String> {
    let alerting = header.alerting.clone();
    let count = u16::try_from(bases.len()).map_err(|_| "the correlation names too many rules".to_owned())?;
    let Asked { meter, threshold, value, unit } = asked(&correlation.measure, count)?;
    let input = |(slot, base): (u16, &Base<'_>)| -> Result<Input, String> {
        let called = |field: &String| {
            let alias = correlation.aliases.get(field).and_then(|alias| alias.get(base.reference));
            (base.place)(alias.unwrap_or(field))
        };
        let key = correlation.group_by.iter().map(called).collect::<Result<_, _>>()?;
        let value = match &value {
            Asks::Event => Value::Event,
            Asks::Text(fields) => Value::Text(fields.iter().map(called).collect::<Result<_, _>>()?),
            Asks::Number(field) => Value::Number(called(field)?),
        };
        Ok(Input { from: base.from, slot, key, value })
    };
    let inputs = (0..).zip(bases).map(input).collect::<Result<_, _>>()?;
    Ok(Plan {
        header,
        inputs,
        group_by: correlation.group_by.clone(),
        profile: None,
        query: None,
        shape: Shape {
            span: correlation.timespan,
            meter,
            threshold,
            wait: alerting.wait,
            quiet: alerting.quiet.unwrap_or(QUIET_MAX.min(correlation.timespan)),
            resolution: Duration::ZERO,
            empty: None,
        },
        lateness: alerting.lateness.unwrap_or(LATENESS),
        keeps_ungrouped: alerting.ungrouped.unwrap_or(false),
        is_told: true,
        unit,
    })
}

enum Asks<'a> {
    Event,
    Text(&'a [String]),
    Number(&'a String),
}

struct Asked<'a> {
    meter: Meter,
    threshold: Threshold,
    value: Asks<'a>,
    unit: String,
}

fn asked(measure: &Measure, rules: u16) -> Result<Asked<'_>, String> {
    let all = || Threshold::at_least(f64::from(rules));
    let asked = |meter, threshold: &Threshold, value, unit: &str| {
        Ok(Asked { meter, threshold: threshold.clone(), value, unit: unit.to_owned() })
    };
    match measure {
        Measure::EventCount { condition } => asked(Meter::Count, condition, Asks::Event, "events"),
        Measure::ValueCount { fields, condition } => {
            asked(Meter::Distinct, condition, Asks::Text(fields), &format!("different {}", fields.join(" and ")))
        }
        Measure::ValueSum { field, condition } => {
            asked(Meter::Sum, condition, Asks::Number(field), &format!("{field} in total"))
        }
        Measure::ValueAverage { field, condition } => {
            asked(Meter::Average, condition, Asks::Number(field), &format!("{field} on average"))
        }
        Measure::ValuePercentile { field, percentile, condition } => asked(
            Meter::Percentile(*percentile),
            condition,
            Asks::Number(field),
            &format!("{field} at the {percentile}th percentile"),
        ),
        Measure::Temporal { needed: Needed::All } => {
            asked(Meter::Rules(rules), &all(), Asks::Event, "different kinds of events")
        }
        Measure::Temporal { needed: Needed::Count(threshold) } => {
            asked(Meter::Rules(rules), threshold, Asks::Event, "different kinds of events")
        }
        Measure::Temporal { needed: Needed::Condition(condition) } => asked(
            Meter::Condition(rules, condition.clone()),
            &Threshold::at_least(1.0),
            Asks::Event,
            "combination of events",
        ),
        Measure::TemporalOrdered { needed: Needed::All } => {
            asked(Meter::Sequence(rules), &Threshold::at_least(1.0), Asks::Event, "sequence of events in this order")
        }
        Measure::TemporalOrdered { .. } => Err(
            "an ordered correlation is about all of its rules; leave `condition:` away, or use `type: temporal`".to_owned(),
        ),
    }
}

//! Reading `correlation:`.

use std::collections::BTreeMap;

use crate::rule::condition::parse_condition;
use crate::rule::{Bound, Comparison, Correlation, Measure, Needed, Threshold};
use crate::yaml::{Entry, Fault, Kind, Mapping, Node};

const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
const COMPARISONS: [(&str, Comparison); 6] = [
    ("lt", Comparison::Lt),
    ("lte", Comparison::Lte),
    ("gt", Comparison::Gt),
    ("gte", Comparison::Gte),
    ("eq", Comparison::Eq),
    ("neq", Comparison::Neq),
];
/// More rules in one correlation are a slip: somebody meant a list of values.
const RULES_MAX: usize = 1_000;

/// Reads a correlation.
pub(super) fn read(node: &Node) -> Result<Correlation, Fault> {
    let mapping = node.mapping("correlation")?;
    mapping.only(&KEYS)?;
    let rules = rules(mapping)?;
    let group_by = match mapping.get("group-by") {
        Some(node) => node.texts("group-by")?,
        None => {
            return Err(Fault::new(
                mapping.line,
                "`group-by:` is missing; name the fields that keep events apart, or write `group-by: []` to take all \
                 events together",
            ));
        }
    };
    let aliases = aliases(mapping, &rules)?;
    if let Some((alias, _)) = aliases.iter().find(|(alias, _)| !group_by.contains(alias)) {
        return Err(Fault::new(mapping.line, format!("the alias `{alias}` is not used in `group-by:`")));
    }
    Ok(Correlation {
        measure: measure(mapping, &rules)?,
        group_by,
        aliases,
        timespan: mapping.require("timespan")?.duration("timespan")?,
        generate: mapping.get("generate").map_or(Ok(false), |node| node.boolean("generate"))?,
        rules,
    })
}

fn rules(mapping: &Mapping) -> Result<Vec<String>, Fault> {
    let node = mapping.require("rules")?;
    let rules = node.texts("rules")?;
    if rules.is_empty() || rules.len() > RULES_MAX {
        return Err(Fault::new(node.line, format!("`rules:` must name 1 to {RULES_MAX} rules")));
    }
    match rules.iter().enumerate().find(|(at, rule)| rules[..*at].contains(rule)) {
        None => Ok(rules),
        Some((_, twice)) => Err(Fault::new(node.line, format!("`rules:` names `{twice}` twice"))),
    }
}

fn aliases(mapping: &Mapping, rules: &[String]) -> Result<BTreeMap<String, BTreeMap<String, String>>, Fault> {
    let Some(node) = mapping.get("aliases") else { return Ok(BTreeMap::new()) };
    let mut aliases = BTreeMap::new();
    for entry in &node.mapping("aliases")?.entries {
        let fields = entry.value.mapping(&entry.key)?;
        let mut by_rule = BTreeMap::new();
        for field in &fields.entries {
            if !rules.contains(&field.key) {
                let reason =
                    format!("the alias `{}` names `{}`, which is not one of `rules:`", entry.key, field.key);
                return Err(Fault::new(field.line, reason));
            }
            by_rule.insert(field.key.clone(), field.value.text(&field.key)?);
        }
        if let Some(rule) = rules.iter().find(|rule| !by_rule.contains_key(*rule)) {
            let reason = format!("the alias `{}` does not say what `{rule}` calls the field", entry.key);
            return Err(Fault::new(entry.line, reason));
        }
        aliases.insert(entry.key.clone(), by_rule);
    }
    Ok(aliases)
}

fn measure(mapping: &Mapping, rules: &[String]) -> Result<Measure, Fault> {
    let kind = mapping.require("type")?;
    let condition = mapping.entry("condition");
    let counted = |takes_field: bool| -> Result<(&Mapping, Threshold), Fault> {
        let entry = condition.ok_or_else(|| Fault::new(mapping.line, "`condition:` is missing"))?;
        let condition = entry.value.mapping("condition")?;
        Ok((condition, threshold(condition, takes_field)?))
    };
    Ok(match kind.text("type")?.as_str() {
        "event_count" => Measure::EventCount { condition: counted(false)?.1 },
        "value_count" => {
            let (mapping, condition) = counted(true)?;
            Measure::ValueCount { fields: fields(mapping)?, condition }
        }
        "value_sum" => {
            let (mapping, condition) = counted(true)?;
            Measure::ValueSum { field: field(mapping)?, condition }
        }
        "value_avg" => {
            let (mapping, condition) = counted(true)?;
            Measure::ValueAverage { field: field(mapping)?, condition }
        }
        "value_percentile" => {
            let (mapping, condition) = counted(true)?;
            Measure::ValuePercentile { field: field(mapping)?, percentile: percentile(mapping)?, condition }
        }
        "temporal" => Measure::Temporal { needed: needed(condition, rules)? },
        "temporal_ordered" => match needed(condition, rules)? {
            Needed::Count(_) => {
                let line = condition.map_or(mapping.line, |entry| entry.line);
                return Err(Fault::new(
                    line,
                    "a count has no order; leave `condition:` out, or name the rules in it",
                ));
            }
            needed => Measure::TemporalOrdered { needed },
        },
        other => {
            let reason = format!(
                "there is no correlation of type `{other}`; there are event_count, value_count, value_sum, value_avg, \
                 value_percentile, temporal and temporal_ordered"
            );
            return Err(Fault::new(kind.line, reason));
        }
    })
}

fn needed(condition: Option<&Entry>, rules: &[String]) -> Result<Needed, Fault> {
    let Some(entry) = condition else { return Ok(Needed::All) };
    if let Kind::Mapping(mapping) = &entry.value.kind {
        return Ok(Needed::Count(threshold(mapping, false)?));
    }
    let names: Vec<&str> = rules.iter().map(String::as_str).collect();
    parse_condition(&entry.value.text("condition")?, &names)
        .map(Needed::Condition)
        .map_err(|reason| Fault::new(entry.line, format!("`condition:` cannot be read: {reason}")))
}

fn threshold(mapping: &Mapping, takes_field: bool) -> Result<Threshold, Fault> {
    let mut bounds = Vec::new();
    for entry in &mapping.entries {
        if takes_field && matches!(entry.key.as_str(), "field" | "percentile") {
            continue;
        }
        let comparison = COMPARISONS.iter().find(|(name, _)| *name == entry.key);
        let Some((_, comparison)) = comparison else {
            let reason = format!(
                "`{}:` is not known in a condition; known are lt, lte, gt, gte, eq and neq",
                entry.key
            );
            return Err(Fault::new(entry.line, reason));
        };
        let value = entry.value.number(&entry.key)?.as_f64();
        bounds.push(Bound { comparison: *comparison, value });
    }
    if bounds.is_empty() {
        return Err(Fault::new(
            mapping.line,
            "the condition compares with nothing; write for example `gte: 10`",
        ));
    }
    Ok(Threshold { bounds })
}

fn fields(condition: &Mapping) -> Result<Vec<String>, Fault> {
    let node = condition
        .get("field")
        .ok_or_else(|| Fault::new(condition.line, "`field:` is missing; say whose values are measured"))?;
    let fields = node.texts("field")?;
    if fields.is_empty() { Err(Fault::new(node.line, "`field:` is empty")) } else { Ok(fields) }
}

fn field(condition: &Mapping) -> Result<String, Fault> {
    let mut fields = fields(condition)?;
    match fields.pop() {
        Some(only) if fields.is_empty() => Ok(only),
        _ => Err(Fault::new(condition.line, "this type of correlation measures one `field:` only")),
    }
}

fn percentile(condition: &Mapping) -> Result<f64, Fault> {
    let node = condition.get("percentile").ok_or_else(|| {
        Fault::new(condition.line, "`percentile:` is missing; write for example `percentile: 95`")
    })?;
    let percentile = node.number("percentile")?.as_f64();
    if (0.0..=100.0).contains(&percentile) {
        Ok(percentile)
    } else {
        Err(Fault::new(node.line, "`percentile:` must be 0 to 100"))
    }
}

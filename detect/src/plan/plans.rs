//! All plans, and who feeds whom.

use std::collections::HashMap;

use super::correlation::{self, Base};
use super::{From, Place, Plan, scheduled, single, watch};
use crate::Problem;
use crate::rule::{Header, LogSource, RuleSet};

/// Every rule as it is evaluated.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plans {
    /// The plans. A plan stands behind those that feed it.
    pub plans: Vec<Plan>,
    /// For each detection the plans that it feeds, and through which of their inputs.
    pub of_detection: Vec<Vec<(usize, usize)>>,
    /// For each plan the same.
    pub of_plan: Vec<Vec<(usize, usize)>>,
}

const NO_PLACES: &str =
    "the rule asks where addresses are, and no file tells it; name an MMDB file as `places` in `[detect]`";

/// Plans rules. `names` tells what records of a log source call a field. `has_places` is
/// whether it is known where addresses are. Rules that cannot be planned are told as problems.
pub fn plan(
    rules: &RuleSet,
    names: impl Fn(&LogSource, &str) -> Vec<String>,
    has_places: bool,
) -> (Plans, Vec<Problem>) {
    let (mut plans, mut problems) = (Vec::new(), Vec::new());
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for (number, (header, detection)) in rules.detections.iter().enumerate() {
        if is_told(rules, header) {
            let names = |field: &str| names(&detection.source, field);
            plans.push(single::plan(header.clone(), number, names));
        }
    }
    let mut first = rules.detections.len();
    for (header, watched) in &rules.watches {
        let plan = watch::plan(header.clone(), watched, first, &names);
        first += watched.detections.len();
        if !has_places && plan.profile.as_ref().is_some_and(|profile| profile.needs().is_some()) {
            problems.push(Problem {
                file: header.file.clone(),
                line: header.line,
                reason: NO_PLACES.to_owned(),
            });
            continue;
        }
        numbers.insert(&header.id.0, plans.len());
        plans.push(Plan { is_told: is_told(rules, header), ..plan });
    }
    for (number, (header, search)) in rules.scheduled.iter().enumerate() {
        numbers.insert(&header.id.0, plans.len());
        let plan = scheduled::plan(header.clone(), number, search);
        plans.push(Plan { is_told: is_told(rules, header), ..plan });
    }
    for (header, correlation) in &rules.correlations {
        let bases: Result<Vec<Base<'_>>, String> = correlation
            .rules
            .iter()
            .map(|reference| base(rules, &plans, &numbers, reference, &names))
            .collect();
        let planned = bases.and_then(|bases| correlation::plan(header.clone(), correlation, &bases));
        match planned {
            Ok(plan) => {
                numbers.insert(&header.id.0, plans.len());
                plans.push(Plan { is_told: is_told(rules, header), ..plan });
            }
            Err(reason) => {
                problems.push(Problem { file: header.file.clone(), line: header.line, reason });
            }
        }
    }
    let mut of_detection = vec![Vec::new(); first];
    let mut of_plan = vec![Vec::new(); plans.len()];
    for (plan, inputs) in plans.iter().map(|plan| &plan.inputs).enumerate() {
        for (input, from) in inputs.iter().map(|input| input.from).enumerate() {
            match from {
                From::Detection(number) => of_detection[number].push((plan, input)),
                From::Plan(number) => of_plan[number].push((plan, input)),
                From::Search(_) => {}
            }
        }
    }
    (Plans { plans, of_detection, of_plan }, problems)
}

/// Whether a rule tells of itself: none that refers to it wants it silent.
fn is_told(rules: &RuleSet, header: &Header) -> bool {
    let mut referring = rules
        .correlations
        .iter()
        .filter(|(_, correlation)| correlation.rules.iter().any(|reference| header.answers_to(reference)))
        .peekable();
    referring.peek().is_none() || referring.any(|(_, correlation)| correlation.generate)
}

fn base<'a>(
    rules: &'a RuleSet,
    plans: &'a [Plan],
    numbers: &HashMap<&str, usize>,
    reference: &'a str,
    names: &'a impl Fn(&LogSource, &str) -> Vec<String>,
) -> Result<Base<'a>, String> {
    let detection = rules.detections.iter().position(|(header, _)| header.answers_to(reference));
    if let Some(number) = detection {
        let source = &rules.detections[number].1.source;
        let place = Box::new(|field: &str| Ok(Place::Field(names(source, field))));
        return Ok(Base { reference, from: From::Detection(number), place });
    }
    let header = rules.header(reference).map(|header| header.id.0.as_str());
    let number = header.and_then(|id| numbers.get(id)).copied();
    let number =
        number.ok_or_else(|| format!("the rule `{reference}` was refused, so this one is as well"))?;
    let group_by = &plans[number].group_by;
    let place = Box::new(move |field: &str| {
        let position = group_by.iter().position(|known| known == field);
        position.map(Place::Group).ok_or_else(|| {
            format!("`{field}` is no field of the group of `{reference}`, which is all that is known of its alerts")
        })
    });
    Ok(Base { reference, from: From::Plan(number), place })
}

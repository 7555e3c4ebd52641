//! Rules, compiled: what an engine is made of.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Problem;
use crate::backtest::narrow;
use crate::matcher::{Matcher, TooManyTexts};
use crate::pipeline::{Name, Pipeline};
use crate::plan::{From, Plan, Plans, plan};
use crate::profile::Places;
use crate::rule::{Detection, Header, RuleSet, Scheduled};

/// Rules that can all be evaluated.
pub struct Rulebook {
    matcher: Matcher,
    plans: Plans,
    numbers: HashMap<String, usize>,
    scheduled: Vec<(Header, Scheduled)>,
    problems: Vec<Problem>,
    places: Option<Arc<Places>>,
}

impl Rulebook {
    /// Compiles rules.
    ///
    /// # Errors
    /// When there are too many of them.
    pub fn new(rules: &RuleSet, pipeline: &Pipeline) -> Result<Self, TooManyTexts> {
        Self::with_places(rules, pipeline, None)
    }

    /// The same where it is known where addresses are. Without, rules that ask for it are refused.
    ///
    /// # Errors
    /// When there are too many of them.
    pub fn with_places(
        rules: &RuleSet,
        pipeline: &Pipeline,
        places: Option<Arc<Places>>,
    ) -> Result<Self, TooManyTexts> {
        let matcher = Matcher::new(rules.searches(), pipeline)?;
        let names = |source: &_, field: &str| {
            pipeline.names(source, field).iter().map(Name::as_str).map(str::to_owned).collect()
        };
        let (mut plans, refused) = plan(rules, names, places.is_some());
        let detections: Vec<&Detection> = rules.searches().collect();
        for plan in plans.plans.iter_mut().filter(|plan| plan.query.is_none()) {
            plan.query = query_of(plan, &detections, pipeline);
        }
        let numbers = plans.plans.iter().map(|plan| plan.header.id.0.clone()).zip(0..).collect();
        let problems = rules.problems.iter().cloned().chain(refused).collect();
        let scheduled = rules.scheduled.clone();
        Ok(Self { matcher, plans, numbers, scheduled, problems, places })
    }

    /// Problems that were found otherwise, and those of this book that are not among them.
    pub fn problems_with(&self, mut found: Vec<Problem>) -> Vec<Problem> {
        let new: Vec<Problem> =
            self.problems.iter().filter(|problem| !found.contains(problem)).cloned().collect();
        found.extend(new);
        found
    }

    /// What finds records.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// What is done with them.
    pub fn plans(&self) -> &[Plan] {
        &self.plans.plans
    }

    /// The number of the plan of a rule.
    pub fn plan_of(&self, rule: &str) -> Option<usize> {
        self.numbers.get(rule).copied()
    }

    /// Rules that are searches.
    pub fn scheduled(&self) -> &[(Header, Scheduled)] {
        &self.scheduled
    }

    /// Why rules were refused.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(super) fn places(&self) -> Option<&Places> {
        self.places.as_deref()
    }

    pub(super) fn of_detection(&self) -> &[Vec<(usize, usize)>] {
        &self.plans.of_detection
    }

    pub(super) fn of_plan(&self) -> &[Vec<(usize, usize)>] {
        &self.plans.of_plan
    }
}

/// Longer queries do not fit a link that people send each other.
const QUERY_BYTES_MAX: usize = 300;

/// A query that finds at least what a plan's detections find, if there is a short one.
fn query_of(plan: &Plan, detections: &[&Detection], pipeline: &Pipeline) -> Option<String> {
    let of_input = |input: &crate::plan::Input| match input.from {
        From::Detection(number) => detections.get(number).copied(),
        From::Plan(_) | From::Search(_) => None,
    };
    let own: Vec<&Detection> = plan.inputs.iter().map(of_input).collect::<Option<_>>()?;
    let (query, _) = narrow::query(&own, pipeline);
    (query != "*" && query.len() <= QUERY_BYTES_MAX).then_some(query)
}

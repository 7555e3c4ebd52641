//! Rules, compiled: what an engine is made of.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Problem;
use crate::matcher::{Matcher, TooManyTexts};
use crate::pipeline::{Name, Pipeline};
use crate::plan::{Plan, Plans, plan};
use crate::profile::Places;
use crate::rule::RuleSet;

/// Rules that can all be evaluated.
pub struct Rulebook {
    matcher: Matcher,
    plans: Plans,
    numbers: HashMap<String, usize>,
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
        let (plans, refused) = plan(rules, names, places.is_some());
        let numbers = plans.plans.iter().map(|plan| plan.header.id.0.clone()).zip(0..).collect();
        let problems = rules.problems.iter().cloned().chain(refused).collect();
        Ok(Self { matcher, plans, numbers, problems, places })
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

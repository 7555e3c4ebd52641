//! All rules together: what they call each other must exist, and filters join the rules they tune.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    Body, Correlation, Detection, Filter, Header, LogSource, Placeholders, Rule, Scheduled, Target, Watch,
    read,
};
use crate::Problem;

/// Chains of correlations longer than this are a circle, or nobody can follow them.
const CHAIN_MAX: usize = 16;

/// Rules that can all be evaluated, and why the others cannot.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Rules about single records, with the filters that tune them.
    pub detections: Vec<(Header, Detection)>,
    /// Rules about what records tell together.
    pub watches: Vec<(Header, Watch)>,
    /// Rules that are searches.
    pub scheduled: Vec<(Header, Scheduled)>,
    /// Rules about the events of other rules; each stands behind those that it refers to.
    pub correlations: Vec<(Header, Correlation)>,
    /// Why rules were refused.
    pub problems: Vec<Problem>,
    /// How many filters joined rules.
    pub filters: usize,
}

/// What checking rules comes to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Summary {
    /// How many rules can be evaluated.
    pub compiled: usize,
    /// How many were refused.
    pub refused: usize,
    /// Why.
    pub problems: Vec<Problem>,
}

impl RuleSet {
    /// Reads files, each a name and its text. References go across files.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        placeholders: &Placeholders,
    ) -> Self {
        let read = files.into_iter().flat_map(|(file, text)| read(file, text, placeholders));
        Self::assemble(read)
    }

    /// Puts rules together that were read.
    pub fn assemble(rules: impl IntoIterator<Item = Result<Rule, Problem>>) -> Self {
        let mut set = Self::default();
        let mut filters = Vec::new();
        let mut waiting = Vec::new();
        let mut known = Names::default();
        for rule in rules {
            let Rule { header, body } = match rule {
                Ok(rule) => rule,
                Err(problem) => {
                    set.problems.push(problem);
                    continue;
                }
            };
            if let Err(reason) = known.add(&header) {
                set.problems.push(Problem { file: header.file, line: header.line, reason });
                continue;
            }
            match body {
                Body::Detection(detection) => set.detections.push((header, detection)),
                Body::Scheduled(scheduled) => set.scheduled.push((header, scheduled)),
                Body::Watch(watch) => set.watches.push((header, watch)),
                Body::Correlation(correlation) => waiting.push((header, correlation)),
                Body::Filter(filter) => filters.push((header, filter)),
            }
        }
        for (header, filter) in filters {
            match set.join(&filter) {
                Ok(()) => set.filters += 1,
                Err((line, reason)) => set.problems.push(Problem { file: header.file, line, reason }),
            }
        }
        set.chain(waiting);
        set
    }

    /// Everything that looks at single records: what detections look for, and then what rules watch.
    pub fn searches(&self) -> impl Iterator<Item = &Detection> {
        let watched = self.watches.iter().flat_map(|(_, watch)| &watch.detections);
        self.detections.iter().map(|(_, detection)| detection).chain(watched)
    }

    /// The same as numbers and problems.
    pub fn summary(&self) -> Summary {
        Summary {
            compiled: self.detections.len()
                + self.watches.len()
                + self.scheduled.len()
                + self.correlations.len()
                + self.filters,
            refused: self.problems.len(),
            problems: self.problems.clone(),
        }
    }

    /// Joins a filter to the rules it tunes, or to none.
    fn join(&mut self, filter: &Filter) -> Result<(), (u32, String)> {
        if let Target::Rules(references) = &filter.target {
            for (line, reference) in references {
                self.check_tuned(filter, reference).map_err(|reason| (*line, reason))?;
            }
        }
        let detections = self.detections.iter_mut().map(|(header, detection)| (&*header, detection));
        let watched = self.watches.iter_mut().flat_map(|(header, watch)| {
            let header = &*header;
            watch.detections.iter_mut().map(move |detection| (header, detection))
        });
        for (header, detection) in detections.chain(watched) {
            let is_tuned = match &filter.target {
                Target::Any => fits(&filter.source, &detection.source),
                Target::Rules(references) => {
                    references.iter().any(|(_, reference)| header.answers_to(reference))
                }
            };
            if is_tuned {
                detection.filters.push(filter.search.clone());
            }
        }
        Ok(())
    }

    fn check_tuned(&self, filter: &Filter, reference: &str) -> Result<(), String> {
        let detections = self.detections.iter().map(|(header, detection)| (header, detection));
        let watched =
            self.watches.iter().filter_map(|(header, watch)| Some((header, watch.detections.first()?)));
        let (header, detection) =
            detections.chain(watched).find(|(header, _)| header.answers_to(reference)).ok_or_else(|| {
                format!("there is no detection `{reference}` that could be filtered, or it was refused")
            })?;
        if fits(&filter.source, &detection.source) {
            Ok(())
        } else {
            Err(format!(
                "the rule `{}` has another `logsource:` than the filter, which therefore would do nothing",
                header.id
            ))
        }
    }

    /// Takes correlations whose rules are there, as long as that brings more of them.
    fn chain(&mut self, mut waiting: Vec<(Header, Correlation)>) {
        for _ in 0..CHAIN_MAX {
            let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, correlation)| {
                correlation.rules.iter().all(|reference| self.header(reference).is_some())
            });
            waiting = later;
            if ready.is_empty() {
                break;
            }
            self.correlations.extend(ready);
        }
        for (header, correlation) in waiting {
            let missing = correlation.rules.iter().find(|reference| self.header(reference).is_none());
            let reason = format!(
                "the correlation refers to `{}`, which does not exist, was refused, refers back to it, or stands behind \
                 more than {CHAIN_MAX} other correlations",
                missing.map_or("", String::as_str)
            );
            self.problems.push(Problem { file: header.file, line: header.line, reason });
        }
    }

    /// A rule, and those that it refers to.
    pub fn only(&self, reference: &str) -> Option<Self> {
        self.header(reference)?;
        let mut wanted = vec![reference.to_owned()];
        let mut at = 0;
        while let Some(next) = wanted.get(at).cloned() {
            at += 1;
            let referring = self.correlations.iter().find(|(header, _)| header.answers_to(&next));
            for name in referring.iter().flat_map(|(_, correlation)| &correlation.rules) {
                if !wanted.contains(name) {
                    wanted.push(name.clone());
                }
            }
        }
        let is_wanted = |header: &Header| wanted.iter().any(|name| header.answers_to(name));
        let mut only = self.clone();
        only.detections.retain(|(header, _)| is_wanted(header));
        only.watches.retain(|(header, _)| is_wanted(header));
        only.scheduled.retain(|(header, _)| is_wanted(header));
        only.correlations.retain(|(header, _)| is_wanted(header));
        only.problems.clear();
        Some(only)
    }

    /// The header of the rule with this id or name.
    pub fn header(&self, reference: &str) -> Option<&Header> {
        let detections = self.detections.iter().map(|(header, _)| header);
        let correlations = self.correlations.iter().map(|(header, _)| header);
        let watches = self.watches.iter().map(|(header, _)| header);
        let scheduled = self.scheduled.iter().map(|(header, _)| header);
        detections
            .chain(watches)
            .chain(scheduled)
            .chain(correlations)
            .find(|header| header.answers_to(reference))
    }
}

impl Header {
    /// Whether correlations and filters may call the rule so.
    pub fn answers_to(&self, reference: &str) -> bool {
        self.id.0 == reference || self.name.as_deref() == Some(reference)
    }
}

/// Whether a rule has everything that a filter's log source says.
fn fits(filter: &LogSource, rule: &LogSource) -> bool {
    let same = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || wanted == has;
    same(&filter.product, &rule.product)
        && same(&filter.category, &rule.category)
        && same(&filter.service, &rule.service)
        && same(&filter.stream, &rule.stream)
}

/// Ids and names, and where each was given first.
#[derive(Default)]
struct Names(HashMap<String, (String, u32)>);

impl Names {
    fn add(&mut self, header: &Header) -> Result<(), String> {
        let own = [Some(&header.id.0), header.name.as_ref()];
        for name in own.iter().flatten() {
            if let Some((file, line)) = self.0.get(*name) {
                return Err(format!(
                    "a rule with the id or name `{name}` stands in {file}:{line} already; give this one another"
                ));
            }
        }
        for name in own.into_iter().flatten() {
            self.0.insert(name.clone(), (header.file.clone(), header.line));
        }
        Ok(())
    }
}

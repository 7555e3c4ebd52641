//! The engine over history.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::{TimeRange, Timestamp};
use thiserror::Error;

use super::History;
use super::history::HistoryError;
use super::narrow;
use super::report::{EpisodeReport, Report};
use crate::correlate::Limits;
use crate::engine::{Engine, Rulebook};
use crate::matcher::TooManyTexts;
use crate::pipeline::Pipeline;
use crate::profile::Places;
use crate::rule::RuleSet;
use crate::window::Change;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The rule: its id or name.
    pub rule: String,
    /// From when on its episodes begin.
    pub from: Timestamp,
    /// Up to when.
    pub to: Timestamp,
}

/// Records that one backtest looks at. A day of a large source; whoever wants more asks day by day.
const RECORDS_MAX: usize = 20_000_000;

/// Episodes that are told one by one; all are counted.
const EPISODES_MAX: usize = 1_000;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum BacktestError {
    /// The rule is not there.
    #[error(
        "there is no rule `{0}` that tells of itself; if it was refused, `palisade rules check` says why"
    )]
    NoRule(String),
    /// The time is none.
    #[error("the time to look at is empty: it ends before it begins")]
    Empty,
    /// History cannot be read.
    #[error("{}", .0.message)]
    History(HistoryError),
    /// The rules cannot be compiled.
    #[error(transparent)]
    Rules(#[from] TooManyTexts),
}

/// What a rule would have told.
///
/// # Errors
/// When the rule is not there, or history cannot be read.
pub fn backtest(
    rules: &RuleSet,
    (pipeline, places): (&Pipeline, Option<Arc<Places>>),
    history: &dyn History,
    question: &Question,
) -> Result<Report, BacktestError> {
    let Question { rule, from, to } = question.clone();
    if from >= to {
        return Err(BacktestError::Empty);
    }
    let rules = rules.only(&rule).ok_or_else(|| BacktestError::NoRule(rule.clone()))?;
    let book = Arc::new(Rulebook::with_places(&rules, pipeline, places)?);
    let named = |header: &crate::rule::Header| header.answers_to(&rule);
    let plan = book.plans().iter().position(|plan| named(&plan.header));
    let plan = plan.ok_or_else(|| BacktestError::NoRule(rule.clone()))?;
    let header = book.plans()[plan].header.clone();
    // Windows that end at the beginning hold what came before it.
    let range = TimeRange { from: from.minus(reach(&book)), to };
    let detections: Vec<_> = rules.searches().collect();
    let (query, stream) = narrow::query(&detections, pipeline);
    let mut engine = Engine::new(book, Limits::default(), 0);
    let mut report = Report::new(header, from, to);
    let mut cursor: Option<String> = None;
    loop {
        let page = history
            .page(&query, stream.as_ref(), range, cursor.as_deref())
            .map_err(BacktestError::History)?;
        for events in &page.events {
            engine.take(events, &|_| 0, page.until.unwrap_or(to));
        }
        report.records += page.records as u64;
        if let Some(until) = page.until {
            collect(&mut engine, plan, until, &mut report);
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
        if report.records >= RECORDS_MAX as u64 {
            report.is_cut = true;
            break;
        }
    }
    let end = if report.is_cut { engine_time(&report) } else { to };
    finish(&mut engine, plan, end, &mut report);
    Ok(report)
}

/// How far before a time the windows begin that end there.
fn reach(book: &Rulebook) -> Duration {
    book.plans().iter().map(|plan| plan.shape.span + plan.shape.wait).max().unwrap_or_default()
}

/// Everything came: what is known up to the end is final.
pub(super) fn finish(engine: &mut Engine, plan: usize, end: Timestamp, report: &mut Report) {
    let known = end.plus(engine.book().plans()[plan].lateness);
    let over = known.plus(reach(engine.book())).plus(Duration::from_secs(86_400));
    collect(engine, plan, known, report);
    collect(engine, plan, over, report);
    report.found = engine.state(plan).found;
}

fn engine_time(report: &Report) -> Timestamp {
    report.episodes.iter().filter_map(|episode| episode.to).max().unwrap_or(report.to)
}

pub(super) fn collect(engine: &mut Engine, plan: usize, now: Timestamp, report: &mut Report) {
    let fields = engine.book().plans()[plan].group_by.clone();
    for finding in engine.settle(now).into_iter().filter(|finding| finding.plan == plan) {
        let values = finding.told.key.0.iter().map(ToString::to_string);
        let group: Vec<(String, String)> = fields.iter().cloned().zip(values).collect();
        match finding.told.change {
            Change::Began(episode) if (report.from..report.to).contains(&episode.span.from) => {
                report.began += 1;
                if report.episodes.len() < EPISODES_MAX {
                    report.episodes.push(EpisodeReport {
                        group,
                        from: episode.span.from,
                        to: None,
                        peak: episode.span.peak,
                        number: episode.number,
                    });
                }
            }
            Change::Ended(episode) | Change::Grew(episode) => {
                let is_it = |told: &&mut EpisodeReport| told.number == episode.number && told.group == group;
                let is_over = episode.is_over;
                if let Some(told) = report.episodes.iter_mut().rev().find(is_it) {
                    told.from = told.from.min(episode.span.from);
                    told.peak = told.peak.max(episode.span.peak);
                    told.to = episode.span.to.filter(|_| is_over);
                }
            }
            Change::Began(_) => {}
        }
    }
}

//! What rules would have told, and why they told nothing.

use axum::Json;
use axum::extract::{Path, Query, State};
use palisade_access::{ApiError, waiting};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Moment;
use crate::backtest::{BacktestError, Question, Report, SearchHistory, Why, backtest, why};
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};
use crate::service::Service;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The rule: its id or name.
    rule: String,
    /// Another text of it, which is not in force.
    text: Option<String>,
    from: Moment,
    to: Option<Moment>,
    /// Whether to compare with the rule as it was before.
    #[serde(default)]
    compare: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedWhy {
    at: Moment,
    /// The values of the group's fields, as a JSON list.
    #[serde(default)]
    group: String,
}

pub(super) async fn run(
    State(service): State<Service>,
    Json(asked): Json<Asked>,
) -> Result<Json<Value>, ApiError> {
    waiting(move || {
        let now = service.clock.now();
        let from = asked.from.read(now)?;
        let to = asked.to.map_or(Ok(now), |to| to.read(now))?;
        let history = history(&service)?;
        let question = Question { rule: asked.rule.clone(), from, to };
        let in_force = service.rules.texts();
        let file = service.rules.book().plan_of(&asked.rule).map(|plan| service.rules.book().plans()[plan].header.file.clone());
        let mut texts = in_force.clone();
        if let Some(text) = &asked.text {
            // It takes the place of the file with that rule, whose other rules it may need.
            texts.insert(file.clone().unwrap_or_else(|| "rule".to_owned()), text.clone());
        }
        let report = test(&service, &texts, &history, &question)?;
        let earlier = match (&asked.text, &file) {
            _ if !asked.compare => None,
            (Some(_), Some(_)) => Some(in_force),
            (_, Some(file)) => service.rules.text(file).1.map(|text| {
                let mut texts = in_force;
                texts.insert(file.clone(), text);
                texts
            }),
            (_, None) => None,
        };
        let mut answer = json!(report);
        answer["per_week"] = json!(report.per_week());
        if let Some(earlier) = earlier {
            let earlier = test(&service, &earlier, &history, &question)?;
            let (new, gone) = report.differences(&earlier);
            answer["earlier"] = json!({"began": earlier.began, "per_week": earlier.per_week(), "only_now": new, "only_before": gone});
        }
        Ok(Json(answer))
    })
    .await?
}

pub(super) async fn explain(
    State(service): State<Service>,
    Path(id): Path<String>,
    Query(asked): Query<AskedWhy>,
) -> Result<Json<Why>, ApiError> {
    waiting(move || {
        let at = asked.at.read(service.clock.now())?;
        let group: Vec<String> = match asked.group.as_str() {
            "" => Vec::new(),
            text => serde_json::from_str(text).map_err(|error| {
                ApiError::invalid(
                    format!("`group` is no JSON list of texts: {error}"),
                    "write it like [\"192.0.2.7\"]",
                )
            })?,
        };
        let history = history(&service)?;
        let rules = read(&service.rules.texts());
        why(&rules, (builtin(), service.rules.places()), &history, &id, at, &group).map(Json).map_err(refusal)
    })
    .await?
}

fn history(service: &Service) -> Result<SearchHistory, ApiError> {
    let no_searches = || ApiError::unavailable("this process has no role `query`", "ask one that searches");
    service.searches.clone().map(SearchHistory).ok_or_else(no_searches)
}

fn read(texts: &std::collections::BTreeMap<String, String>) -> RuleSet {
    RuleSet::read(texts.iter().map(|(file, text)| (file.as_str(), text.as_str())), &Placeholders::default())
}

fn test(
    service: &Service,
    texts: &std::collections::BTreeMap<String, String>,
    history: &SearchHistory,
    question: &Question,
) -> Result<Report, ApiError> {
    let rules = read(texts);
    let of_rule =
        |problem: &&crate::Problem| rules.header(&question.rule).is_none() && problem.file == "rule";
    if let Some(problem) = rules.problems.iter().find(of_rule) {
        return Err(ApiError::invalid(problem.to_string(), "POST /api/v1/rules/check tells all mistakes"));
    }
    backtest(&rules, (builtin(), service.rules.places()), history, question).map_err(refusal)
}

fn refusal(error: BacktestError) -> ApiError {
    match error {
        BacktestError::History(error) => error,
        BacktestError::NoRule(_) => ApiError::not_found(error.to_string(), "GET /api/v1/rules lists them"),
        other => ApiError::invalid(other.to_string(), "ask for a time that ends after it begins"),
    }
}

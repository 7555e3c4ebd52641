//! Rules: listed, shown, checked, put, removed.

use axum::Json;
use axum::extract::{Path, State};
use palisade_access::{Act, ApiError, waiting};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rule::Summary;
use crate::service::{OwnRulesError, RulesError, Service};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    /// YAML, one or more rules.
    text: String,
}

pub(super) async fn list(State(service): State<Service>) -> Json<Value> {
    let status = service.status();
    Json(json!({
        "rules": status.rules,
        "problems": service.rules.problems(),
        "is_running": status.is_running,
        "missed_batches": status.missed_batches,
    }))
}

pub(super) async fn show(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let book = service.rules.book();
    let plan = book.plan_of(&id).map(|number| &book.plans()[number]).ok_or_else(|| unknown(&id))?;
    let report = service.status().rules.into_iter().find(|rule| rule.id == id);
    let (text, earlier) = service.rules.text(&plan.header.file);
    Ok(Json(json!({
        "rule": plan.header,
        "condition": plan.condition_in_words(),
        "group_by": plan.group_by,
        "state": report,
        "is_own": service.rules.is_own(&plan.header.file),
        "text": text,
        "earlier_text": earlier,
    })))
}

pub(super) async fn check(
    State(service): State<Service>,
    Json(Text { text }): Json<Text>,
) -> Result<Json<Summary>, ApiError> {
    waiting(move || service.rules.check(&text).map(Json).map_err(refusal)).await?
}

pub(super) async fn put(
    State(service): State<Service>,
    act: Act,
    Json(Text { text }): Json<Text>,
) -> Result<Json<Value>, ApiError> {
    act.intend("rule.put", json!({"text": text})).await?;
    waiting(move || {
        let id = service.rules.put(&text).map_err(refusal)?;
        let book = service.rules.book();
        let problems: Vec<_> = book.problems().to_vec();
        Ok(Json(json!({"id": id, "in_force": book.plan_of(&id).is_some(), "problems": problems})))
    })
    .await?
}

pub(super) async fn remove(
    State(service): State<Service>,
    act: Act,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    act.intend("rule.remove", json!({"rule": id})).await?;
    waiting(move || match service.rules.remove(&id).map_err(refusal)? {
        true => Ok(Json(json!({"id": id}))),
        false if service.rules.book().plan_of(&id).is_some() => Err(ApiError::invalid(
            format!("the rule `{id}` comes from a file or a pack"),
            "remove it from that file, or take the file or pack out of the configuration",
        )),
        false => Err(unknown(&id)),
    })
    .await?
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no rule `{id}` in force"), "GET /api/v1/rules lists them")
}

fn refusal(error: RulesError) -> ApiError {
    match error {
        RulesError::Own(OwnRulesError::File { .. }) | RulesError::Files(_) => ApiError::unavailable(
            error.to_string(),
            "see that the data directory can be written; then try again",
        ),
        other => ApiError::invalid(other.to_string(), "POST /api/v1/rules/check tells all mistakes"),
    }
}

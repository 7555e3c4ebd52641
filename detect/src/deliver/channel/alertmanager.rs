//! Prometheus Alertmanager, API v2: <https://prometheus.io/docs/alerting/latest/clients/>.
//!
//! An alert is its labels. It ends by itself when nobody says it again: so it is said again every minute while it goes on, and
//! when Palisade is gone, Alertmanager does not claim to know.

use std::time::Duration;

use palisade_record::Timestamp;
use serde_json::{Map, Value, json};

use super::{Channel, Message};
use crate::deliver::cut::cut;
use crate::deliver::http::{Client, Request, Target};
use crate::deliver::outcome::Outcome;
use crate::deliver::secret::Secret;
use crate::deliver::template::group;
use crate::deliver::wording::{Wording, links};
use crate::notice::{Notice, Occasion};

/// How often an alert is said again. Prometheus does so every minute or so.
const REPEAT_EVERY: Duration = Duration::from_secs(60);

/// An alert that was not said so often in a row has ended.
const MISSED_MAX: u32 = 4;

/// Letters of a label or an annotation.
const TEXT_LETTERS_MAX: usize = 2_000;

/// Where alerts are posted.
const ALERTS: &str = "/api/v2/alerts";

/// An Alertmanager.
pub struct Alertmanager {
    /// How it is asked.
    pub client: Client,
    /// Its root, or a path below which it is served; `/api/v2/alerts` is added where it is missing.
    pub target: Target,
    /// For a proxy in front of it.
    pub token: Option<Secret>,
    /// Its words.
    pub wording: Wording,
}

impl Alertmanager {
    fn alerts(&self) -> Target {
        match self.target.path().trim_end_matches('/') {
            path if path.ends_with(ALERTS) => self.target.clone(),
            root => self.target.with_path(&format!("{root}{ALERTS}")),
        }
    }

    fn alert(&self, notice: &Notice, now: Timestamp) -> Value {
        let ends_at = match notice.occasion {
            Occasion::Trigger | Occasion::Update => now.plus(REPEAT_EVERY * MISSED_MAX),
            Occasion::Resolve => now,
        };
        json!({
            "labels": labels(notice),
            "annotations": self.annotations(notice),
            // An event from the future would begin after it ended.
            "startsAt": notice.events.from.min(now),
            "endsAt": ends_at,
            "generatorURL": links(notice).first().map_or("", |link| link.address.as_str()),
        })
    }

    fn annotations(&self, notice: &Notice) -> Map<String, Value> {
        let description = self.wording.own_body(notice, str::to_owned);
        let texts = [
            ("title", self.wording.title(notice, str::to_owned)),
            ("summary", notice.summary.clone()),
            ("description", description.unwrap_or_else(|| notice.rule.description.clone())),
            ("condition", notice.condition.clone()),
            ("group", group(notice)),
            ("records", notice.records.to_string()),
            ("runbook_url", notice.rule.runbook.clone().unwrap_or_default()),
            ("author", notice.rule.author.clone().unwrap_or_default()),
        ];
        let told = texts.into_iter().filter(|(_, text)| !text.is_empty());
        told.map(|(name, text)| (name.to_owned(), cut(&text, TEXT_LETTERS_MAX).into())).collect()
    }

    fn post(&self, alerts: &[Value]) -> Outcome {
        let target = self.alerts();
        let token = self.token.iter().map(|token| ("authorization", format!("Bearer {}", token.expose())));
        let headers: Vec<(&'static str, String)> = token.collect();
        let body = Value::from(alerts).to_string();
        let request = Request { target: &target, headers: &headers, body: Some(body.as_bytes()) };
        let outcome = match self.client.send(&request) {
            Ok(answer) => answer.outcome(),
            Err(outcome) => outcome,
        };
        match &self.token {
            Some(token) => outcome.without(token),
            None => outcome,
        }
    }
}

/// What makes the alert: nothing in it changes while an episode lasts but its severity, and with another severity it is another
/// alert; the former ends by itself.
fn labels(notice: &Notice) -> Map<String, Value> {
    let mut labels = Map::new();
    for (field, value) in &notice.group {
        if !value.is_empty() {
            labels.insert(label(field), cut(value, TEXT_LETTERS_MAX).into());
        }
    }
    // After the fields, so that none of these can be one of them.
    labels.insert("alertname".to_owned(), cut(&notice.rule.title, TEXT_LETTERS_MAX).into());
    labels.insert("severity".to_owned(), notice.severity.as_str().into());
    labels.insert("rule".to_owned(), notice.rule.id.0.as_str().into());
    labels.insert("episode".to_owned(), notice.dedup_key.as_str().into());
    labels
}

/// A field's name as Prometheus allows it.
fn label(field: &str) -> String {
    let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let name: String = field.chars().map(allowed).collect();
    match name.chars().next() {
        Some(first) if !first.is_ascii_digit() => name,
        _ => format!("_{name}"),
    }
}

impl Channel for Alertmanager {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        self.post(&[self.alert(message.notice, message.now)])
    }

    fn repeat_every(&self) -> Option<Duration> {
        Some(REPEAT_EVERY)
    }

    fn repeat(&mut self, notices: &[Notice], now: Timestamp) -> Outcome {
        let alerts: Vec<Value> = notices.iter().map(|notice| self.alert(notice, now)).collect();
        self.post(&alerts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use proptest::prelude::*;

    #[test]
    fn an_alert_keeps_its_labels_from_beginning_to_end() {
        let first = notice("a", 0, Occasion::Trigger);
        let mut last = notice("a", 7, Occasion::Resolve);
        last.summary = "over".to_owned();
        last.records = 99;
        assert_eq!(labels(&first), labels(&last));
        assert_ne!(labels(&first), labels(&notice("b", 0, Occasion::Trigger)));
    }

    #[test]
    fn a_field_cannot_pass_itself_off_as_what_alerts_are_routed_by() {
        let mut notice = notice("a", 0, Occasion::Trigger);
        notice.group =
            vec![("severity".to_owned(), "none".to_owned()), ("kubernetes.pod".to_owned(), "p".to_owned())];
        let labels = labels(&notice);
        assert_eq!(labels["severity"], "high");
        assert_eq!(labels["kubernetes_pod"], "p");
    }

    proptest! {
        #[test]
        fn a_label_is_one_that_prometheus_takes(field in ".{0,20}") {
            let label = label(&field);
            prop_assert!(label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            prop_assert!(label.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()));
        }
    }
}

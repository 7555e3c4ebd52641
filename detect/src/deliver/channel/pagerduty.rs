//! PagerDuty, Events API v2: <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>.
//!
//! A key stands for an incident: a second trigger with it changes nothing but what is shown, so updates are triggers.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Channel, Message};
use crate::deliver::cut::{cut, one_line};
use crate::deliver::http::{Client, Request, Target};
use crate::deliver::outcome::{FailureKind, Outcome};
use crate::deliver::secret::Secret;
use crate::deliver::template::{group, span};
use crate::deliver::wording::{Wording, links};
use crate::notice::{Notice, Occasion};
use crate::rule::Severity;

/// Letters of a summary.
const SUMMARY_LETTERS_MAX: usize = 1_024;

/// Letters of every other text.
const TEXT_LETTERS_MAX: usize = 4_000;

/// Bytes of an event; larger ones are answered with 400.
const EVENT_BYTES_MAX: usize = 512 * 1024;

/// Samples and links shown at most.
const LISTED_MAX: usize = 20;

/// A service of PagerDuty.
pub struct PagerDuty {
    /// How it is asked.
    pub client: Client,
    /// `https://events.pagerduty.com/v2/enqueue`, or that of the EU.
    pub target: Target,
    /// The key of the integration.
    pub routing_key: Secret,
    /// Its words.
    pub wording: Wording,
}

#[derive(Serialize)]
struct Event<'a> {
    routing_key: &'a str,
    event_action: &'static str,
    dedup_key: &'a str,
    client: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_url: Option<String>,
    links: Vec<Value>,
    payload: Value,
}

impl PagerDuty {
    fn event(&self, notice: &Notice, samples: usize) -> Vec<u8> {
        let links = links(notice);
        let event = Event {
            routing_key: self.routing_key.expose(),
            event_action: match notice.occasion {
                Occasion::Trigger | Occasion::Update => "trigger",
                Occasion::Resolve => "resolve",
            },
            dedup_key: &notice.dedup_key,
            client: "Palisade",
            client_url: links.first().map(|link| link.address.clone()),
            links: links
                .iter()
                .take(LISTED_MAX)
                .map(|link| json!({ "href": link.address, "text": link.name }))
                .collect(),
            payload: self.payload(notice, samples),
        };
        serde_json::to_vec(&event).unwrap_or_default()
    }

    fn payload(&self, notice: &Notice, samples: usize) -> Value {
        let text = |text: &str| cut(text, TEXT_LETTERS_MAX);
        let samples: Vec<Value> = notice
            .samples
            .iter()
            .take(samples)
            .map(|sample| json!({ "timestamp": sample.timestamp, "stream": sample.stream, "text": text(&sample.text) }))
            .collect();
        let source = match group(notice) {
            group if group.is_empty() => "palisade".to_owned(),
            group => cut(&group, SUMMARY_LETTERS_MAX),
        };
        json!({
            "summary": cut(&one_line(&self.wording.title(notice, str::to_owned)), SUMMARY_LETTERS_MAX),
            "source": source,
            "severity": severity(notice.severity),
            "timestamp": notice.events.to,
            "component": text(&notice.rule.title),
            "class": text(&notice.rule.id.0),
            "custom_details": {
                "description": text(&self.wording.own_body(notice, str::to_owned)
                    .unwrap_or_else(|| notice.rule.description.clone())),
                "condition": text(&notice.condition),
                "value": notice.value,
                "records": notice.records,
                "events": span(notice.events),
                "group": notice.group.iter().map(|(field, value)| (field.clone(), text(value).into()))
                    .collect::<serde_json::Map<String, Value>>(),
                "tags": notice.rule.tags,
                "author": notice.rule.author,
                "samples": samples,
                "latency_ms": notice.latency_ms,
                "lateness_ms": notice.lateness_ms,
            },
        })
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "info",
    }
}

impl Channel for PagerDuty {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let mut event = self.event(message.notice, LISTED_MAX);
        if event.len() > EVENT_BYTES_MAX {
            event = self.event(message.notice, 0);
        }
        if event.len() > EVENT_BYTES_MAX {
            let reason = format!(
                "the event has {} bytes, PagerDuty takes {EVENT_BYTES_MAX}; group the rule by fewer fields",
                event.len()
            );
            return Outcome::failed(FailureKind::Refused, reason);
        }
        let outcome =
            match self.client.send(&Request { target: &self.target, headers: &[], body: Some(&event) }) {
                Ok(answer) => answer.outcome(),
                Err(outcome) => outcome,
            };
        outcome.without(&self.routing_key)
    }
}

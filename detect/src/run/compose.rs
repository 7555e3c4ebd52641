//! The words and links of a notice.

use std::time::Duration;

use palisade_record::canonical::canonical;
use palisade_record::{RecordId, Timestamp};
use palisade_seal::{envelopes, mask};
use serde_json::Value;

use crate::correlate::{Evidence, GroupKey, Told};
use crate::engine::Finding;
use crate::notice::{Link, Moment, Notice, Occasion, Sample};
use crate::plan::Plan;
use crate::window::{Change, Episode, Meter};

/// Finds the records that a notice tells of, as they are stored.
pub trait Evidences: Send {
    /// The records with these ids and times that can be found.
    fn records(&self, wanted: &[(RecordId, Timestamp)]) -> Vec<Value>;
}

/// Makes notices.
pub struct Composer {
    /// Whose records these are.
    pub tenant: String,
    /// Where people reach this program: `https://logs.example`.
    pub address: String,
    /// Finds records.
    pub evidences: Box<dyn Evidences>,
}

/// Records that a notice tells of.
const SAMPLES_MAX: usize = 3;

/// Bytes of each of them: what fits on a telephone, three times.
const SAMPLE_BYTES_MAX: usize = 600;

/// Bytes of a rule's id in a dedup key, which PagerDuty bounds by 255.
const RULE_ID_BYTES_MAX: usize = 100;

/// How much of the time around an episode a link shows.
const AROUND: Duration = Duration::from_secs(60);

impl Composer {
    /// The key of all notices of an episode.
    pub(super) fn key(&self, plan: &Plan, key: &GroupKey, episode: &Episode) -> String {
        let rule: String = plan.header.id.0.chars().take(RULE_ID_BYTES_MAX).collect();
        format!("palisade:{}:{rule}:{}:{}", self.tenant, key.digest(), episode.number.as_nanos())
    }

    /// The notice of a change, the `number`th of its episode.
    pub(super) fn notice(&self, plan: &Plan, finding: &Finding, number: u32, now: Timestamp) -> Notice {
        let Finding { told: Told { key, change, evidence }, received_at, reason, .. } = finding;
        let (occasion, episode) = match change {
            Change::Began(episode) => (Occasion::Trigger, episode),
            Change::Grew(episode) => (Occasion::Update, episode),
            Change::Ended(episode) => (Occasion::Resolve, episode),
        };
        let records = self.samples(evidence);
        let group: Vec<(String, String)> = plan
            .group_by
            .iter()
            .zip(&key.0)
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| (field.clone(), value.to_string()))
            .collect();
        let window = Moment { from: evidence.from, to: evidence.to };
        let value = episode.span.peak;
        Notice {
            dedup_key: self.key(plan, key, episode),
            number,
            occasion,
            rule: plan.header.clone(),
            severity: plan.header.level,
            summary: summary(plan, &group, value, occasion, reason.as_deref()),
            value: Some(value),
            condition: plan.condition_in_words(),
            records: evidence.records,
            window,
            events: Moment { from: first_of(evidence, episode), to: evidence.to },
            links: self.links(plan, &group, window, &records),
            samples: records.iter().filter_map(sample).collect(),
            latency_ms: millis(received_at.map_or(Duration::ZERO, |received| now.since(received))),
            lateness_ms: millis(received_at.map_or(Duration::ZERO, |received| received.since(evidence.to))),
            is_late: episode.is_late,
            made_at: now,
            group,
        }
    }

    fn samples(&self, evidence: &Evidence) -> Vec<Value> {
        let count = evidence.entries.len();
        let wanted: Vec<(RecordId, Timestamp)> = evidence.entries[count.saturating_sub(SAMPLES_MAX)..]
            .iter()
            .map(|entry| (entry.id, entry.time))
            .collect();
        self.evidences.records(&wanted)
    }

    fn links(&self, plan: &Plan, group: &[(String, String)], window: Moment, records: &[Value]) -> Vec<Link> {
        let own = plan.query.as_ref().filter(|query| !query.is_empty()).map(|query| format!("({query})"));
        let of_group = group
            .iter()
            .filter(|(field, _)| field != "host")
            .map(|(field, value)| format!("{}:{}", canonical(field), quoted(value)));
        let condition: Vec<String> = own.into_iter().chain(of_group).collect();
        let (from, to) = (window.from.minus(AROUND), window.to.plus(AROUND));
        let stream = records.first().and_then(|record| record.get("stream")).and_then(Value::as_str);
        let link = |name: &str, parameters: &[(&str, &str)]| Link {
            name: name.to_owned(),
            address: address(&self.address, parameters),
        };
        let (from, to) = (from.to_string(), to.to_string());
        let mut links = vec![link(
            "Search",
            &[
                ("q", condition.join(" and ").as_str()),
                ("from", from.as_str()),
                ("to", to.as_str()),
                ("stream", stream.unwrap_or_default()),
            ],
        )];
        let id =
            records.iter().rev().find_map(|record| record.get("fields")?.get("correlation_id")?.as_str());
        if let Some(id) = id {
            let parameters = [("view", "correlate"), ("follow", id), ("from", &from), ("to", &to)];
            links.push(link("Correlated records", &parameters));
        }
        links
    }
}

/// The first event, as far as the episode is known to reach back.
fn first_of(evidence: &Evidence, episode: &Episode) -> Timestamp {
    evidence.entries.first().map_or(episode.span.from, |entry| entry.time)
}

fn summary(
    plan: &Plan,
    group: &[(String, String)],
    value: f64,
    occasion: Occasion,
    reason: Option<&str>,
) -> String {
    let of = match group {
        [] => String::new(),
        group => {
            let values: Vec<&str> = group.iter().map(|(_, value)| value.as_str()).collect();
            format!(" for {}", values.join(", "))
        }
    };
    let span = plan.span_in_words();
    let told = match &plan.shape.meter {
        Meter::Rules(_) | Meter::Condition(..) | Meter::Sequence(_) => {
            format!("{} within {span}{of}", plan.unit)
        }
        // The highest part is the last thing to know of a drop.
        Meter::Drop { .. } if occasion == Occasion::Resolve => return format!("Over{of}"),
        Meter::Ratio { .. } | Meter::Drop { .. } => {
            format!("{:.1} % {} in {span}{of}", value * 100.0, plan.unit)
        }
        _ => format!("{} {} in {span}{of}", rounded(value), counted(value, &plan.unit)),
    };
    match (occasion, reason) {
        (Occasion::Resolve, _) => format!("Over; at most {told}"),
        (Occasion::Trigger | Occasion::Update, Some(reason)) => format!("{reason}{of}"),
        (Occasion::Trigger | Occasion::Update, None) => told,
    }
}

/// `1 matching record`, `2 matching records`.
fn counted(value: f64, unit: &str) -> &str {
    if (value - 1.0).abs() < f64::EPSILON { unit.strip_suffix('s').unwrap_or(unit) } else { unit }
}

/// Without digits that nobody reads.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn sample(record: &Value) -> Option<Sample> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let raw = masked(&text("raw")?);
    let cut = &raw[..raw.floor_char_boundary(SAMPLE_BYTES_MAX)];
    Some(Sample {
        id: text("id")?,
        timestamp: Timestamp::parse_rfc3339(&text("timestamp")?)?,
        stream: text("stream")?,
        text: if cut.len() < raw.len() { format!("{cut}…") } else { cut.to_owned() },
    })
}

/// What is sealed, as people see it: enough to tell equal values, and no more.
fn masked(record: &str) -> String {
    let mut text = String::with_capacity(record.len());
    let mut told = 0;
    for envelope in envelopes(record.as_bytes()) {
        text.push_str(&record[told..envelope.range.start]);
        text.push_str(&mask(envelope.token));
        told = envelope.range.end;
    }
    text.push_str(&record[told..]);
    text
}

/// A value as the query language reads it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn address(base: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = format!("{}/", base.trim_end_matches('/'));
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    for (number, (name, value)) in given.enumerate() {
        address.push(if number == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        push_encoded(value, &mut address);
    }
    address
}

fn push_encoded(text: &str, address: &mut String) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => _ = write!(address, "%{byte:02X}"),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

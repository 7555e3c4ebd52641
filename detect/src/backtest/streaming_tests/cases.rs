//! Rules, and records that they may find.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// How long a record is under way at most.
const DELAY_SECONDS: u64 = 200;
/// The time in which everything happens.
pub(super) const SECONDS: u64 = 1_800;

#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) second: u64,
    pub(super) delay: u64,
    pub(super) stream: &'static str,
    pub(super) namespace: &'static str,
    pub(super) fields: Json,
}

impl Sent {
    /// When it arrives, in seconds.
    pub(super) fn arrives(&self) -> u64 {
        self.second + self.delay
    }
}

fn item() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "action: login",
        "action: [LOGIN, logout]",
        "action: 'log*'",
        "action|contains: og",
        "action|cased: login",
        "action|startswith: Log",
        "user_id: ann",
        "user_id: ''",
        "user_id|exists: true",
        "user_id: null",
        "user.name: ann",
        "User: ann",
        "status: 500",
        "status: '500'",
        "status|gte: 400",
        "action|fieldref: user_id",
        "source_ip|cidr: 192.0.2.0/31",
        "source_ip: 192.0.2.1",
        "origin.namespace: ledger",
        "origin.namespace|startswith: led",
    ])
}

/// A rule of its own kind, and the detection it is about.
pub(super) fn rule() -> impl Strategy<Value = String> {
    let selection = || {
        prop::collection::vec(item(), 1..3).prop_map(|items| {
            // A field stands but once in a selection.
            let named: BTreeMap<&str, &str> =
                items.iter().map(|item| (item.split(':').next().unwrap(), *item)).collect();
            Vec::from_iter(named.into_values()).join(", ")
        })
    };
    let condition = prop::sample::select(vec![
        "not a and b",
        "a and b",
        "a or b",
        "a and not b",
        "not (a or b)",
        "1 of them",
    ]);
    let source = prop::sample::select(vec![
        "category: authentication",
        "stream: app",
        "stream: a*",
        "product: windows",
        "category: process_creation, product: windows",
    ]);
    let group = prop::sample::select(vec!["[]", "[source_ip]", "[source_ip, user_id]", "[origin.namespace]"]);
    let kind = (0..7u8, 1..5u64);
    (source, selection(), selection(), condition, group, kind).prop_map(
        |(source, a, b, condition, group, (kind, count))| {
            let what = match kind {
                0 => return format!(
                    "title: t\nname: asked\nlogsource: {{{source}}}\ndetection: {{a: {{{a}}}, b: {{{b}}}, condition: {condition}}}\n\
                     alert: {{lateness: 5m, group-by: {group}}}\n"
                ),
                1..=3 => format!("correlation: {{type: event_count, rules: [base], group-by: {group}, timespan: {count}m, condition: {{gte: {count}}}}}"),
                4 => format!("correlation: {{type: value_count, rules: [base], group-by: {group}, timespan: 5m, condition: {{field: user_id, gte: {count}}}}}"),
                5 => format!("correlation: {{type: value_sum, rules: [base], group-by: {group}, timespan: 5m, condition: {{field: status, gt: {count}00}}}}"),
                _ => format!("correlation: {{type: temporal, rules: [base, other], group-by: {group}, timespan: {count}m}}"),
            };
            format!(
                "title: b\nname: base\nlogsource: {{{source}}}\ndetection: {{a: {{{a}}}, b: {{{b}}}, condition: {condition}}}\n---\n\
                 title: o\nname: other\nlogsource: {{stream: audit}}\ndetection: {{b: {{{b}}}, condition: b}}\n---\n\
                 title: t\nname: asked\n{what}\nalert: {{lateness: 5m}}\n"
            )
        },
    )
}

fn record() -> impl Strategy<Value = Sent> {
    let text = |texts: &[&str]| {
        let one = prop::sample::select(texts.iter().map(|text| json!(text)).collect::<Vec<_>>());
        prop_oneof![6 => one.clone().prop_map(Some), 1 => prop::collection::vec(one, 1..3).prop_map(|list| Some(json!(list))), 1 => Just(None)]
    };
    let status = prop::sample::select(vec![Some(json!(200)), Some(json!(500)), Some(json!("500")), None]);
    let fields = (
        text(&["login", "Login", "LOGIN", "logout", "play", "ann"]),
        text(&["ann", "Ann", "bob", "", "a\"n"]),
        text(&["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"]),
        status,
    )
        .prop_map(|(action, user, address, status)| {
            let named = [("action", action), ("user_id", user), ("source_ip", address), ("status", status)];
            named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Json>()
        });
    let stream = prop::sample::select(vec!["app", "audit", "other"]);
    let namespace = prop::sample::select(vec!["ledger", "Ledger", "cart", ""]);
    (0..SECONDS, 0..DELAY_SECONDS, stream, namespace, fields).prop_map(
        |(second, delay, stream, namespace, fields)| Sent { second, delay, stream, namespace, fields },
    )
}

pub(super) fn records() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(record(), 1..60).prop_map(|mut records| {
        records.sort_by_key(Sent::arrives);
        records
    })
}

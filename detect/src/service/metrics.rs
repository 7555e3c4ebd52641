//! Numbers about detection, as Prometheus text.

use std::fmt::Write as _;

use crate::deliver::metrics::escape;
use crate::run::{RuleReport, Status};

/// Everything as text. Rules that never found anything are left out: of thousands most have not.
pub(super) fn render(status: &Status, problems: usize) -> String {
    let mut text = String::new();
    let mut plain = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a String cannot fail.
        _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    };
    plain("palisade_detect_up", "gauge", "1 while records are looked at.", u64::from(status.is_running));
    plain("palisade_detect_rules", "gauge", "Rules in force.", status.rules.len() as u64);
    plain(
        "palisade_detect_refused_rules",
        "gauge",
        "Problems for which rules were refused.",
        problems as u64,
    );
    plain("palisade_detect_alerts_total", "counter", "Alerts that were told.", status.told);
    plain(
        "palisade_detect_missed_batches_total",
        "counter",
        "Batches that no rule has seen.",
        status.missed_batches,
    );
    plain(
        "palisade_detect_ahead_records_total",
        "counter",
        "Records whose time was ahead of their arrival.",
        status.ahead,
    );
    let active: Vec<&RuleReport> = status.rules.iter().filter(|rule| rule.found > 0).collect();
    let mut by_rule = |name: &str, kind: &str, help: &str, value: fn(&RuleReport) -> f64| {
        _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for rule in &active {
            _ = writeln!(text, "{name}{{rule=\"{}\"}} {}", escape(&rule.id), value(rule));
        }
    };
    by_rule("palisade_detect_rule_found_total", "counter", "Records that a rule found.", |rule| {
        number(rule.found)
    });
    by_rule("palisade_detect_rule_refused_total", "counter", "Events a rule had no room for.", |rule| {
        number(rule.refused)
    });
    by_rule("palisade_detect_rule_late_total", "counter", "Events of a rule that came late.", |rule| {
        number(rule.late)
    });
    by_rule("palisade_detect_rule_groups", "gauge", "Groups that a rule remembers.", |rule| {
        number(rule.groups as u64)
    });
    by_rule("palisade_detect_rule_open_alerts", "gauge", "Alerts of a rule that are open.", |rule| {
        number(rule.open_alerts as u64)
    });
    by_rule(
        "palisade_detect_rule_latency_seconds_sum",
        "counter",
        "From the arrival of records to alerts.",
        |rule| number(rule.latency.sum_ms) / 1e3,
    );
    by_rule("palisade_detect_rule_latency_seconds_count", "counter", "Alerts of a rule.", |rule| {
        number(rule.latency.count)
    });
    by_rule("palisade_detect_rule_latency_seconds_max", "gauge", "The longest of them.", |rule| {
        number(rule.latency.max_ms) / 1e3
    });
    text
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus keeps numbers as f64")]
fn number(count: u64) -> f64 {
    count as f64
}

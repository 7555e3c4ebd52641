//! How every channel is doing, in the text format of Prometheus.

use std::fmt::Write as _;

use palisade_record::Timestamp;

use super::breaker::Breaker;
use super::delivery::ChannelReport;
use super::policy::MutedCount;

type Value = fn(&ChannelReport, Timestamp) -> u64;

/// Name, kind, meaning and value of what each channel tells.
const OF_CHANNELS: [(&str, &str, &str, Value); 8] = [
    ("palisade_alerts_waiting", "gauge", "Notices that wait to be sent.", |report, _| {
        report.counts.waiting.into()
    }),
    (
        "palisade_alerts_oldest_waiting_seconds",
        "gauge",
        "Age of the oldest notice that waits.",
        |report, now| report.counts.oldest_waiting.map_or(0, |since| now.since(since).as_secs()),
    ),
    ("palisade_alerts_dead", "gauge", "Dead letters that are kept.", |report, _| report.counts.dead.into()),
    (
        "palisade_alerts_dropped_total",
        "counter",
        "Dead letters that went, as there were too many.",
        |report, _| report.counts.dropped.into(),
    ),
    ("palisade_alerts_delivered_total", "counter", "Messages that the receiver has.", |report, _| {
        report.delivered
    }),
    ("palisade_alert_attempts_failed_total", "counter", "Attempts to send that failed.", |report, _| {
        report.failed
    }),
    (
        "palisade_alert_channel_open",
        "gauge",
        "Whether the channel is left alone for a while.",
        |report, _| u64::from(matches!(report.breaker, Breaker::Open { .. })),
    ),
    (
        "palisade_alert_channel_outage",
        "gauge",
        "Whether the channel does not deliver alerts.",
        |report, _| u64::from(report.outage_since.is_some()),
    ),
];

pub(super) fn render(reports: &[ChannelReport], muted: &[MutedCount], now: Timestamp) -> String {
    let mut text = String::new();
    for (name, kind, meaning, value) in OF_CHANNELS {
        // Writing to a String cannot fail.
        _ = writeln!(text, "# HELP {name} {meaning}\n# TYPE {name} {kind}");
        for report in reports {
            _ = writeln!(text, "{name}{{channel=\"{}\"}} {}", escape(&report.name), value(report, now));
        }
    }
    let name = "palisade_alerts_muted_total";
    _ = writeln!(text, "# HELP {name} Notices that were not told, and why.\n# TYPE {name} counter");
    for MutedCount { channel, reason, notices } in muted {
        _ = writeln!(
            text,
            "{name}{{channel=\"{}\",reason=\"{}\"}} {notices}",
            escape(channel),
            escape(reason)
        );
    }
    text
}

/// The value of a label.
pub(crate) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::outbox::Counts;
    use crate::deliver::testing::NOON;
    use std::time::Duration;

    #[test]
    fn every_channel_tells_its_queue_and_its_age() {
        let report = ChannelReport {
            name: "on \"call\"".to_owned(),
            kind: "webhook",
            breaker: Breaker::Open { until: NOON, times: 1 },
            outage_since: None,
            last_failure: None,
            counts: Counts { waiting: 3, oldest_waiting: Some(NOON), dead: 1, dropped: 0 },
            delivered: 7,
            failed: 2,
            given_up: 1,
        };
        let muted = MutedCount { channel: "mail".to_owned(), reason: "quiet hours".to_owned(), notices: 5 };
        let text = render(&[report], &[muted], NOON.plus(Duration::from_secs(90)));
        for line in [
            "palisade_alerts_waiting{channel=\"on \\\"call\\\"\"} 3",
            "palisade_alerts_oldest_waiting_seconds{channel=\"on \\\"call\\\"\"} 90",
            "palisade_alert_channel_open{channel=\"on \\\"call\\\"\"} 1",
            "palisade_alerts_muted_total{channel=\"mail\",reason=\"quiet hours\"} 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}

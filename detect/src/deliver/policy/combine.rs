//! Several episodes of one rule in one message.

use crate::notice::{Moment, Notice, Occasion};

/// Episodes that are told one by one; of the others their number is told.
const LISTED_MAX: usize = 5;

/// Samples of a message.
const SAMPLES_MAX: usize = 5;

/// One notice for all of these, the first of which gives it its key. `over` of them are over. `None` when there are none.
pub(super) fn combine(notices: &[Notice], over: usize, number: u32) -> Option<Notice> {
    let first = notices.first()?;
    let all = notices.iter();
    let occasion = match (number, over == notices.len()) {
        (_, true) => Occasion::Resolve,
        (0, false) => Occasion::Trigger,
        (_, false) => Occasion::Update,
    };
    let span = |of: fn(&Notice) -> Moment| Moment {
        from: all.clone().map(|notice| of(notice).from).min().unwrap_or_default(),
        to: all.clone().map(|notice| of(notice).to).max().unwrap_or_default(),
    };
    Some(Notice {
        number,
        occasion,
        severity: all.clone().map(|notice| notice.severity).max().unwrap_or_default(),
        summary: summary(notices, over),
        // What they have in common: the rest stands in the summary.
        group: first
            .group
            .iter()
            .filter(|pair| notices.iter().all(|notice| notice.group.contains(pair)))
            .cloned()
            .collect(),
        value: None,
        records: all.clone().map(|notice| notice.records).fold(0, u64::saturating_add),
        window: span(|notice| notice.window),
        events: span(|notice| notice.events),
        samples: all.clone().flat_map(|notice| notice.samples.first()).take(SAMPLES_MAX).cloned().collect(),
        latency_ms: all.clone().map(|notice| notice.latency_ms).max().unwrap_or_default(),
        lateness_ms: all.clone().map(|notice| notice.lateness_ms).max().unwrap_or_default(),
        is_late: all.clone().any(|notice| notice.is_late),
        made_at: all.clone().map(|notice| notice.made_at).max().unwrap_or_default(),
        ..first.clone()
    })
}

fn summary(notices: &[Notice], over: usize) -> String {
    let listed: Vec<&str> = notices.iter().take(LISTED_MAX).map(|notice| notice.summary.as_str()).collect();
    let more = notices.len().saturating_sub(LISTED_MAX);
    let mut summary = format!("{} alerts", notices.len());
    if over > 0 {
        summary.push_str(&format!(", {over} of them over"));
    }
    summary.push_str(&format!(": {}", listed.join("; ")));
    if more > 0 {
        summary.push_str(&format!("; and {more} more"));
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::notice;
    use crate::rule::Severity;

    #[test]
    fn a_group_is_as_grave_as_its_gravest_and_counts_all_records() {
        let mut notices: Vec<Notice> =
            (0..7).map(|key| notice(&key.to_string(), 0, Occasion::Trigger)).collect();
        notices[3].severity = Severity::Critical;
        notices[3].group[0].1 = "192.0.2.8".to_owned();
        let combined = combine(&notices, 0, 0).unwrap();
        assert_eq!((combined.dedup_key.as_str(), combined.occasion), ("0", Occasion::Trigger));
        assert_eq!((combined.severity, combined.records), (Severity::Critical, 77));
        assert!(combined.group.is_empty(), "they have no address in common");
        assert!(combined.summary.starts_with("7 alerts: 11 failed"), "{}", combined.summary);
        assert!(combined.summary.ends_with("; and 2 more"), "{}", combined.summary);
        assert_eq!(combined.samples.len(), 5);
    }

    #[test]
    fn a_group_is_over_when_all_of_it_is() {
        let notices = [notice("a", 0, Occasion::Trigger), notice("b", 0, Occasion::Trigger)];
        let combined = combine(&notices, 1, 1).unwrap();
        assert_eq!(combined.occasion, Occasion::Update);
        assert!(combined.summary.starts_with("2 alerts, 1 of them over: "), "{}", combined.summary);
        assert_eq!(combine(&notices, 2, 2).unwrap().occasion, Occasion::Resolve);
        assert_eq!(combine(&[], 0, 0), None);
    }
}

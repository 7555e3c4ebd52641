//! Episodes become alerts, and alerts become notices: each episode has one trigger, few updates and one resolve.

use std::collections::BTreeMap;
use std::time::Duration;

use palisade_record::Timestamp;

use super::Composer;
use crate::correlate::GroupKey;
use crate::engine::{Finding, Rulebook};
use crate::notice::{Notice, Occasion};
use crate::store::{AlertRow, AlertState};
use crate::window::{Change, Episode};

/// How often people are told that an episode goes on: often enough to see it grow, seldom enough to be read.
const UPDATE_EVERY: Duration = Duration::from_secs(5 * 60);

/// Alerts that are not over.
#[derive(Default)]
pub(super) struct OpenAlerts {
    open: BTreeMap<String, AlertRow>,
}

/// What is to be written, and what is to be sent.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) alerts: Vec<AlertRow>,
    pub(super) notices: Vec<Notice>,
}

impl OpenAlerts {
    /// Those that were open before a restart.
    pub(super) fn new(open: Vec<AlertRow>) -> Self {
        Self { open: open.into_iter().map(|alert| (alert.id.clone(), alert)).collect() }
    }

    /// How many there are of each rule.
    pub(super) fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        self.open.values().for_each(|alert| *counts.entry(alert.rule.as_str()).or_insert(0) += 1);
        counts
    }

    /// What comes of the changes of episodes.
    pub(super) fn take(
        &mut self,
        findings: &[Finding],
        book: &Rulebook,
        composer: &Composer,
        now: Timestamp,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for finding in findings {
            self.take_one(finding, book, composer, now, &mut outcome);
        }
        outcome
    }

    fn take_one(
        &mut self,
        finding: &Finding,
        book: &Rulebook,
        composer: &Composer,
        now: Timestamp,
        outcome: &mut Outcome,
    ) {
        let plan = &book.plans()[finding.plan];
        let episode = episode(&finding.told.change);
        let id = composer.key(plan, &finding.told.key, episode);
        let known = self.open.get(&id);
        let number = known.map_or(0, |alert| alert.notice.number);
        let last_told = known.map_or(Timestamp::MIN, |alert| alert.notice.made_at);
        let (state, number, is_sent) = match finding.told.change {
            Change::Began(_) => (AlertState::Open, 0, known.is_none()),
            Change::Grew(_) if known.is_none() => return,
            Change::Grew(_) if now.since(last_told) < UPDATE_EVERY => return,
            Change::Grew(_) => (AlertState::Open, number + 1, true),
            Change::Ended(_) if known.is_none() => return,
            Change::Ended(_) => (AlertState::Over, number + 1, true),
        };
        let notice = composer.notice(plan, finding, number, now);
        let alert = AlertRow {
            id: id.clone(),
            rule: plan.header.id.0.clone(),
            key: finding.told.key.to_text(),
            began_at: episode.span.from,
            ended_at: episode.span.to.filter(|_| state == AlertState::Over),
            told_at: known.map_or(now, |alert| alert.told_at),
            state,
            notice: notice.clone(),
            acknowledged: None,
        };
        if is_sent {
            outcome.notices.push(notice);
        }
        outcome.alerts.push(alert.clone());
        match state {
            AlertState::Open => self.open.insert(id, alert),
            AlertState::Over => self.open.remove(&id),
        };
    }

    /// Ends the alerts of groups that are not watched any more: their rule is gone, or asks something else now.
    pub(super) fn end_unwatched(
        &mut self,
        is_watched: impl Fn(&str, &GroupKey) -> bool,
        now: Timestamp,
    ) -> Outcome {
        let unwatched = |_: &String, alert: &mut AlertRow| {
            GroupKey::from_text(&alert.key).is_none_or(|key| !is_watched(&alert.rule, &key))
        };
        let mut outcome = Outcome::default();
        for (_, mut alert) in self.open.extract_if(.., unwatched) {
            alert.notice.number += 1;
            alert.notice.occasion = Occasion::Resolve;
            alert.notice.summary =
                format!("No longer watched, for the rule is gone or was changed: {}", alert.notice.summary);
            alert.notice.made_at = now;
            (alert.state, alert.ended_at) = (AlertState::Over, Some(now));
            outcome.notices.push(alert.notice.clone());
            outcome.alerts.push(alert);
        }
        outcome
    }
}

fn episode(change: &Change) -> &Episode {
    match change {
        Change::Began(episode) | Change::Grew(episode) | Change::Ended(episode) => episode,
    }
}

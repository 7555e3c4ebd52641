//! All rules over everything that comes: records go in, changes of episodes come out.
//!
//! | file | holds |
//! |---|---|
//! | `rulebook` | rules, compiled: what an engine is made of |
//! | `extract` | from a record that was found to an event of a window |
//! | `observe` | from a record that was found to what a profile sees of it |
//! | `remember` | what rules remember, to the store and back |
//! | `stored_key` | under which key a profile lies in the store |
//! | `chain` | from an episode of one rule to an event of another |

mod chain;
mod extract;
mod observe;
mod remember;
mod rulebook;
mod stored_key;

#[cfg(test)]
mod tests;

pub use rulebook::Rulebook;

use std::sync::Arc;
use std::time::Duration;

use palisade_record::{RecordId, Timestamp};

use crate::Events;
use crate::correlate::{Correlator, Counts, GroupKey, Limits, Sources, Told};
use crate::plan::Plan;
use crate::profile::Profiles;
use crate::schedule::Answer;
use crate::window::Entry;

/// An event that claims to be from further ahead has a wrong clock; it counts as of its arrival.
const AHEAD_MAX: Duration = Duration::from_secs(5 * 60);

/// How often what is old is forgotten, by the time of day.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// A change of an episode of a rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The rule's number in the rulebook.
    pub plan: usize,
    /// What changed.
    pub told: Told,
    /// When the last record arrived that the rule has found.
    pub received_at: Option<Timestamp>,
    /// Why the last record of the group was unusual, if the rule is about such.
    pub reason: Option<String>,
}

/// How a rule is doing.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct RuleState {
    /// Records that it found since the start.
    pub found: u64,
    /// Those that lacked a field of its group, or a value.
    pub skipped: u64,
    /// What it could not take in since the start.
    pub counts: Counts,
    /// Groups that it remembers.
    pub groups: usize,
    /// Events that it remembers.
    pub events: usize,
    /// When the last record arrived that it found.
    pub last_found_at: Option<Timestamp>,
}

struct Rule {
    correlator: Correlator,
    fingerprint: String,
    profiles: Option<Box<dyn Profiles>>,
    profile_fingerprint: String,
    pending: Vec<(GroupKey, Entry)>,
    state: RuleState,
}

/// All rules.
pub struct Engine {
    book: Arc<Rulebook>,
    rules: Vec<Rule>,
    sources: Sources,
    /// The number of the next event.
    next_event: u64,
    forgotten_at: Timestamp,
    /// Records whose time was ahead of their arrival.
    ahead: u64,
}

impl Engine {
    /// Rules that have seen nothing. Events are numbered from `next_event` on.
    pub fn new(book: Arc<Rulebook>, limits: Limits, next_event: u64) -> Self {
        let rule = |plan: &Plan| Rule {
            correlator: Correlator::new(plan.shape.clone(), plan.window_lateness(), limits),
            fingerprint: plan.fingerprint(),
            profiles: plan.profile.as_ref().map(|kind| kind.profiles(limits)),
            profile_fingerprint: plan.profile_fingerprint(),
            pending: Vec::new(),
            state: RuleState::default(),
        };
        let rules = book.plans().iter().map(rule).collect();
        let forgotten_at = Timestamp::MIN;
        Self { book, rules, sources: Sources::default(), next_event, forgotten_at, ahead: 0 }
    }

    /// The rules.
    pub fn book(&self) -> &Arc<Rulebook> {
        &self.book
    }

    /// The number of the next event.
    pub fn next_event(&self) -> u64 {
        self.next_event
    }

    /// Records whose time was ahead of their arrival, since the start.
    pub fn ahead(&self) -> u64 {
        self.ahead
    }

    /// How a rule is doing.
    pub fn state(&self, plan: usize) -> RuleState {
        let rule = &self.rules[plan];
        RuleState { groups: rule.correlator.groups(), events: rule.correlator.events(), ..rule.state }
    }

    /// Looks at records. `source` tells where each comes from. What comes of it is told by [`Engine::settle`].
    pub fn take(&mut self, events: &dyn Events, source: &dyn Fn(usize) -> u64, now: Timestamp) {
        for row in 0..events.len() {
            self.ahead += u64::from(is_ahead(events, row));
            self.sources.heard(source(row), events.time(row).min(now), now);
        }
        let book = Arc::clone(&self.book);
        for found in book.matcher().matches(events) {
            for (plan, input) in &book.of_detection()[found.detection] {
                self.found(events, found.row, *plan, *input);
            }
        }
        self.next_event += events.len() as u64;
    }

    fn found(&mut self, events: &dyn Events, row: usize, plan: usize, input: usize) {
        let (rule, plan) = (&mut self.rules[plan], &self.book.plans()[plan]);
        rule.state.found += 1;
        let arrival = events.received_at(row);
        rule.state.last_found_at = rule.state.last_found_at.max(Some(arrival));
        let time = if is_ahead(events, row) { arrival } else { events.time(row) };
        let order = self.next_event + row as u64;
        let Some((key, slot, value)) = extract::event(events, row, plan, input) else {
            rule.state.skipped += 1;
            return;
        };
        let entry = Entry { time, order, slot, value, weight: 1, id: events.id(row) };
        let event = match (&mut rule.profiles, &plan.profile) {
            (Some(profiles), Some(kind)) => {
                let texts = extract::texts(events, row, plan, input);
                let Some(observed) = observe::observed(entry, texts, kind, self.book.places()) else {
                    rule.state.skipped += 1;
                    return;
                };
                profiles.observe(&key, &observed)
            }
            _ => Some(entry),
        };
        rule.pending.extend(event.map(|entry| (key, entry)));
    }

    /// A search of a rule has an answer: each of its rows is an event of its group. What comes of it is told by [`Engine::settle`].
    pub fn answered(&mut self, answer: &Answer) {
        let Some(plan) = self.book.plan_of(&answer.rule) else { return };
        let (rule, first) = (&mut self.rules[plan], self.next_event);
        for (order, row) in (first..).zip(&answer.rows) {
            rule.state.found += 1;
            let (time, value, id) = (answer.at, row.value.to_bits(), RecordId { prefix: 0, offset: 0 });
            rule.pending.push((row.key.clone(), Entry { time, order, slot: 0, value, weight: 1, id }));
        }
        self.next_event += answer.rows.len() as u64;
    }

    /// Finds out what changed, also by time alone.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Finding> {
        let told_up_to = self.sources.told_up_to(now);
        let forgets = now.since(self.forgotten_at) >= FORGET_EVERY;
        let mut findings = Vec::new();
        for plan in 0..self.rules.len() {
            let rule = &mut self.rules[plan];
            let mut pending = std::mem::take(&mut rule.pending);
            if let Some(profiles) = &mut rule.profiles {
                pending.extend(profiles.settle(told_up_to.minus(self.book.plans()[plan].lateness)));
                if forgets {
                    profiles.forget(told_up_to);
                }
                rule.state.counts.add(profiles.take_counts());
            }
            let mut told = match pending.is_empty() {
                true => Vec::new(),
                false => rule.correlator.take(pending, told_up_to, now),
            };
            told.extend(rule.correlator.tick(told_up_to, now));
            if forgets {
                rule.correlator.forget(told_up_to);
            }
            rule.state.counts.add(rule.correlator.take_counts());
            let received_at = rule.state.last_found_at;
            for told in told {
                self.feed_chains(plan, &told);
                if self.book.plans()[plan].is_told {
                    let profiles = self.rules[plan].profiles.as_ref();
                    let reason = profiles.and_then(|profiles| profiles.reason(&told.key)).map(str::to_owned);
                    findings.push(Finding { plan, told, received_at, reason });
                }
            }
        }
        if forgets {
            self.forgotten_at = now;
        }
        findings
    }

    /// Rules about the episodes of this rule stand behind it, and are settled after it.
    fn feed_chains(&mut self, plan: usize, told: &Told) {
        for (fed, input) in self.book.of_plan()[plan].clone() {
            let (rule, plan) = (&mut self.rules[fed], &self.book.plans()[fed]);
            if let Some((key, entry)) = chain::event(told, plan, input, self.next_event) {
                rule.state.found += 1;
                rule.pending.push((key, entry));
            }
        }
    }
}

fn is_ahead(events: &dyn Events, row: usize) -> bool {
    events.time(row) > events.received_at(row).plus(AHEAD_MAX)
}

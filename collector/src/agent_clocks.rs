//! The clocks of agents, compared with the clock here. What they read says when something happened, so a report tells how far they are off.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use palisade_record::Timestamp;
use serde_json::{Value, json};

/// A clock that is off by more is worth a look: where clocks are synchronised at all, they are so to milliseconds.
const OFF_MILLIS_MAX: i64 = 1_000;

/// A request that took long to arrive makes a clock look late. The quickest of so long tells what it is.
const WINDOW: Duration = Duration::from_secs(60);

/// A clock is written down so often when nothing about it changes: evidence that it was looked at.
const TELL_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Agents whose clocks are known; more are not compared.
const AGENTS_MAX: usize = 10_000;

/// Names of nodes have 253 bytes at most. Clocks of agents with longer names are not compared: names are kept.
const AGENT_BYTES_MAX: usize = 256;

/// What is known of the clock of each agent.
#[derive(Debug, Default)]
pub(crate) struct AgentClocks(Mutex<HashMap<String, Seen>>);

#[derive(Debug)]
struct Seen {
    last_at: Timestamp,
    window: Option<Window>,
    told: Option<Told>,
}

/// It begins with a request.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: Timestamp,
    /// The most that a request showed the clock to be ahead, negative when it is behind.
    ahead_millis: i64,
}

#[derive(Debug)]
struct Told {
    at: Timestamp,
    is_off: bool,
}

impl AgentClocks {
    /// Compares a request with the time at which it came. Gives what is to be written down: that a clock is off, that it no longer is,
    /// and once a day that it was looked at.
    pub(crate) fn compare(&self, agent: &str, sent_at: Timestamp, now: Timestamp) -> Option<Value> {
        if agent.len() > AGENT_BYTES_MAX {
            return None;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= AGENTS_MAX && !known.contains_key(agent) {
            known.retain(|_, seen| now.since(seen.last_at) < TELL_EVERY);
            if known.len() >= AGENTS_MAX {
                return None;
            }
        }
        let new = Seen { last_at: now, window: None, told: None };
        let seen = known.entry(agent.to_owned()).or_insert(new);
        seen.last_at = now;
        let ahead = sent_at.as_millis().saturating_sub(now.as_millis());
        let window = seen.window.get_or_insert(Window { start: now, ahead_millis: ahead });
        window.ahead_millis = window.ahead_millis.max(ahead);
        let ahead = window.ahead_millis;
        let is_over = now.since(window.start) >= WINDOW;
        if is_over {
            seen.window = None;
        }
        // On the way a request only gets later: what looks early is early.
        if !is_over && ahead <= OFF_MILLIS_MAX {
            return None;
        }
        let is_off = ahead.saturating_abs() > OFF_MILLIS_MAX;
        let is_known = |told: &Told| told.is_off == is_off && now.since(told.at) < TELL_EVERY;
        if seen.told.as_ref().is_some_and(is_known) {
            return None;
        }
        seen.told = Some(Told { at: now, is_off });
        Some(event(agent, ahead, is_off))
    }

    /// What was to be written down could not be: it is found out again.
    pub(crate) fn forget(&self, agent: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(agent);
    }
}

fn event(agent: &str, ahead_millis: i64, is_off: bool) -> Value {
    let side = if ahead_millis < 0 { "behind" } else { "ahead of" };
    let millis = ahead_millis.unsigned_abs();
    json!({
        "action": "agent.clock", "outcome": if is_off { "failure" } else { "success" }, "user_id": "palisade",
        "agent": agent, "ahead_millis": ahead_millis,
        "message": format!("the clock of the agent `{agent}` is {millis} ms {side} the clock here"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        clocks: AgentClocks,
        now: Timestamp,
    }

    impl World {
        fn new() -> Self {
            let now = Timestamp::parse_rfc3339("2026-11-27T08:00:00Z").unwrap();
            Self { clocks: AgentClocks::default(), now }
        }

        /// A request whose clock is so far ahead, and which took so long; what is told of it.
        fn request(&mut self, ahead_millis: i64, delay_millis: u64) -> Option<i64> {
            let sent_at = Timestamp::from_millis(self.now.as_millis() + ahead_millis).unwrap();
            let now = self.now.plus(Duration::from_millis(delay_millis));
            self.clocks.compare("node-1", sent_at, now).map(|event| event["ahead_millis"].as_i64().unwrap())
        }

        fn later(&mut self, span: Duration) {
            self.now = self.now.plus(span);
        }
    }

    #[test]
    fn the_quickest_request_of_a_minute_tells_how_far_a_clock_is_off() {
        let mut world = World::new();
        assert_eq!(world.request(-20, 5_000), None, "it may be the way");
        assert_eq!(world.request(-20, 3), None);
        world.later(2 * WINDOW);
        assert_eq!(world.request(-20, 900), Some(-23));
        world.later(2 * WINDOW);
        assert_eq!(world.request(-20, 900), None, "one alone says little");
        world.later(TELL_EVERY);
        assert_eq!(world.request(-20, 2), Some(-22), "once a day, also when nothing changed");
    }

    #[test]
    fn a_clock_that_is_ahead_is_told_at_once_and_others_after_a_minute() {
        let mut world = World::new();
        let mut minute = |ahead_millis| {
            let first = world.request(ahead_millis, 1);
            world.later(2 * WINDOW);
            (first, world.request(ahead_millis, 700))
        };
        assert_eq!(minute(90_000), (Some(89_999), None));
        assert_eq!(minute(0), (None, Some(-1)));
        assert_eq!(minute(500), (None, None));
        assert_eq!(minute(-1_500), (None, Some(-1_501)));
    }

    #[test]
    fn what_could_not_be_written_down_is_told_again_and_no_time_is_too_strange() {
        let mut world = World::new();
        assert!(world.request(90_000, 0).is_some());
        world.clocks.forget("node-1");
        assert!(world.request(90_000, 0).is_some());
        for time in [Timestamp::MIN, Timestamp::MAX] {
            for now in [Timestamp::MIN, Timestamp::MAX] {
                world.clocks.compare("strange", time, now);
            }
        }
    }

    #[test]
    fn no_more_agents_are_known_than_there_may_be() {
        let world = World::new();
        for number in 0..AGENTS_MAX + 10 {
            world.clocks.compare(&number.to_string(), world.now, world.now);
        }
        assert_eq!(world.clocks.0.lock().unwrap().len(), AGENTS_MAX);
        world.clocks.compare("new", world.now, world.now.plus(TELL_EVERY));
        assert_eq!(world.clocks.0.lock().unwrap().len(), 1, "those that are gone make room");
    }
}

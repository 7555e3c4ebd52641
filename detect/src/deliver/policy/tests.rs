use std::time::Duration;

use palisade_record::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::deliver::outbox::{self, State};
use crate::deliver::testing::{NOON, notice};
use crate::notice::Notice;
use crate::notice::Occasion::{self, Resolve, Trigger, Update};
use crate::rule::{RuleId, Severity};

struct World {
    connection: Connection,
    policy: Policy,
}

impl World {
    fn new(channels: Vec<ChannelPolicy>) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        crate::deliver::create_tables(&connection).unwrap();
        Self { connection, policy: Policy { channels, inhibitions: Vec::new() } }
    }

    fn admit(&self, notice: &Notice, at: Timestamp) -> Admitted {
        admit(&self.connection, &self.policy, notice, at).unwrap()
    }

    fn put(&self, key: &str, number: u32, occasion: Occasion, at: Timestamp) {
        self.admit(&notice(key, number, occasion), at);
    }

    fn release(&self, at: Timestamp) -> u32 {
        release(&self.connection, &self.policy, at).unwrap().told
    }

    /// What was enqueued so far and not looked at, as `channel key occasion`.
    fn told(&self) -> Vec<String> {
        let mut entries = outbox::list(&self.connection, State::Waiting, None, None, 1_000).unwrap();
        entries.reverse();
        let tell = |entry: outbox::Entry| {
            outbox::delivered(&self.connection, entry.id, NOON).unwrap();
            format!("{} {} {:?}", entry.channel, entry.notice.dedup_key, entry.notice.occasion)
        };
        entries.into_iter().map(tell).collect()
    }

    fn silence(&self, matchers: &str, minutes: u64) {
        let silence = Silence {
            id: "s1".to_owned(),
            matchers: vec![matchers.parse().unwrap()],
            from: NOON,
            until: after(minutes),
            author: "anna".to_owned(),
            reason: "maintenance".to_owned(),
        };
        add(&self.connection, &silence, NOON).unwrap();
    }

    fn muted(&self) -> u32 {
        muted(&self.connection).unwrap().iter().map(|count| count.notices).sum()
    }
}

fn oncall() -> ChannelPolicy {
    ChannelPolicy::new("oncall")
}

fn grouping() -> ChannelPolicy {
    ChannelPolicy { group_within: Some(Duration::from_secs(60)), ..oncall() }
}

fn after(minutes: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(60 * minutes))
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_notice_goes_to_every_channel_that_takes_it() {
    let world = World::new(vec![
        oncall(),
        ChannelPolicy { routes: vec!["pack=hospital".parse().unwrap()], ..ChannelPolicy::new("compliance") },
        ChannelPolicy::new("chat"),
    ]);
    let admitted = world.admit(&notice("a", 0, Trigger), NOON);
    assert_eq!(admitted, Admitted { told: 2, ..Admitted::default() });
    assert_eq!(world.told(), ["oncall a Trigger", "chat a Trigger"]);
}

#[test]
fn an_alert_that_becomes_graver_begins_for_a_channel_and_its_end_is_told_there_only() {
    let world = World::new(vec![oncall()]);
    let mut mild = notice("a", 0, Trigger);
    mild.severity = Severity::Low;
    world.admit(&mild, NOON);
    assert_eq!(world.told(), NOTHING);
    world.put("a", 1, Update, NOON);
    assert_eq!(world.told(), ["oncall a Trigger"]);
    let mut over = notice("a", 2, Resolve);
    over.severity = Severity::Low;
    world.admit(&over, NOON);
    assert_eq!(world.told(), ["oncall a Resolve"]);
}

#[test]
fn a_silenced_alert_is_counted_and_told_when_the_silence_ends_and_it_still_goes_on() {
    let world = World::new(vec![oncall()]);
    world.silence("rule=failed-*", 60);
    world.put("goes on", 0, Trigger, NOON);
    world.put("goes on", 1, Update, after(1));
    world.put("ends", 0, Trigger, NOON);
    world.put("ends", 1, Resolve, after(2));
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.muted(), 4);

    assert_eq!(world.release(after(59)), 0);
    assert_eq!(world.release(after(60)), 1);
    assert_eq!(world.told(), ["oncall goes on Trigger"]);
    assert_eq!(world.release(after(61)), 0, "once");
    world.put("goes on", 2, Resolve, after(62));
    assert_eq!(world.told(), ["oncall goes on Resolve"]);
}

#[test]
fn what_was_told_before_a_silence_is_told_to_be_over_during_it_and_its_news_after() {
    let world = World::new(vec![oncall()]);
    world.put("a", 0, Trigger, NOON);
    world.put("b", 0, Trigger, NOON);
    world.told();
    world.silence("severity>=low", 60);
    world.put("a", 1, Update, after(1));
    world.put("b", 1, Resolve, after(1));
    assert_eq!(world.told(), ["oncall b Resolve"]);
    world.release(after(60));
    assert_eq!(world.told(), ["oncall a Update"]);
}

#[test]
fn a_silence_that_is_ended_early_ends() {
    let world = World::new(vec![oncall()]);
    world.silence("severity>=low", 60);
    world.put("a", 0, Trigger, after(1));
    assert!(end(&world.connection, "s1", after(2)).unwrap());
    assert!(!end(&world.connection, "s1", after(3)).unwrap());
    assert_eq!(world.release(after(2)), 1);
    assert_eq!(silences(&world.connection).unwrap()[0].until, after(2), "it can be looked up");
}

#[test]
fn in_quiet_hours_only_what_is_critical_is_told_and_the_rest_in_the_morning() {
    let night = QuietHours::parse("11:00-13:00", "").unwrap();
    let world = World::new(vec![ChannelPolicy { quiet_hours: Some(night), ..oncall() }]);
    world.put("a", 0, Trigger, NOON);
    let mut critical = notice("b", 0, Trigger);
    critical.severity = Severity::Critical;
    world.admit(&critical, NOON);
    assert_eq!(world.told(), ["oncall b Trigger"]);
    assert_eq!(world.release(after(59)), 0);
    world.release(after(60));
    assert_eq!(world.told(), ["oncall a Trigger"]);
}

#[test]
fn what_is_inhibited_is_told_when_what_inhibits_it_is_over() {
    let mut world = World::new(vec![oncall()]);
    world.policy.inhibitions = vec![Inhibition {
        source: "rule=network-down".parse().unwrap(),
        target: "rule=failed-sign-ins".parse().unwrap(),
        equal: vec!["source_ip".to_owned()],
    }];
    let mut network = notice("network", 0, Trigger);
    network.rule.id = RuleId("network-down".to_owned());
    world.admit(&network, NOON);
    world.put("a", 0, Trigger, NOON);
    assert_eq!(world.told(), ["oncall network Trigger"]);
    assert_eq!(world.release(after(1)), 0);
    network.occasion = Resolve;
    network.number = 1;
    world.admit(&network, after(2));
    world.release(after(2));
    assert_eq!(world.told(), ["oncall network Resolve", "oncall a Trigger"]);
}

#[test]
fn episodes_of_one_rule_that_begin_together_are_one_message_from_beginning_to_end() {
    let world = World::new(vec![grouping()]);
    for key in ["a", "b", "c"] {
        world.put(key, 0, Trigger, NOON);
    }
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.release(NOON.plus(Duration::from_secs(59))), 0);
    assert_eq!(world.release(after(1)), 1);
    let entry = outbox::list(&world.connection, State::Waiting, None, None, 1).unwrap().remove(0);
    assert!(entry.notice.summary.starts_with("3 alerts: "), "{}", entry.notice.summary);
    assert_eq!(world.told(), ["oncall a Trigger"]);

    world.put("b", 1, Resolve, after(2));
    assert_eq!(world.told(), ["oncall a Update"]);
    world.put("a", 1, Resolve, after(3));
    assert_eq!(world.told(), ["oncall a Update"]);
    world.put("c", 1, Resolve, after(4));
    assert_eq!(world.told(), ["oncall a Resolve"], "when the last of them is over");
    world.put("d", 0, Trigger, after(5));
    world.release(after(6));
    assert_eq!(world.told(), ["oncall d Trigger"], "one alone is itself");
}

#[test]
fn a_group_that_was_silenced_is_told_once_when_the_silence_ends() {
    let world = World::new(vec![grouping()]);
    ["a", "b", "c"].into_iter().for_each(|key| world.put(key, 0, Trigger, NOON));
    world.release(after(1));
    world.told();
    world.silence("severity>=low", 60);
    ["a", "b", "c"].into_iter().for_each(|key| world.put(key, 1, Update, after(2)));
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.release(after(60)), 1);
    assert_eq!(world.told(), ["oncall a Update"]);
}

#[test]
fn what_ends_while_it_waits_for_others_is_told_whole() {
    let world = World::new(vec![grouping()]);
    world.put("a", 0, Trigger, NOON);
    world.put("a", 1, Resolve, NOON);
    assert_eq!(world.told(), ["oncall a Trigger", "oncall a Resolve"]);
    assert_eq!(world.release(after(1)), 0);
}

#[test]
fn rules_are_not_grouped_with_each_other() {
    let world = World::new(vec![grouping()]);
    world.put("a", 0, Trigger, NOON);
    let mut other = notice("b", 0, Trigger);
    other.rule.id = RuleId("other".to_owned());
    world.admit(&other, NOON);
    assert_eq!(world.release(after(1)), 2);
    assert_eq!(world.told(), ["oncall a Trigger", "oncall b Trigger"]);
}

proptest! {
    /// Whatever is silenced and grouped, and whenever: a channel that was told of a beginning is told of the end, once all is over,
    /// and nothing is left behind.
    #[test]
    fn every_beginning_that_is_told_has_an_end(
        steps in proptest::collection::vec((0_u8..4, 0_u32..4, 0_u64..3), 1..60), is_grouping: bool,
    ) {
        let world = World::new(vec![if is_grouping { grouping() } else { oncall() }]);
        let (mut at, mut numbers) = (NOON, [0_u32; 4]);
        let mut told = Vec::new();
        let mut next = |episode: u32, is_over: bool, at: Timestamp| {
            let number = &mut numbers[episode as usize];
            let occasion = if is_over { Resolve } else if *number == 0 { Trigger } else { Update };
            if !is_over || *number > 0 {
                world.put(&episode.to_string(), *number, occasion, at);
                *number = if is_over { 0 } else { *number + 1 };
            }
        };
        // An episode that begins again has another key in life; here it has other rows once the former is over.
        for (what, episode, minutes) in steps {
            at = at.plus(Duration::from_secs(60 * minutes));
            match what {
                0 => world.silence("severity>=low", at.since(NOON).as_secs() / 60 + 2),
                1 => next(episode, true, at),
                _ => next(episode, false, at),
            }
            world.release(at);
            told.extend(world.told());
            outbox::prune(&world.connection, at.plus(Duration::from_secs(30 * 86_400))).unwrap();
        }
        (0..4).for_each(|episode| next(episode, true, at));
        world.release(at.plus(Duration::from_secs(86_400)));
        told.extend(world.told());
        for episode in 0..4 {
            let of_it = |what: &str| told.iter().filter(|told| **told == format!("oncall {episode} {what}")).count();
            prop_assert_eq!(of_it("Trigger"), of_it("Resolve"), "{:?}", told);
        }
        let left: u32 = world.connection.query_row("select count(*) from standings", [], |row| row.get(0)).unwrap();
        prop_assert_eq!(left, 0);
    }
}

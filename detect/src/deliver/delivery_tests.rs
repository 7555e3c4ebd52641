//! The whole of it over real sockets: threads, receivers that fail in every way, and a store that outlives a restart.

use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use palisade_record::{Clock, ManualClock};
use rusqlite::{Connection, TransactionBehavior};

use super::channel::SigningSecret;
use super::http::{Reach, Target};
use super::policy::{ChannelPolicy, Policy, admit};
use super::testing::{Asked, NOON, Reply, Server, notice};
use super::{ChannelReport, ChannelSettings, Delivery, Kind, Method, Pulse, Wording, create_tables, outbox};
use crate::notice::Occasion::{Resolve, Trigger};

fn webhook(name: &str, server: &Server) -> ChannelSettings {
    ChannelSettings {
        name: name.to_owned(),
        kind: Kind::Webhook {
            target: Target::parse(&server.url("/"), Reach::Private).unwrap(),
            secrets: vec![SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()],
        },
        reach: Reach::Private,
        authorities: None,
        timeout: Duration::from_secs(3),
        wording: Wording::default(),
    }
}

struct World {
    connection: Arc<Mutex<Connection>>,
    clock: ManualClock,
}

impl World {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        create_tables(&connection).unwrap();
        Self { connection: Arc::new(Mutex::new(connection)), clock: ManualClock::at(NOON) }
    }

    fn start(&self, settings: &[ChannelSettings]) -> Delivery {
        let (connection, clock) = (self.connection.clone(), Arc::new(self.clock.clone()));
        let policy = Policy::default();
        Delivery::start(settings, &policy, connection, clock, &Pulse::at(NOON), 1).unwrap()
    }

    fn put(&self, channel: &str, key: &str, number: u32) {
        let occasion = if number == 0 { Trigger } else { Resolve };
        let notice = notice(key, number, occasion);
        outbox::enqueue(&self.connection.lock().unwrap(), channel, &notice, self.clock.now()).unwrap();
    }
}

/// Lets time pass until a channel is as it should be. Each wake-up is a turn of every worker.
fn until(world: &World, delivery: &Delivery, is_so: impl Fn(&[ChannelReport]) -> bool) -> Vec<ChannelReport> {
    for _ in 0..2_000_000 {
        let reports = delivery.report().unwrap();
        if is_so(&reports) {
            return reports;
        }
        world.clock.advance(Duration::from_millis(20));
        delivery.wake();
        std::thread::yield_now();
    }
    panic!("it never came to that: {:?}", delivery.report())
}

fn of<'a>(asked: &'a [Asked], name: &str) -> Vec<&'a str> {
    asked.iter().filter_map(|asked| asked.header(name)).collect()
}

#[test]
fn whatever_a_receiver_does_it_is_told_everything_in_order_and_knows_repetitions_by_their_id() {
    let later = "retry-after: 2\r\n";
    let server = Server::start([
        Reply::status(500),
        Reply::Reset,
        Reply::Status(429, later, String::new()),
        Reply::BreakOffHead,
        Reply::Garbage,
        Reply::Silent,
        Reply::Status(503, "retry-after: Sat, 21 Nov 2026 12:00:40 GMT\r\n", String::new()),
        Reply::BreakOffBody,
        Reply::Huge,
        Reply::status(204),
    ]);
    let world = World::new();
    (0..3).for_each(|key| {
        world.put("hook", &key.to_string(), 0);
        world.put("hook", &key.to_string(), 1);
    });
    let delivery = world.start(&[webhook("hook", &server)]);
    let reports = until(&world, &delivery, |reports| reports[0].counts.waiting == 0);
    assert_eq!((reports[0].delivered, reports[0].counts.dead), (6, 0), "{reports:?}");
    assert_eq!(reports[0].failed, 7);

    let asked = server.asked();
    let mut ids = of(&asked, "webhook-id");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 6, "six messages, however often they were said");
    for key in ["0", "1", "2"] {
        let of_it: Vec<String> = asked
            .iter()
            .map(Asked::json)
            .filter(|body| body["data"]["dedup_key"] == key)
            .map(|body| body["type"].as_str().unwrap().to_owned())
            .collect();
        let first_resolve = of_it.iter().position(|kind| kind == "alert.resolved").unwrap();
        assert!(of_it[first_resolve..].iter().all(|kind| kind == "alert.resolved"), "{of_it:?}");
    }
}

#[test]
fn a_receiver_that_says_nothing_does_not_delay_another() {
    let barrier = Arc::new(Barrier::new(2));
    let (silent, well) = (Server::start([Reply::Held(barrier.clone())]), Server::start([Reply::status(200)]));
    let world = World::new();
    let mut of_silent = webhook("silent", &silent);
    of_silent.timeout = Duration::from_secs(60);
    let delivery = world.start(&[of_silent, webhook("well", &well)]);
    world.put("silent", "a", 0);
    delivery.wake();
    silent.next();
    // The silent one is being waited for, for a minute if need be.
    (0..20).for_each(|key| world.put("well", &key.to_string(), 0));
    delivery.wake();
    (0..20).for_each(|_| drop(well.next()));
    assert_eq!(delivery.report().unwrap()[0].delivered, 0);
    barrier.wait();
    until(&world, &delivery, |reports| reports[0].delivered == 1);
}

#[test]
fn what_waits_when_it_stops_is_sent_after_the_next_start() {
    let server = Server::start([Reply::status(500)]);
    let world = World::new();
    world.put("hook", "a", 0);
    let delivery = world.start(&[webhook("hook", &server)]);
    server.next();
    drop(delivery);
    server.behave([Reply::status(200)]);
    let delivery = world.start(&[webhook("hook", &server)]);
    let reports = until(&world, &delivery, |reports| reports[0].counts.waiting == 0);
    assert_eq!(reports[0].delivered, 1);
    let asked = server.asked();
    assert_eq!(asked.last().unwrap().json()["data"]["dedup_key"], "a");
}

#[test]
fn a_receiver_that_is_down_is_seen_in_the_report_and_told_through_the_other() {
    let (down, well) = (Server::start([Reply::status(503)]), Server::start([Reply::status(200)]));
    let world = World::new();
    world.put("down", "a", 0);
    let delivery = world.start(&[webhook("down", &down), webhook("well", &well)]);
    let reports = until(&world, &delivery, |reports| reports[0].outage_since.is_some());
    assert_eq!(reports[0].last_failure.as_deref(), Some("status 503"));
    assert_eq!(well.next().json()["data"]["group"][0][1], "down");
    down.behave([Reply::status(200)]);
    until(&world, &delivery, |reports| reports[0].outage_since.is_none());
    assert_eq!(well.next().json()["type"], "alert.resolved");
}

#[test]
fn what_waits_for_a_channel_that_is_not_configured_any_more_is_a_dead_letter() {
    let (down, well) = (Server::start([Reply::status(503)]), Server::start([Reply::status(200)]));
    let world = World::new();
    world.put("down", "a", 0);
    let delivery = world.start(&[webhook("down", &down), webhook("well", &well)]);
    until(&world, &delivery, |reports| reports[0].outage_since.is_some());
    well.next();
    drop(delivery);
    let delivery = world.start(&[webhook("well", &well)]);
    let said = well.next().json()["data"]["summary"].clone();
    assert_eq!(said, "Channel `down` is not configured any more");
    drop(delivery);
    let dead = outbox::list(&world.connection.lock().unwrap(), outbox::State::Dead, None, None, 9).unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].reason, "channel `down` is not configured any more");
}

#[test]
fn notices_may_be_written_through_another_connection_of_the_same_file() {
    let server = Server::start([Reply::status(200)]);
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let connection = Connection::open(folder.path().join("alerts.sqlite")).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection
    };
    let mut writer = open();
    create_tables(&writer).unwrap();
    let world = World { connection: Arc::new(Mutex::new(open())), clock: ManualClock::at(NOON) };
    let delivery = world.start(&[webhook("hook", &server)]);
    let policy = Policy { channels: vec![ChannelPolicy::new("hook")], ..Policy::default() };
    for key in 0..50 {
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        admit(&transaction, &policy, &notice(&key.to_string(), 0, Trigger), NOON).unwrap();
        transaction.commit().unwrap();
        delivery.wake();
    }
    // A message is counted before it is settled.
    let is_done = |reports: &[ChannelReport]| reports[0].delivered == 50 && reports[0].counts.waiting == 0;
    let reports = until(&world, &delivery, is_done);
    assert_eq!(reports[0].failed, 0);
    assert_eq!(server.asked().len(), 50);
}

#[test]
fn a_heartbeat_beats_beside_the_others() {
    let server = Server::start([Reply::status(200)]);
    let world = World::new();
    let mut heartbeat = webhook("watch", &server);
    let target = Target::parse(&server.url("/alive"), Reach::Private).unwrap();
    heartbeat.kind = Kind::Heartbeat { target, every: Duration::from_secs(60), method: Method::Get };
    let delivery = world.start(&[heartbeat]);
    assert_eq!(server.next().line, "GET /alive HTTP/1.1");
    world.clock.advance(Duration::from_secs(60));
    delivery.wake();
    assert_eq!(server.next().line, "GET /alive HTTP/1.1");
    assert!(delivery.report().unwrap().is_empty(), "it has no queue");
}

use std::sync::{Arc, Mutex};
use std::time::Duration;

use palisade_record::{Clock, ManualClock, Timestamp};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;

use super::breaker::Breaker;
use super::channel::{Channel, Message};
use super::outbox::{self, State};
use super::outcome::{Failure, FailureKind, Outcome};
use super::testing::{NOON, Scripted, notice};
use super::turn::{Rest, Turn, Wake};
use super::worker::{Condition, Shared, Worker};
use crate::notice::Notice;
use crate::notice::Occasion::{Resolve, Trigger, Update};

struct World {
    shared: Arc<Shared>,
    clock: ManualClock,
    workers: Vec<(Worker, Scripted, Arc<Mutex<Condition>>)>,
    _woken: Vec<std::sync::mpsc::Receiver<()>>,
}

impl World {
    fn new(channels: &[(&str, Scripted)]) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        super::create_tables(&connection).unwrap();
        let clock = ManualClock::at(NOON);
        let (wakes, woken) = channels
            .iter()
            .map(|(name, _)| {
                let (wake, woken) = Wake::pair();
                (((*name).to_owned(), wake), woken)
            })
            .unzip();
        let connection = Arc::new(Mutex::new(connection));
        let shared = Arc::new(Shared { connection, clock: Arc::new(clock.clone()), wakes });
        let workers = channels
            .iter()
            .map(|(name, channel)| {
                let condition = Arc::<Mutex<Condition>>::default();
                let random = StdRng::seed_from_u64(1);
                let (boxed, shared) = (Box::new(channel.clone()), shared.clone());
                let worker = Worker::new((*name).to_owned(), boxed, shared, condition.clone(), random);
                (worker, channel.clone(), condition)
            })
            .collect();
        Self { shared, clock, workers, _woken: woken }
    }

    fn put(&self, channel: &str, notice: &Notice) {
        outbox::enqueue(&self.shared.connection(), channel, notice, self.clock.now()).unwrap();
    }

    /// Takes turns until the worker rests.
    fn settle(&mut self, worker: usize) -> Rest {
        for _ in 0..10_000 {
            match self.workers[worker].0.turn() {
                Rest::No => {}
                rest => return rest,
            }
        }
        panic!("the worker never rests")
    }

    /// Lets time pass until the worker has nothing more to wait for, at most so long.
    fn run(&mut self, worker: usize, until: Timestamp) {
        while let Rest::Until(at) = self.settle(worker) {
            if at > until {
                break;
            }
            self.clock.set(at.max(self.clock.now()));
        }
    }

    fn count(&self, channel: &str, state: State) -> usize {
        outbox::list(&self.shared.connection(), state, Some(channel), None, 1_000).unwrap().len()
    }
}

fn failed(kind: FailureKind) -> Outcome {
    Outcome::failed(kind, "status 500")
}

fn after(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

#[test]
fn what_fails_is_sent_again_until_it_is_taken() {
    let channel = Scripted::default();
    channel.outcomes.lock().unwrap().extend(vec![failed(FailureKind::Unavailable); 3]);
    let mut world = World::new(&[("oncall", channel.clone())]);
    world.put("oncall", &notice("a", 0, Trigger));
    world.put("oncall", &notice("a", 1, Resolve));
    world.run(0, after(60));
    assert_eq!(channel.took(), ["a 0", "a 1"]);
    assert_eq!(world.count("oncall", State::Delivered), 2);
    assert_eq!(world.workers[0].2.lock().unwrap().failed, 3);
}

#[test]
fn a_receiver_that_asks_for_thirty_seconds_gets_them_for_all_messages() {
    let channel = Scripted::default();
    channel.outcomes.lock().unwrap().push_back(Outcome::Failed(Failure {
        kind: FailureKind::RateLimited,
        reason: "status 429".to_owned(),
        retry_after: Some(Duration::from_secs(30)),
    }));
    let mut world = World::new(&[("chat", channel.clone())]);
    world.put("chat", &notice("a", 0, Trigger));
    world.put("chat", &notice("b", 0, Trigger));
    let Rest::Until(at) = world.settle(0) else { panic!("it waits") };
    assert!(at >= after(30) && at <= after(31));
    assert!(channel.took().is_empty(), "also what was not tried yet waits");
    world.run(0, after(60));
    assert_eq!(channel.took().len(), 2);
}

#[test]
fn a_receiver_with_a_pace_gets_one_message_in_each_span() {
    let channel = Scripted { pace: Duration::from_secs(1), ..Scripted::default() };
    let mut world = World::new(&[("chat", channel.clone())]);
    (0..4).for_each(|number| world.put("chat", &notice("a", number, Trigger)));
    world.run(0, after(60));
    let times: Vec<Timestamp> = channel.took.lock().unwrap().iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [after(0), after(1), after(2), after(3)]);
}

#[test]
fn what_is_refused_is_a_dead_letter_at_once_and_told_through_the_other_channel() {
    let (bad, good) = (Scripted::default(), Scripted::default());
    bad.outcomes.lock().unwrap().push_back(Outcome::failed(FailureKind::Refused, "status 400: no such key"));
    let mut world = World::new(&[("oncall", bad.clone()), ("mail", good.clone())]);
    world.put("oncall", &notice("a", 0, Trigger));
    world.settle(0);
    world.settle(1);
    let dead = outbox::list(&world.shared.connection(), State::Dead, None, None, 10).unwrap();
    assert_eq!((dead.len(), dead[0].reason.as_str()), (1, "status 400: no such key"));
    let told = good.took();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("palisade:default:channel-outage:oncall:"), "{told:?}");
    assert!(bad.took().is_empty(), "not through itself");

    let id = dead[0].id;
    outbox::replay(&world.shared.connection(), id, world.clock.now()).unwrap();
    world.settle(0);
    world.settle(1);
    assert_eq!(bad.took(), ["a 0"]);
    assert_eq!(good.took().len(), 1, "that it works again");
    assert_eq!(world.count("mail", State::Delivered), 2);
}

#[test]
fn a_channel_that_is_down_is_left_alone_and_told_once_and_catches_up_when_it_works() {
    let (bad, good) = (Scripted::default(), Scripted::default());
    bad.outcomes.lock().unwrap().extend(vec![failed(FailureKind::Unavailable); 40]);
    let mut world = World::new(&[("oncall", bad.clone()), ("mail", good.clone())]);
    (0..20).for_each(|key| world.put("oncall", &notice(&format!("{key:02}"), 0, Trigger)));
    world.settle(0);
    let condition = world.workers[0].2.lock().unwrap().clone();
    assert!(matches!(condition.breaker, Breaker::Open { .. }), "{condition:?}");
    assert_eq!(condition.failed, 5, "not every message finds out by itself");

    world.run(0, after(7_200));
    world.settle(1);
    assert_eq!(bad.took().len(), 20);
    assert_eq!(world.count("oncall", State::Dead), 0);
    let told = good.took();
    assert_eq!(told.len(), 2, "one outage: that it began, and that it ended: {told:?}");
}

#[test]
fn after_a_day_everything_is_a_dead_letter_and_nothing_is_lost() {
    let channel = Scripted::default();
    channel.outcomes.lock().unwrap().extend(vec![failed(FailureKind::Unavailable); 100_000]);
    let mut world = World::new(&[("oncall", channel.clone())]);
    (0..5).for_each(|key| world.put("oncall", &notice(&format!("{key}"), 0, Trigger)));
    world.run(0, after(3 * 86_400));
    assert_eq!(world.count("oncall", State::Dead), 5);
    let dead = outbox::list(&world.shared.connection(), State::Dead, None, None, 10).unwrap();
    assert!(dead[0].reason.contains("in 24 hours; the last time: status 500"), "{}", dead[0].reason);
}

#[test]
fn a_receiver_that_forgets_is_told_again_every_minute_until_it_is_over() {
    let channel = Scripted { repeats: true, ..Scripted::default() };
    let mut world = World::new(&[("am", channel.clone())]);
    world.put("am", &notice("a", 0, Trigger));
    world.put("am", &notice("b", 0, Trigger));
    world.run(0, after(125));
    assert_eq!(channel.took(), ["a 0", "b 0", "again a b", "again a b"]);
    world.put("am", &notice("a", 1, Resolve));
    world.run(0, after(185));
    assert_eq!(channel.took(), ["a 1", "again b"]);
}

#[test]
fn a_repetition_that_fails_is_tried_sooner_and_its_channel_counts_as_down() {
    let channel = Scripted { repeats: true, ..Scripted::default() };
    let other = Scripted::default();
    let mut world = World::new(&[("am", channel.clone()), ("mail", other.clone())]);
    world.put("am", &notice("a", 0, Trigger));
    world.run(0, after(59));
    channel.outcomes.lock().unwrap().extend(vec![failed(FailureKind::Unavailable); 5]);
    world.run(0, after(180));
    assert_eq!(channel.took()[..2], ["a 0", "again a"]);
    world.settle(1);
    assert_eq!(other.took().len(), 2, "an outage that began and ended");
}

#[test]
fn a_reference_comes_back_with_the_next_message_of_the_episode() {
    #[derive(Clone, Default)]
    struct Remembers(Arc<Mutex<Vec<Option<String>>>>);
    impl Channel for Remembers {
        fn send(&mut self, message: &Message<'_>) -> Outcome {
            self.0.lock().unwrap().push(message.reference.map(str::to_owned));
            Outcome::Accepted { reference: message.reference.is_none().then(|| "ts 1".to_owned()) }
        }
    }
    let channel = Remembers::default();
    let mut world = World::new(&[("chat", Scripted::default())]);
    let (condition, random) = (Arc::default(), StdRng::seed_from_u64(1));
    let boxed = Box::new(channel.clone());
    world.workers[0].0 = Worker::new("chat".to_owned(), boxed, world.shared.clone(), condition, random);
    [Trigger, Update, Resolve].into_iter().zip(0..).for_each(|(occasion, number)| {
        world.put("chat", &notice("a", number, occasion));
        world.settle(0);
    });
    assert_eq!(*channel.0.lock().unwrap(), [None, Some("ts 1".to_owned()), Some("ts 1".to_owned())]);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        3 => Just(Outcome::accepted()),
        2 => Just(failed(FailureKind::Unavailable)),
        1 => (0_u64..100).prop_map(|seconds| Outcome::Failed(Failure {
            kind: FailureKind::RateLimited,
            reason: "status 429".to_owned(),
            retry_after: Some(Duration::from_secs(seconds)),
        })),
        1 => Just(failed(FailureKind::Refused)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_happens_every_notice_is_told_in_order_or_a_dead_letter(
        outcomes in proptest::collection::vec(any_outcome(), 0..80), episodes in 1_usize..6,
    ) {
        let channel = Scripted::default();
        channel.outcomes.lock().unwrap().extend(outcomes);
        let mut world = World::new(&[("oncall", channel.clone())]);
        for episode in 0..episodes {
            for (number, occasion) in [(0, Trigger), (1, Update), (2, Resolve)] {
                world.put("oncall", &notice(&episode.to_string(), number, occasion));
            }
        }
        world.run(0, after(86_400));
        let took = channel.took();
        prop_assert_eq!(world.count("oncall", State::Waiting), 0);
        prop_assert_eq!(took.len() + world.count("oncall", State::Dead), 3 * episodes);
        for episode in 0..episodes {
            let of_it: Vec<&String> = took.iter().filter(|told| told.starts_with(&format!("{episode} "))).collect();
            prop_assert!(of_it.is_sorted(), "{:?}", of_it);
        }
    }
}

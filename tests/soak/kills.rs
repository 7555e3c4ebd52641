//! kill -9 at random moments while logs are written and rotated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::sample_or_all;
use crate::world::{Channel, Container, Ledger, PlainFile, Random, World, pace};

/// Kills of the agent, the collector and both: 100 in a normal run, 1,000 in a soak.
const KILLS: [(usize, usize); 3] = [(40, 400), (40, 400), (20, 200)];

/// Ten thousand lines per second: each kill meets work in every stage.
const LINES_PER_BEAT: usize = 25;
const BEAT: Duration = Duration::from_millis(5);
const BEATS_PER_ROTATION: u64 = 150;

/// A process lives at most so long, and sometimes dies before it has done anything.
const LIFE_MAX_MILLIS: u64 = 120;

/// Writes and rotates until it is told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    writer: JoinHandle<Vec<Ledger>>,
}

impl Load {
    fn start(world: &World, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let mut container = Container::create(&world.pods(), "loaded");
        let mut plain: PlainFile = world.plain("loaded-plain");
        let mut random = Random::new(seed);
        let writer = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for _ in 0..LINES_PER_BEAT {
                    container.line("while processes die");
                }
                container.line_to(Channel::Stderr, "while processes die");
                container.begin(Channel::Stdout, "half of a line, ");
                plain.lines(LINES_PER_BEAT, "while processes die");
                if random.below(BEATS_PER_ROTATION) == 0 {
                    container.rotate();
                }
                container.finish(Channel::Stdout, b"and the other half");
                pace(BEAT);
            }
            let [stdout, stderr] = container.ledgers();
            vec![stdout.clone(), stderr.clone(), plain.ledger.clone()]
        });
        Self { stop, writer }
    }

    fn stop(self) -> Vec<Ledger> {
        self.stop.store(true, Ordering::Relaxed);
        self.writer.join().expect("the writer does not fail")
    }
}

#[derive(Clone, Copy)]
enum Victim {
    Agent,
    Collector,
    Both,
}

fn kill_again_and_again(victim: Victim, kills: usize, seed: u64) {
    let mut world = World::new();
    let load = Load::start(&world, seed);
    let pods = world.pods();
    let mut agent = world.agent().pods(&pods).files("app", &world.logs().join("*.log")).started();
    let mut random = Random::new(seed);

    for _ in 0..kills {
        pace(Duration::from_millis(random.below(LIFE_MAX_MILLIS)));
        let agent_first = random.below(2) == 0;
        match victim {
            Victim::Agent => agent.kill(),
            Victim::Collector => world.collector.kill(),
            Victim::Both if agent_first => {
                agent.kill();
                world.collector.kill();
            }
            Victim::Both => {
                world.collector.kill();
                agent.kill();
            }
        }
        if matches!(victim, Victim::Agent | Victim::Both) {
            agent.start();
        }
        if matches!(victim, Victim::Collector | Victim::Both) {
            world.start_collector();
        }
    }

    let ledgers = load.stop();
    let ledgers: Vec<&Ledger> = ledgers.iter().collect();
    let verdict = world.settle("app", &ledgers);
    println!(
        "kills {kills} lost {} duplicated {} reordered {} of {} records",
        verdict.lost.len(),
        verdict.duplicated.len(),
        verdict.reordered.len(),
        verdict.stored_records,
    );
    verdict.assert_perfect();
}

#[test]
fn an_agent_killed_at_random_moments_loses_and_duplicates_nothing() {
    kill_again_and_again(Victim::Agent, sample_or_all(KILLS[0].0, KILLS[0].1), 27);
}

#[test]
fn a_collector_killed_at_random_moments_loses_and_duplicates_nothing() {
    kill_again_and_again(Victim::Collector, sample_or_all(KILLS[1].0, KILLS[1].1), 28);
}

#[test]
fn agent_and_collector_killed_at_random_moments_lose_and_duplicate_nothing() {
    kill_again_and_again(Victim::Both, sample_or_all(KILLS[2].0, KILLS[2].1), 29);
}

//! All channels at work: a thread for each, started and stopped together.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use palisade_record::{Clock, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;

use super::breaker::Breaker;
use super::heartbeat::{Heartbeat, Pulse};
use super::keeper::Keeper;
use super::metrics;
use super::outage;
use super::outbox::{self, Counts};
use super::policy::{self, Policy, muted};
use super::settings::{ChannelSettings, Kind};
use super::turn::{Turn, Wake, spawn};
use super::worker::{Condition, Shared, Worker};

/// Channels of one program. Each has a thread and an address that somebody looks after.
pub const CHANNELS_MAX: usize = 64;

/// All channels at work, until it is dropped.
pub struct Delivery {
    shared: Arc<Shared>,
    channels: Vec<(String, &'static str, Arc<Mutex<Condition>>)>,
    stop: Arc<AtomicBool>,
    /// Of threads that are no workers.
    other_wakes: Vec<Wake>,
    threads: Vec<JoinHandle<()>>,
}

/// How a channel is doing.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ChannelReport {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// Whether it is asked.
    pub breaker: Breaker,
    /// Since when it does not work.
    pub outage_since: Option<Timestamp>,
    /// Why the last message failed that did.
    pub last_failure: Option<String>,
    /// Its queue.
    #[serde(flatten)]
    pub counts: Counts,
    /// Messages that its receiver has, since the program started.
    pub delivered: u64,
    /// Attempts that failed, since the program started.
    pub failed: u64,
    /// Notices that were given up, since the program started.
    pub given_up: u64,
}

impl Delivery {
    /// Starts the threads. `connection` has the tables of [`super::create_tables`]; whoever writes notices may use the same one, or
    /// another of the same file. `seed` draws the waits between attempts.
    pub fn start(
        settings: &[ChannelSettings],
        policy: &Policy,
        connection: Arc<Mutex<Connection>>,
        clock: Arc<dyn Clock>,
        pulse: &Pulse,
        seed: u64,
    ) -> io::Result<Self> {
        if settings.len() > CHANNELS_MAX {
            return Err(io::Error::other(format!("there are more than {CHANNELS_MAX} channels; join some")));
        }
        let (mut wakes, mut woken) = (Vec::new(), Vec::new());
        for channel in settings.iter().filter(|channel| channel.kind.takes_notices()) {
            let (wake, receiver) = Wake::pair();
            wakes.push((channel.name.clone(), wake));
            woken.push(receiver);
        }
        let names: Vec<String> = wakes.iter().map(|(name, _)| name.clone()).collect();
        leave_behind(&connection, &names, clock.now()).map_err(io::Error::other)?;
        let shared = Arc::new(Shared { connection, clock: clock.clone(), wakes });
        let mut delivery = Self {
            shared: shared.clone(),
            channels: Vec::new(),
            stop: Arc::new(AtomicBool::new(false)),
            other_wakes: Vec::new(),
            threads: Vec::new(),
        };
        let mut woken = woken.into_iter();
        let mut random = StdRng::seed_from_u64(seed);
        for channel in settings {
            let name = channel.name.clone();
            let wrong = |wrong| io::Error::other(format!("channel `{name}`: {wrong}"));
            match channel.open(clock.clone()).map_err(wrong)? {
                Some(opened) => {
                    let Some(woken) = woken.next() else { continue };
                    let condition = Arc::<Mutex<Condition>>::default();
                    let own = StdRng::from_rng(&mut random);
                    let worker =
                        Worker::new(channel.name.clone(), opened, shared.clone(), condition.clone(), own);
                    delivery.channels.push((channel.name.clone(), channel.kind.as_str(), condition));
                    delivery.spawn(&channel.name, worker, woken)?;
                }
                None => {
                    let Kind::Heartbeat { target, every, method } = &channel.kind else { continue };
                    let heartbeat = Heartbeat {
                        name: channel.name.clone(),
                        client: channel.client(clock.clone()).map_err(io::Error::other)?,
                        target: target.clone(),
                        every: *every,
                        method: *method,
                        pulse: pulse.clone(),
                        clock: clock.clone(),
                        asked_at: None,
                    };
                    let (wake, woken) = Wake::pair();
                    delivery.other_wakes.push(wake);
                    delivery.spawn(&channel.name, heartbeat, woken)?;
                }
            }
        }
        let now = clock.now();
        let keeper = Keeper { shared, policy: policy.clone(), release_at: now, prune_at: now };
        let (wake, woken) = Wake::pair();
        delivery.other_wakes.push(wake);
        delivery.spawn("keeper", keeper, woken)?;
        Ok(delivery)
    }

    fn spawn(&mut self, name: &str, turn: impl Turn, woken: Receiver<()>) -> io::Result<()> {
        let (stop, clock) = (self.stop.clone(), self.shared.clock.clone());
        self.threads.push(spawn(format!("alerts {name}"), turn, woken, stop, clock)?);
        Ok(())
    }

    /// Says that notices were enqueued. To be called after the transaction.
    pub fn wake(&self) {
        self.shared.wake_all();
        self.other_wakes.iter().for_each(Wake::wake);
    }

    /// How every channel is doing.
    pub fn report(&self) -> rusqlite::Result<Vec<ChannelReport>> {
        let connection = self.shared.connection();
        let mut reports = Vec::with_capacity(self.channels.len());
        for (name, kind, condition) in &self.channels {
            let condition = condition.lock().unwrap_or_else(PoisonError::into_inner).clone();
            reports.push(ChannelReport {
                name: name.clone(),
                kind,
                breaker: condition.breaker,
                outage_since: outage::of(&connection, name)?.map(|outage| outage.began_at),
                last_failure: condition.last_failure,
                counts: outbox::counts(&connection, name)?,
                delivered: condition.delivered,
                failed: condition.failed,
                given_up: condition.dead,
            });
        }
        Ok(reports)
    }
}

/// What belongs to channels that are not configured any more waits for nobody.
fn leave_behind(connection: &Mutex<Connection>, channels: &[String], now: Timestamp) -> rusqlite::Result<()> {
    let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let abandoned = outbox::abandon_others(&transaction, channels, now)?;
    policy::forget_others(&transaction, channels)?;
    outage::forget_others(&transaction, channels, now)?;
    transaction.commit()?;
    if abandoned > 0 {
        tracing::warn!(
            abandoned,
            "notices for channels that are not configured any more became dead letters"
        );
    }
    Ok(())
}

impl Delivery {
    /// How every channel is doing, as Prometheus reads it.
    pub fn metrics(&self) -> rusqlite::Result<String> {
        let muted = muted(&self.shared.connection())?;
        Ok(metrics::render(&self.report()?, &muted, self.shared.clock.now()))
    }
}

impl Drop for Delivery {
    /// Stops all threads and waits for them: as long as a message that is on its way takes, which has a bound. What was not sent
    /// is sent after the next start.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.wake();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that sends alerts has panicked");
            }
        }
    }
}

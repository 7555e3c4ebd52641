//! Threads that take turns: each does one thing, says how long it can rest, and is woken earlier when there is something to do.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use palisade_record::{Clock, Timestamp};

/// Longest rest. The clock of the machine can be set while a thread waits.
const REST_MAX: Duration = Duration::from_secs(30);

/// How long a thread rests that panicked: what made it panic is probably still there.
const PANIC_REST: Duration = Duration::from_secs(5);

/// What a thread does before its next turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rest {
    /// Nothing: there is more to do.
    No,
    /// It waits until then.
    Until(Timestamp),
    /// It waits until it is woken.
    UntilWoken,
}

impl Rest {
    /// The shorter of two rests.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::UntilWoken, rest) | (rest, Self::UntilWoken) => rest,
            (Self::Until(one), Self::Until(other)) => Self::Until(one.min(other)),
        }
    }
}

/// Something that a thread does again and again.
pub(super) trait Turn: Send + 'static {
    /// Does one thing, bounded in time.
    fn turn(&mut self) -> Rest;
}

/// Wakes a thread. A thread that is awake is woken once more when it lies down, and not more often.
#[derive(Clone, Debug)]
pub(super) struct Wake(SyncSender<()>);

impl Wake {
    pub(super) fn pair() -> (Self, Receiver<()>) {
        let (sender, receiver) = sync_channel(1);
        (Self(sender), receiver)
    }

    pub(super) fn wake(&self) {
        match self.0.try_send(()) {
            // Full: it will be awake. Disconnected: it has stopped.
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }
}

/// Starts a thread that takes turns until `stop` is set and it is woken.
pub(super) fn spawn(
    name: String,
    mut turn: impl Turn,
    woken: Receiver<()>,
    stop: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name).spawn(move || {
        while !stop.load(Ordering::SeqCst) {
            // A thread that is gone would be a channel that is silent for ever. The store undoes what was not finished.
            let rest = catch_unwind(AssertUnwindSafe(|| turn.turn())).unwrap_or_else(|_| {
                tracing::error!("a thread that sends alerts panicked, and goes on");
                Rest::Until(clock.now().plus(PANIC_REST))
            });
            let wait = match rest {
                Rest::No => continue,
                Rest::Until(at) => at.since(clock.now()).min(REST_MAX),
                Rest::UntilWoken => REST_MAX,
            };
            if let Err(RecvTimeoutError::Disconnected) = woken.recv_timeout(wait) {
                return;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;

    #[test]
    fn the_shorter_rest_counts() {
        let (early, late) = (Rest::Until(NOON), Rest::Until(NOON.plus(Duration::from_secs(1))));
        assert_eq!(late.or(early), early);
        assert_eq!(Rest::UntilWoken.or(late), late);
        assert_eq!(late.or(Rest::No), Rest::No);
        assert_eq!(Rest::UntilWoken.or(Rest::UntilWoken), Rest::UntilWoken);
    }

    struct Count(SyncSender<u32>, u32);

    impl Turn for Count {
        fn turn(&mut self) -> Rest {
            self.1 += 1;
            self.0.send(self.1).unwrap();
            Rest::UntilWoken
        }
    }

    #[test]
    fn a_thread_takes_a_turn_when_it_is_woken_and_stops_when_it_is_told() {
        let (turns, taken) = sync_channel(9);
        let (wake, woken) = Wake::pair();
        let stop = Arc::new(AtomicBool::new(false));
        let clock = Arc::new(palisade_record::ManualClock::at(NOON));
        let thread = spawn("count".to_owned(), Count(turns, 0), woken, stop.clone(), clock).unwrap();
        assert_eq!(taken.recv().unwrap(), 1);
        wake.wake();
        assert_eq!(taken.recv().unwrap(), 2);
        stop.store(true, Ordering::SeqCst);
        wake.wake();
        thread.join().unwrap();
    }

    struct Panics(SyncSender<u32>, u32);

    impl Turn for Panics {
        fn turn(&mut self) -> Rest {
            self.1 += 1;
            self.0.send(self.1).unwrap();
            assert!(self.1 > 1, "the first time");
            Rest::UntilWoken
        }
    }

    #[test]
    fn a_thread_that_panics_goes_on() {
        let (turns, taken) = sync_channel(9);
        let (wake, woken) = Wake::pair();
        let stop = Arc::new(AtomicBool::new(false));
        let clock = Arc::new(palisade_record::ManualClock::at(NOON));
        let thread = spawn("panics".to_owned(), Panics(turns, 0), woken, stop.clone(), clock).unwrap();
        assert_eq!(taken.recv().unwrap(), 1);
        wake.wake();
        assert_eq!(taken.recv().unwrap(), 2);
        stop.store(true, Ordering::SeqCst);
        wake.wake();
        thread.join().unwrap();
    }
}

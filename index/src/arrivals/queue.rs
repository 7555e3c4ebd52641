//! Between the tail thread and the reader: bounded, and never waited for.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use palisade_record::ByteSize;

use super::Arrived;

/// Memory of rows that wait for the reader. The tail has most of them as well, for some seconds. A reader that is further behind reads
/// the journal.
const WAITING_BYTES_MAX: ByteSize = ByteSize::mib(64);

/// Submissions that wait, each of which may be one short line.
const WAITING_MAX: usize = 65_536;

#[derive(Default)]
struct State {
    waiting: VecDeque<Arrived>,
    bytes: usize,
    has_reader: bool,
    /// Whether what came before `next` has to be read from the journal.
    missed: bool,
    /// The batch after the last one that was made durable.
    next: u64,
    is_closed: bool,
}

/// What became durable and was not read yet.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    moved: Condvar,
}

/// What the reader gets.
pub(super) enum Taken {
    /// These, in order.
    Arrived(VecDeque<Arrived>),
    /// Everything before this batch is in the journal only.
    Missed {
        until: u64,
    },
    Nothing,
    Closed,
}

impl Queue {
    /// Before anything comes.
    pub(crate) fn new(next: u64) -> Self {
        Self { state: Mutex::new(State { next, missed: true, ..State::default() }), ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are durable.
    pub(crate) fn push(&self, arrived: Arrived) {
        let mut state = self.state();
        state.next = arrived.next;
        if !state.has_reader || state.missed {
            state.missed = true;
            return;
        }
        state.bytes += arrived.memory_bytes();
        state.waiting.push_back(arrived);
        if state.bytes > usize::try_from(WAITING_BYTES_MAX.as_u64()).unwrap_or(usize::MAX)
            || state.waiting.len() > WAITING_MAX
        {
            state.waiting.clear();
            (state.bytes, state.missed) = (0, true);
        }
        self.moved.notify_one();
    }

    /// Nothing will come any more.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.moved.notify_one();
    }

    pub(super) fn begin(&self) {
        self.state().has_reader = true;
    }

    /// What was missed could not be read.
    pub(super) fn still_missed(&self) {
        let mut state = self.state();
        state.waiting.clear();
        (state.bytes, state.missed) = (0, true);
    }

    pub(super) fn take(&self, patience: Duration) -> Taken {
        let empty = |state: &mut State| state.waiting.is_empty() && !state.missed && !state.is_closed;
        let waited = self.moved.wait_timeout_while(self.state(), patience, empty);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.missed {
            state.missed = false;
            return Taken::Missed { until: state.next };
        }
        if !state.waiting.is_empty() {
            state.bytes = 0;
            return Taken::Arrived(std::mem::take(&mut state.waiting));
        }
        if state.is_closed { Taken::Closed } else { Taken::Nothing }
    }
}

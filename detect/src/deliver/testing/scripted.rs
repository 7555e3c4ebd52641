//! A receiver without a socket, for tests of what happens around it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use palisade_record::Timestamp;

use crate::deliver::channel::{Channel, Message};
use crate::deliver::outcome::Outcome;
use crate::notice::Notice;

/// A receiver that does what it is told, and takes everything after that.
#[derive(Clone, Default)]
pub(crate) struct Scripted {
    pub(crate) outcomes: Arc<Mutex<VecDeque<Outcome>>>,
    pub(crate) took: Arc<Mutex<Vec<(Timestamp, String)>>>,
    pub(crate) pace: Duration,
    pub(crate) repeats: bool,
}

impl Scripted {
    fn outcome(&self) -> Outcome {
        self.outcomes.lock().unwrap().pop_front().unwrap_or(Outcome::accepted())
    }

    pub(crate) fn took(&self) -> Vec<String> {
        self.took.lock().unwrap().drain(..).map(|(_, what)| what).collect()
    }
}

impl Channel for Scripted {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let outcome = self.outcome();
        if matches!(outcome, Outcome::Accepted { .. }) {
            let Notice { dedup_key, number, .. } = message.notice;
            self.took.lock().unwrap().push((message.now, format!("{dedup_key} {number}")));
        }
        outcome
    }

    fn pace(&self) -> Duration {
        self.pace
    }

    fn repeat_every(&self) -> Option<Duration> {
        self.repeats.then_some(Duration::from_secs(60))
    }

    fn repeat(&mut self, notices: &[Notice], now: Timestamp) -> Outcome {
        let outcome = self.outcome();
        if matches!(outcome, Outcome::Accepted { .. }) {
            let keys: Vec<&str> = notices.iter().map(|notice| notice.dedup_key.as_str()).collect();
            self.took.lock().unwrap().push((now, format!("again {}", keys.join(" "))));
        }
        outcome
    }
}

//! A dead man's switch: somebody outside is asked again and again while detection is alive, and raises the alarm when that stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use palisade_record::{Clock, Timestamp};

use super::http::{Client, Request, Target};
use super::outcome::Outcome;
use super::settings::Method;
use super::turn::{Rest, Turn};

/// Detection that gave no sign of life for so long is not alive, whatever its threads do. It looks at records every second.
pub const PULSE_MAX: Duration = Duration::from_secs(120);

/// When detection was last seen to work. Clones are one.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<AtomicI64>);

impl Pulse {
    /// Alive at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_nanos())))
    }

    /// Alive still. To be called when records were looked at, or there were none to look at: not from a timer.
    pub fn beat(&self, now: Timestamp) {
        self.0.fetch_max(now.as_nanos(), Ordering::SeqCst);
    }

    /// Whether it was seen to work lately.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now.since(Timestamp::from_nanos(self.0.load(Ordering::SeqCst))) <= PULSE_MAX
    }
}

/// Asks one address.
pub(super) struct Heartbeat {
    pub(super) name: String,
    pub(super) client: Client,
    pub(super) target: Target,
    pub(super) every: Duration,
    pub(super) method: Method,
    pub(super) pulse: Pulse,
    pub(super) clock: Arc<dyn Clock>,
    /// When it was asked last.
    pub(super) asked_at: Option<Timestamp>,
}

impl Turn for Heartbeat {
    fn turn(&mut self) -> Rest {
        let now = self.clock.now();
        if let Some(next) = self.asked_at.map(|asked_at| asked_at.plus(self.every)).filter(|next| now < *next)
        {
            return Rest::Until(next);
        }
        self.asked_at = Some(now);
        if self.pulse.is_alive(now) {
            let body: Option<&[u8]> = match self.method {
                Method::Get => None,
                Method::Post => Some(b"{}"),
            };
            let outcome = match self.client.send(&Request { target: &self.target, headers: &[], body }) {
                Ok(answer) => answer.outcome(),
                Err(outcome) => outcome,
            };
            // Not repeated at once: whoever waits for it allows for a beat that is lost.
            if let Outcome::Failed(failure) = outcome {
                tracing::warn!(channel = %self.name, reason = %failure.reason, "the heartbeat was not heard");
            }
        } else {
            tracing::warn!(channel = %self.name, "detection stands still; the heartbeat is left out");
        }
        Rest::Until(now.plus(self.every))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::http::Reach;
    use crate::deliver::testing::{NOON, Reply, Server};
    use palisade_record::ManualClock;

    #[test]
    fn it_beats_as_often_as_it_should_while_detection_is_alive_and_not_after() {
        let server = Server::start([Reply::status(200), Reply::status(500), Reply::status(200)]);
        let clock = ManualClock::at(NOON);
        let every = Duration::from_secs(60);
        let pulse = Pulse::at(NOON);
        let mut heartbeat = Heartbeat {
            name: "watch".to_owned(),
            client: Client::new(Reach::Private, None, Duration::from_secs(5), Arc::new(clock.clone()))
                .unwrap(),
            target: Target::parse(&server.url("/ping"), Reach::Private).unwrap(),
            every,
            method: Method::Post,
            pulse: pulse.clone(),
            clock: Arc::new(clock.clone()),
            asked_at: None,
        };
        let mut beats = |seconds| {
            clock.set(NOON.plus(Duration::from_secs(seconds)));
            heartbeat.turn();
            let asked = server.asked();
            assert!(asked.iter().all(|asked| asked.line == "POST /ping HTTP/1.1" && asked.body == "{}"));
            asked.len()
        };
        assert_eq!(beats(0), 1);
        assert_eq!(beats(59), 0);
        assert_eq!(beats(60), 1);
        assert_eq!(beats(120), 1, "also after one that was not heard");
        assert_eq!(beats(181), 0, "detection stands still since 12:00:00");
        pulse.beat(NOON.plus(Duration::from_secs(240)));
        assert_eq!(beats(241), 1);
    }
}

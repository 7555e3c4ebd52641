//! From batches to requests, from answers to acknowledged offsets: what is exchanged with the collector.

mod acknowledge;
mod backlog;
mod backoff;
mod refusal;
mod refused_gaps;
mod rewind;
mod seal;

use std::sync::Arc;
use std::time::Duration;

use super::Tailer;
use crate::request::{Body, Entry, Request};
use crate::transport::{Answer, KnownPosition, TransportError, error_message, parse_answer};

/// Something to do with the network.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// Send this body and give the answer to [`Tailer::answered`].
    Send(Arc<Vec<u8>>),
    /// Ask for positions and give them to [`Tailer::positioned`].
    Positions,
}

impl Tailer {
    /// When the network is next needed; nothing when it is busy or there is nothing to send.
    pub(super) fn next_job_at(&self) -> Option<Duration> {
        let is_idle = self.in_flight.is_none() && !self.asking_positions;
        if is_idle && (self.wants_positions || !self.outbox.is_empty()) {
            return Some(self.not_before);
        }
        let next_gap = self.refused_gaps.iter().map(|(at, _)| *at).min();
        next_gap.filter(|_| is_idle).map(|at| at.max(self.not_before))
    }

    /// The next thing to do with the network, when there is one and its time has come.
    pub(crate) fn next_job(&mut self, now: Duration) -> Option<Job> {
        if self.next_job_at()? > now {
            return None;
        }
        if self.wants_positions {
            self.asking_positions = true;
            return Some(Job::Positions);
        }
        loop {
            let place = self.choose_request();
            let request = match self.due_gap(now) {
                Some(gap) => gap,
                None => self.outbox.remove(place)?,
            };
            let body = match &request.body {
                Body::Memory(body) => Ok(body.clone()),
                Body::Spool { path, .. } => self.spool.read(path).map(Arc::new),
            };
            match body {
                Ok(body) => {
                    self.in_flight = Some(request);
                    return Some(Job::Send(body));
                }
                Err(problem) => self.lose_spooled(&request, &problem),
            }
        }
    }

    /// A request that was not answered waits where it was.
    fn put_back(&mut self, request: Request, now: Duration) {
        if request.refusals > 0 {
            self.refused_gaps.push((now, request));
        } else {
            self.outbox.push_front(request);
        }
    }

    /// A backlog on disk and the lines of other files take turns.
    fn choose_request(&mut self) -> usize {
        self.prefers_live = !self.prefers_live;
        if !self.prefers_live || self.drains_spool {
            return 0;
        }
        let is_free = |entry: &Entry| {
            entry.tail.and_then(|id| self.tails[id].as_ref()).is_some_and(|tail| tail.spooled == 0)
        };
        let is_live = |request: &Request| {
            matches!(request.body, Body::Memory(_)) && request.entries.iter().all(is_free)
        };
        self.outbox.iter().position(is_live).unwrap_or(0)
    }

    /// What became of a question for positions.
    pub(crate) fn positioned(&mut self, outcome: Result<Vec<KnownPosition>, TransportError>, now: Duration) {
        self.asking_positions = false;
        match outcome {
            Ok(positions) => {
                self.succeed();
                self.learn_positions(positions);
            }
            Err(error) => self.fail(&error.to_string(), None, now),
        }
    }

    /// What became of the request that was handed out last.
    pub(crate) fn answered(&mut self, outcome: Result<Answer, TransportError>, now: Duration) {
        let Some(request) = self.in_flight.take() else { return };
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                self.put_back(request, now);
                self.fail(&error.to_string(), None, now);
                return;
            }
        };
        let batches = match answer.status {
            200 | 409 => parse_answer(&answer.body, request.entries.len()),
            _ => None,
        };
        match (answer.status, batches) {
            (_, Some(batches)) => {
                self.succeed();
                self.apply(request, &batches);
            }
            (413, _) => self.make_smaller(request, now),
            (400, _) => self.put_aside(request, &error_message(&answer.body), now),
            (status, _) => {
                self.put_back(request, now);
                self.fail(&format!("collector answered {status}"), answer.retry_after, now);
            }
        }
    }
}

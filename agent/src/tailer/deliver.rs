//! From batches to requests, from answers to acknowledged offsets.

use std::sync::Arc;
use std::time::Duration;

use palisade_disk::replace_file;

use super::{REQUEST_BYTES_MAX, REQUEST_BYTES_SOON, Tailer};
use crate::request::{self, Body, Entry, Request};
use crate::status::add;
use crate::transport::{
    Answer, BatchAnswer, Conflict, KnownPosition, TransportError, error_message, parse_answer,
};

/// The first wait after a failure; it doubles with each.
const BACKOFF_MIN: Duration = Duration::from_millis(200);

/// The longest wait: a collector that is back is noticed within half a minute.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// The longest wait that a collector may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

/// A collector that is gone longer than this is away: short restarts need no spool.
const AWAY_AFTER: Duration = Duration::from_secs(2);

/// Requests that were refused for their size are cut down to this at the smallest.
const REQUEST_BYTES_MIN: usize = 64 * 1024;

/// Something to do with the network.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// Send this body and give the answer to [`Tailer::answered`].
    Send(Arc<Vec<u8>>),
    /// Ask for positions and give them to [`Tailer::positioned`].
    Positions,
}

impl Tailer {
    pub(super) fn seal_when_full(&mut self) {
        let is_free = self.in_flight.is_none() && self.outbox.is_empty();
        let limit = if is_free { REQUEST_BYTES_SOON } else { REQUEST_BYTES_MAX };
        let is_full = self.pending.entries.len() >= palisade_record::limits::REQUEST_BATCHES_MAX;
        if is_full || self.pending.bytes() >= limit.min(self.request_bytes_max) {
            self.seal();
        }
    }

    /// While the line is free, nothing waits for more.
    pub(super) fn seal_when_due(&mut self) {
        if self.in_flight.is_none() && self.outbox.is_empty() && !self.pending.is_empty() {
            self.seal();
        }
    }

    /// A generation must be remembered before its first batch can reach the collector.
    fn seal(&mut self) {
        let is_durable = |entry: &Entry| {
            entry.tail.and_then(|id| self.tails[id].as_ref()).is_none_or(|tail| tail.is_durable)
        };
        if !self.pending.entries.iter().all(is_durable) && !self.remember() {
            return;
        }
        match self.pending.seal() {
            Ok(request) => self.outbox.push_back(request),
            Err(error) => self.counters.error(format!("compression: {error}")),
        }
    }

    /// When the network is next needed; nothing when it is busy or there is nothing to send.
    pub(super) fn next_job_at(&self) -> Option<Duration> {
        let is_idle = self.in_flight.is_none() && !self.asking_positions;
        (is_idle && (self.wants_positions || !self.outbox.is_empty())).then_some(self.not_before)
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
            let request = self.outbox.remove(place)?;
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

    /// A spool file cannot be read any more: its ranges are read from the files again.
    fn lose_spooled(&mut self, request: &Request, problem: &str) {
        tracing::error!(problem, "spool file is damaged and put aside");
        self.counters.error(format!("spool: {problem}"));
        add(&self.counters.quarantined, 1);
        self.spool.remove(&request.body, Some(&self.quarantine));
        for entry in &request.entries {
            self.settle(entry, true);
            if let Some(id) = entry.tail {
                self.rewind(id, entry.lane, entry.from);
            }
        }
        self.drains_spool &= !self.outbox.is_empty();
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
                self.outbox.push_front(request);
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
                self.outbox.push_front(request);
                self.fail(&format!("collector answered {status}"), answer.retry_after, now);
            }
        }
    }

    fn succeed(&mut self) {
        if self.away_since.take().is_some() {
            tracing::info!("collector is back");
        }
        self.failures = 0;
        self.not_before = Duration::ZERO;
    }

    fn fail(&mut self, problem: &str, retry_after: Option<Duration>, now: Duration) {
        add(&self.counters.failed_requests, 1);
        self.counters.error(problem.to_owned());
        if self.away_since.is_none() {
            tracing::warn!(problem, "requests fail; trying again until they succeed");
            self.away_since = Some(now);
        }
        self.wait(retry_after, now);
    }

    fn wait(&mut self, retry_after: Option<Duration>, now: Duration) {
        let doubled = BACKOFF_MIN.saturating_mul(1 << self.failures.min(10)).min(BACKOFF_MAX);
        self.failures = self.failures.saturating_add(1);
        // Agents that lost their collector together must not all come back together.
        let jittered = doubled.mul_f64(0.5 + rand::random::<f64>() / 2.0);
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        self.not_before = now + jittered.max(asked);
    }

    fn apply(&mut self, request: Request, batches: &[BatchAnswer]) {
        for (entry, answer) in request.entries.iter().zip(batches) {
            let was_spooled = matches!(request.body, Body::Spool { .. });
            self.settle(entry, was_spooled);
            let Some(id) = entry.tail else {
                continue;
            };
            let Some(tail) = self.tails[id].as_mut() else { continue };
            let lane = &mut tail.lanes[entry.lane];
            let is_current = entry.epoch == lane.epoch;
            if answer.conflict.is_none() && answer.mark >= entry.to {
                if is_current || answer.mark <= lane.queued {
                    let mark = answer.mark.min(lane.queued.max(entry.to));
                    lane.acked = lane.acked.max(mark);
                    lane.queued = lane.queued.max(mark);
                    lane.clean = lane.clean.max(entry.to);
                }
                tail.is_changed = true;
                add(&self.counters.acked_records, u64::from(entry.records));
                add(&self.counters.acked_bytes, u64::from(entry.bytes));
            } else if is_current && answer.conflict == Some(Conflict::Incarnation) {
                self.renumber(id);
            } else if is_current {
                self.rewind(id, entry.lane, answer.mark);
            }
            self.release_held(id);
        }
        if self.drains_spool {
            self.settle_earlier_run(&request, batches);
        } else {
            self.spool.remove(&request.body, None);
        }
    }

    fn settle(&mut self, entry: &Entry, was_spooled: bool) {
        let Some(tail) = entry.tail.and_then(|id| self.tails[id].as_mut()) else { return };
        tail.in_flight = tail.in_flight.saturating_sub(1);
        if was_spooled {
            tail.spooled = tail.spooled.saturating_sub(1);
        } else {
            tail.in_flight_bytes = tail.in_flight_bytes.saturating_sub(u64::from(entry.bytes));
        }
    }

    /// An older generation was acknowledged: newer ones that hold pieces of its last record need not keep them.
    fn release_held(&mut self, id: usize) {
        let Some(tail) = &self.tails[id] else { return };
        let Some(trail) = &self.trails[tail.trail] else { return };
        let mut released = Vec::new();
        for (place, other) in trail.tails.iter().enumerate() {
            let older = &trail.tails[..place];
            let joins = trail.open.iter().flatten().any(|partial| older.contains(&partial.owner));
            if !joins && older.iter().all(|older| self.is_clean(*older)) {
                released.push(*other);
            }
        }
        for other in released {
            if let Some(tail) = &mut self.tails[other] {
                tail.is_changed |= tail.held.take().is_some();
            }
        }
    }

    fn is_clean(&self, id: usize) -> bool {
        self.tails[id].as_ref().is_none_or(|tail| tail.is_clean())
    }

    /// Sends a lane again from `mark`, from the file.
    pub(super) fn rewind(&mut self, id: usize, lane: usize, mark: u64) {
        add(&self.counters.rewinds, 1);
        let Some(mut tail) = self.tails[id].take() else { return };
        let state = &mut tail.lanes[lane];
        if mark < state.acked {
            // It had said that this was durable.
            add(&self.counters.invariant_violations, 1);
            tracing::error!(path = %tail.path.display(), mark, acked = state.acked, "collector lost what it had acknowledged");
        }
        let lost_to = state.queued;
        state.epoch += 1;
        (state.queued, state.acked) = (mark, mark.min(state.acked.max(mark)));
        tail.is_changed = true;
        let from = mark.min(tail.position);
        let trail_id = tail.trail;
        if let Some(mut trail) = self.trails[trail_id].take() {
            // Pieces of open records will be read again; drop them, so that none is counted twice.
            let owners: Vec<(usize, u64)> = trail
                .open
                .iter_mut()
                .filter_map(Option::take)
                .map(|partial| {
                    self.partial_bytes = self.partial_bytes.saturating_sub(partial.head.len());
                    (partial.owner, partial.first)
                })
                .collect();
            if tail.source.is_none() && !self.ensure_open(&mut tail) {
                self.give_up(
                    id,
                    &mut tail,
                    &mut trail,
                    mark,
                    lost_to,
                    "the file was gone when it had to be sent again",
                );
            } else {
                let own = owners.iter().filter(|(owner, _)| *owner == id).map(|(_, first)| *first);
                tail.go_back(own.fold(from, u64::min));
            }
            for other in trail.tails.iter().filter(|other| **other != id) {
                if let Some(tail) = &mut self.tails[*other] {
                    let first =
                        owners.iter().filter(|(owner, _)| owner == other).map(|(_, first)| *first).min();
                    tail.go_back(first.unwrap_or(u64::MAX).min(tail.held.unwrap_or(u64::MAX)));
                }
            }
            let again = trail.tails.clone();
            self.trails[trail_id] = Some(trail);
            self.tails[id] = Some(tail);
            for other in again {
                self.make_ready(other);
            }
            return;
        }
        self.tails[id] = Some(tail);
    }

    /// The number belongs to another file: ask what the collector has, then take it or another number.
    fn renumber(&mut self, id: usize) {
        let Some(tail) = &self.tails[id] else { return };
        let (acked, number, trail) = (tail.lanes.map(|lane| lane.acked), tail.number, tail.trail);
        tracing::warn!(path = %tail.path.display(), generation = number, "generation number is taken; asking for positions");
        for (lane, mark) in acked.into_iter().enumerate() {
            self.rewind(id, lane, mark);
        }
        if let (Some(tail), Some(trail)) = (&mut self.tails[id], &mut self.trails[trail]) {
            self.forgotten.push((trail.key.clone(), number));
            (tail.number, tail.is_durable) = (0, false);
            trail.next_number = trail.next_number.max(number + 1);
        }
        self.wants_positions = true;
    }

    fn memory_body(&self, request: &Request) -> Option<Arc<Vec<u8>>> {
        match &request.body {
            Body::Memory(body) => Some(body.clone()),
            Body::Spool { path, .. } => self.spool.read(path).ok().map(Arc::new),
        }
    }

    /// Puts smaller requests in the place of one.
    fn replace(&mut self, request: &Request, parts: Vec<Request>) {
        let was_spooled = matches!(request.body, Body::Spool { .. });
        let before = request.entries.len();
        let after = parts.iter().map(|part| part.entries.len()).sum::<usize>();
        for entry in &request.entries {
            if let Some(tail) = entry.tail.and_then(|id| self.tails[id].as_mut()) {
                tail.spooled -= u32::from(was_spooled).min(tail.spooled);
                if was_spooled {
                    tail.in_flight_bytes += u64::from(entry.bytes);
                }
                // Halving a single batch makes two of it.
                tail.in_flight += u32::try_from(after - before.min(after)).unwrap_or(0);
            }
        }
        if was_spooled && !self.drains_spool {
            self.spool.remove(&request.body, None);
        }
        for part in parts.into_iter().rev() {
            self.outbox.push_front(part);
        }
    }

    fn make_smaller(&mut self, request: Request, now: Duration) {
        add(&self.counters.failed_requests, 1);
        self.request_bytes_max = (self.request_bytes_max / 2).max(REQUEST_BYTES_MIN);
        let parts = self.memory_body(&request).and_then(|body| request::halve(&request, &body));
        match parts {
            Some(parts) => self.replace(&request, parts),
            None => self.put_aside(request, "too large, however small", now),
        }
    }

    /// The collector calls a request bad: keep it for people to look at, and find out which batch it is.
    fn put_aside(&mut self, request: Request, problem: &str, now: Duration) {
        add(&self.counters.failed_requests, 1);
        self.counters.error(format!("collector refused a request: {problem}"));
        self.wait(None, now);
        let Some(body) = self.memory_body(&request) else {
            self.outbox.push_front(request);
            return;
        };
        if request.entries.len() > 1
            && let Some(parts) = request::isolate(&request, &body)
        {
            self.not_before = now;
            self.replace(&request, parts);
            return;
        }
        self.quarantined += 1;
        let name = format!("refused-{:08x}-{}", crc32c::crc32c(&body), self.quarantined);
        let path = self.quarantine.join(name);
        // Only what is kept may be given up.
        let kept = replace_file(self.disk.as_ref(), &path, &body);
        let reason = format!("refused by the collector: {problem}");
        let gap = request::gap_instead(&request, &body, &reason);
        match (kept, gap) {
            (Ok(()), Some(gap)) => {
                tracing::error!(path = %path.display(), problem, "collector refused a batch; it is kept in the quarantine");
                add(&self.counters.quarantined, 1);
                if let Some(entry) = request.entries.first() {
                    add(&self.counters.gaps, 1);
                    add(&self.counters.gap_bytes, entry.to - entry.from);
                }
                self.replace(&request, vec![gap]);
            }
            (kept, _) => {
                tracing::error!(?kept, "refused batch cannot be kept; trying again");
                self.outbox.push_front(request);
            }
        }
    }

    /// Moves what waits to disk while the collector is away, so that reading can go on.
    pub(super) fn spool_when_away(&mut self, now: Duration) {
        let is_away = self.away_since.is_some_and(|since| now.saturating_sub(since) >= AWAY_AFTER);
        if !is_away || self.drains_spool || self.has_room() {
            return;
        }
        if !self.pending.is_empty() {
            self.seal();
        }
        for place in 0..self.outbox.len() {
            let Body::Memory(body) = &self.outbox[place].body else { continue };
            if !self.spool.has_room(body.len()) {
                return;
            }
            match self.spool.put(&body.clone()) {
                Ok(body) => {
                    self.outbox[place].body = body;
                    for entry in self.outbox[place].entries.clone() {
                        if let Some(tail) = entry.tail.and_then(|id| self.tails[id].as_mut()) {
                            tail.spooled += 1;
                            tail.in_flight_bytes =
                                tail.in_flight_bytes.saturating_sub(u64::from(entry.bytes));
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "spool cannot be written; files are held open instead");
                    self.counters.error(format!("spool: {error}"));
                    return;
                }
            }
        }
    }

    /// A request that an earlier run left in the spool was answered.
    fn settle_earlier_run(&mut self, request: &Request, batches: &[BatchAnswer]) {
        let body = self.memory_body(request).and_then(|body| request::unpack(&body).ok()).unwrap_or_default();
        let mut changed = Vec::new();
        for ((batch, entry), answer) in body.iter().zip(&request.entries).zip(batches) {
            let fits = |known: &&crate::checkpoint::Remembered| {
                known.incarnation == batch.incarnation
                    && known.number == batch.lane.generation
                    && known.live.ends_with(batch.lane.origin.file.as_str())
            };
            if answer.conflict.is_none()
                && let Some(known) = self.checkpoint.state().values().find(fits)
            {
                let mut known = known.clone();
                known.acked[entry.lane] = known.acked[entry.lane].max(answer.mark);
                // What was read ahead of the checkpoint was there.
                known.seen = known.seen.max(entry.to);
                changed.push(known);
            } else if answer.conflict == Some(Conflict::Gap) {
                // The bytes in between are in the file, if anywhere: reading begins at the checkpoint and finds them.
                tracing::warn!(file = %batch.lane.origin.file, "spooled batch follows bytes that are missing");
            }
        }
        let is_written =
            changed.into_iter().all(|known| self.checkpoint.write(vec![known], Vec::new()).is_ok());
        if is_written {
            self.spool.remove(&request.body, None);
        }
        self.drains_spool = !self.outbox.is_empty();
    }
}

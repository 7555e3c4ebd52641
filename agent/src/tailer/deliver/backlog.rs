//! Requests go to disk while the collector is away, and come back from there, also after a restart.

use std::time::Duration;

use crate::checkpoint::Remembered;
use crate::request::{self, Body, Request};
use crate::status::add;
use crate::tailer::Tailer;
use crate::transport::{BatchAnswer, Conflict};

/// A collector that is gone longer than this is away: short restarts need no spool.
const AWAY_AFTER: Duration = Duration::from_secs(2);

impl Tailer {
    /// Moves what waits to disk while the collector is away, so that reading can go on.
    pub(in crate::tailer) fn spool_when_away(&mut self, now: Duration) {
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

    /// A spool file cannot be read any more: its ranges are read from the files again.
    pub(super) fn lose_spooled(&mut self, request: &Request, problem: &str) {
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

    /// A request that an earlier run left in the spool was answered.
    pub(super) fn settle_earlier_run(&mut self, request: &Request, batches: &[BatchAnswer]) {
        let body = self.memory_body(request).and_then(|body| request::unpack(&body).ok()).unwrap_or_default();
        let mut changed = Vec::new();
        for ((batch, entry), answer) in body.iter().zip(&request.entries).zip(batches) {
            let fits = |known: &&Remembered| {
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

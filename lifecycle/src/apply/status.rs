//! Numbers for people.

use std::fmt::Write as _;
use std::sync::PoisonError;

use palisade_record::Timestamp;
use serde::Serialize;

use super::round::{Applier, tier_key};
use super::state;
use crate::Tier;

/// How much there is of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Share {
    /// Splits with a copy there.
    pub splits: u64,
    /// Bytes of the copies.
    pub bytes: u64,
    /// The earliest event in them.
    pub oldest: Option<Timestamp>,
}

/// Which storages there are beside the data directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Configured {
    /// For copies of middle age.
    pub warm: bool,
    /// For the evidence.
    pub cold: bool,
    /// For copies of checkpoints.
    pub anchor: bool,
}

/// The locks that the cold storage told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Locks {
    /// Splits whose copy is locked now.
    pub splits: u64,
    /// When the first of these locks ends.
    pub first_ends: Option<Timestamp>,
    /// When the last of them ends.
    pub last_ends: Option<Timestamp>,
}

/// Where the lifecycle is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Status {
    /// Which storages there are.
    pub configured: Configured,
    /// Copies in the data directory.
    pub hot: Share,
    /// Copies in the warm storage.
    pub warm: Share,
    /// Copies in the cold storage that were looked at.
    pub cold: Share,
    /// How the copies in the cold storage are locked.
    pub locks: Locks,
    /// Splits without a verified evidence copy, where there is a cold storage.
    pub unarchived: u64,
    /// Since how many seconds the oldest of them waits.
    pub oldest_unarchived_seconds: u64,
    /// Splits that a hold covers.
    pub held: u64,
    /// Removals that wait for queries, or for a storage.
    pub removals_waiting: u64,
    /// Receipts put since the start.
    pub receipts: u64,
    /// Receipts that are to be put. Their journal files stay until they are.
    pub receipts_waiting: u64,
    /// Bytes of them.
    pub receipts_waiting_bytes: u64,
    /// Since how many seconds the records of the oldest of them wait.
    pub oldest_receipt_waiting_seconds: u64,
    /// Splits disposed of since the start.
    pub disposals: u64,
    /// Steps that failed since the start.
    pub failures: u64,
    /// Whether a storage does not answer at the moment.
    pub cold_unreachable: bool,
    /// What went wrong last; nothing once a pass went well.
    pub last_problem: Option<String>,
}

impl Applier {
    /// Counts.
    pub(super) fn tell(&self) {
        let now = self.clock.now();
        let storages = self.index.storages();
        let has_cold = storages.cold.is_some();
        let (warm, anchor) = (storages.warm.is_some(), storages.anchor.is_some());
        let mut told =
            Status { configured: Configured { warm, cold: has_cold, anchor }, ..Status::default() };
        for split in self.index.splits() {
            let (copies, summary) = (split.copies(), split.summary());
            let add = |share: &mut Share| share.add(summary.data.bytes, summary.oldest);
            if copies.hot {
                add(&mut told.hot);
            }
            if copies.warm.is_some() {
                add(&mut told.warm);
            }
            let holds = self.holds.count(&split);
            told.held += u64::from(holds > 0);
            match state::state(&split, holds).unprotected_for(now) {
                None => add(&mut told.cold),
                Some(waiting) if has_cold => {
                    told.unarchived += 1;
                    told.oldest_unarchived_seconds = told.oldest_unarchived_seconds.max(waiting.as_secs());
                }
                Some(_) => {}
            }
            let until = copies.cold.as_ref().and_then(|copy| copy.locked_until);
            if let Some(until) = until.filter(|until| *until > now) {
                told.locks.add(until);
            }
        }
        told.receipts = self.receipts.put;
        for receipt in self.index.receipts_due() {
            told.receipts_waiting += 1;
            told.receipts_waiting_bytes += receipt.bytes;
            let waiting = now.since(receipt.since).as_secs();
            told.oldest_receipt_waiting_seconds = told.oldest_receipt_waiting_seconds.max(waiting);
        }
        told.removals_waiting = self.removals.len() as u64;
        told.cold_unreachable = has_cold && self.backoff.is_waiting(tier_key(Tier::Cold));
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        told.disposals = status.disposals;
        told.failures = status.failures;
        told.last_problem = status.last_problem.take().filter(|_| !self.backoff.is_empty());
        *status = told;
    }
}

impl Share {
    fn add(&mut self, bytes: u64, oldest: Timestamp) {
        self.splits += 1;
        self.bytes += bytes;
        self.oldest = Some(self.oldest.map_or(oldest, |known| known.min(oldest)));
    }
}

impl Locks {
    fn add(&mut self, until: Timestamp) {
        self.splits += 1;
        self.first_ends = Some(self.first_ends.map_or(until, |known| known.min(until)));
        self.last_ends = Some(self.last_ends.map_or(until, |known| known.max(until)));
    }
}

impl Status {
    /// As Prometheus text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, meaning: &str, lines: &[(&str, u64)]| {
            // Writing to a String cannot fail.
            _ = writeln!(text, "# HELP {name} {meaning}\n# TYPE {name} {kind}");
            for (labels, value) in lines {
                _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        let tiers = |of: fn(Share) -> u64| {
            let label = |tier: &'static str, share| (tier, of(share));
            [
                label("{tier=\"hot\"}", self.hot),
                label("{tier=\"warm\"}", self.warm),
                label("{tier=\"cold\"}", self.cold),
            ]
        };
        let name = |rest: &str| format!("palisade_lifecycle_{rest}");
        family(&name("splits"), "gauge", "Splits with a copy in a tier.", &tiers(|share| share.splits));
        family(&name("bytes"), "gauge", "Bytes of data objects in a tier.", &tiers(|share| share.bytes));
        for (rest, kind, meaning, value) in [
            ("unarchived_splits", "gauge", "Splits without a verified evidence copy.", self.unarchived),
            (
                "oldest_unarchived_seconds",
                "gauge",
                "How long the oldest of them waits.",
                self.oldest_unarchived_seconds,
            ),
            ("held_splits", "gauge", "Splits under a legal hold.", self.held),
            (
                "removals_waiting",
                "gauge",
                "Removals that wait for queries or a storage.",
                self.removals_waiting,
            ),
            (
                "cold_unreachable",
                "gauge",
                "1 while the cold storage does not answer.",
                u64::from(self.cold_unreachable),
            ),
            ("receipts_total", "counter", "Receipts put since the start.", self.receipts),
            (
                "receipts_waiting",
                "gauge",
                "Journal files that are to be put as receipts.",
                self.receipts_waiting,
            ),
            (
                "receipts_waiting_bytes",
                "gauge",
                "Bytes of them; they stay until they are put.",
                self.receipts_waiting_bytes,
            ),
            (
                "oldest_receipt_waiting_seconds",
                "gauge",
                "How long the oldest of their records waits.",
                self.oldest_receipt_waiting_seconds,
            ),
            ("disposals_total", "counter", "Splits disposed of since the start.", self.disposals),
            ("failures_total", "counter", "Steps that failed since the start.", self.failures),
        ] {
            family(&name(rest), kind, meaning, &[("", value)]);
        }
        text
    }
}

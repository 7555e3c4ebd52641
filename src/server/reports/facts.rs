//! What the program knows of itself, gathered for a report.

use std::path::PathBuf;

use anyhow::anyhow;
use palisade_access::Directory;
use palisade_detect::service::Service as Detection;
use palisade_index::Index;
use palisade_lifecycle::Classes;
use palisade_lifecycle::apply::{Holds, Lifecycle};
use palisade_record::{StreamName, TimeRange, Timestamp};
use palisade_report::document::Checkpoint;
use palisade_report::monthly::Facts;
use palisade_report::monthly::facts as told;

use super::super::keys::Keys;
use super::super::review::Reviews;
use super::super::verifier::Verifier;
use super::told::{alert, erasure, hold, pair, review};
use crate::configuration::{Configuration, Storage, Stream};

/// Alerts of a month in a report.
const ALERTS_MAX: usize = 20_000;

/// Pairs of user and person without an explanation in a report.
const PAIRS_MAX: usize = 50;

/// Where it is known from.
pub(in crate::server) struct Sources {
    pub(super) parts: Parts,
    pub(super) data_dir: PathBuf,
    streams: Vec<Stream>,
    classes: Classes,
    storage: Storage,
    two_people: Vec<String>,
    /// The stream of what explains accesses.
    explains: Option<StreamName>,
}

/// What runs beside reports.
pub(in crate::server) struct Parts {
    pub(in crate::server) index: Index,
    pub(in crate::server) detection: Option<Detection>,
    pub(in crate::server) lifecycle: Option<Lifecycle>,
    pub(in crate::server) keys: Keys,
    pub(in crate::server) verifier: Verifier,
    pub(in crate::server) directory: Directory,
    pub(in crate::server) reviews: Option<Reviews>,
}

impl Sources {
    pub(in crate::server) fn of(configuration: &Configuration, parts: Parts) -> Self {
        Self {
            parts,
            data_dir: configuration.storage.data_dir.clone(),
            streams: configuration.streams.clone(),
            classes: configuration.classes.clone(),
            storage: configuration.storage.clone(),
            two_people: configuration.two_people.iter().cloned().collect(),
            explains: configuration.review.facts.clone(),
        }
    }

    /// Everything about a span. Waits for disks.
    pub(super) fn gather(&self, from: Timestamp, to: Timestamp, now: Timestamp) -> anyhow::Result<Facts> {
        let signed = self.parts.index.signed_checkpoint()?;
        let checkpoint = signed.map(|signed| Checkpoint {
            origin: signed.checkpoint.origin,
            size: signed.checkpoint.tree.size,
            root: signed.checkpoint.tree.root.to_hex(),
        });
        // Which entry is printed, nobody chooses: it follows from the time.
        let entries = checkpoint.as_ref().map_or(1, |checkpoint| checkpoint.size.max(1));
        let drawn = now.as_nanos().unsigned_abs() / 1_000_000_000 % entries;
        let proof = self.parts.index.prove_entry(drawn, |_| true)?;
        let alerts = match &self.parts.detection {
            Some(detection) => detection.alerts_told(from, to, ALERTS_MAX)?,
            None => Vec::new(),
        };
        let keys = self.parts.keys.keyring().status()?;
        let erasures = self.parts.keys.keyring().erasures()?.into_iter();
        let holds = Holds::kept(&self.parts.index)?.into_iter();
        Ok(Facts {
            streams: self.streams.iter().map(|stream| self.stream(stream)).collect(),
            classes: self.classes(),
            storage: self.stored(),
            holds: holds.map(hold).collect(),
            erasures: erasures.map(erasure).collect(),
            alerts: alerts.iter().map(alert).collect(),
            detects: self.parts.detection.is_some(),
            users: self.users(),
            keys: told::Keys {
                root: keys.root,
                versions: keys.versions.len() as u64,
                rotated_at: keys.rotated_at,
            },
            verification: self.verification(),
            checkpoint,
            proof: proof.map(|proof| told::Proof { entry: proof.entry, text: proof.proof }),
            deeds_of_two: self.two_people.clone(),
            unexplained: self.unexplained(TimeRange { from, to: to.min(now) }),
            reviews: self.reviews(from, to)?,
        })
    }

    /// A month that cannot be ranked is a gap in the report, not its end.
    fn unexplained(&self, range: TimeRange) -> Option<Result<told::Unexplained, String>> {
        let reviews = self.parts.reviews.as_ref()?;
        let ranked = reviews.unexplained(range, PAIRS_MAX).transpose()?;
        Some(ranked.map_err(|error| error.message).map(|ranked| told::Unexplained {
            stream: reviews.stream().to_owned(),
            accesses: ranked.accesses,
            explained: ranked.explained,
            users: ranked.users,
            is_cut: ranked.is_cut,
            pairs: ranked.pairs.into_iter().map(pair).collect(),
        }))
    }

    /// Those whose span touches the period.
    fn reviews(&self, from: Timestamp, to: Timestamp) -> anyhow::Result<Vec<told::Review>> {
        let Some(reviews) = &self.parts.reviews else { return Ok(Vec::new()) };
        let all = reviews.list().map_err(|error| anyhow!(error.message))?;
        Ok(all.iter().filter(|review| review.from < to && from < review.to).map(review).collect())
    }

    fn stream(&self, stream: &Stream) -> told::Stream {
        let protection = &stream.protection;
        let mut protected = protection.fields.clone();
        // The field of the person comes first.
        if let Some(at) = protection
            .subject
            .as_ref()
            .and_then(|subject| protected.iter().position(|field| field == subject))
        {
            protected.swap(0, at);
        }
        told::Stream {
            name: stream.name.to_string(),
            class: stream.class.to_string(),
            protected,
            has_receipts: stream.receipts,
            explains: self.explains.as_ref() == Some(&stream.name),
        }
    }

    fn classes(&self) -> Vec<told::Class> {
        let is_used = |name: &str| {
            name == "standard" || self.streams.iter().any(|stream| stream.class.as_str() == name)
        };
        let class = |class: &palisade_lifecycle::Class| told::Class {
            name: class.name.clone(),
            keep: class.retention.to_string(),
            lock: class.lock_in_effect().to_string(),
        };
        self.classes.iter().filter(|class| is_used(&class.name)).map(class).collect()
    }

    fn stored(&self) -> told::Storage {
        let statistics = self.parts.index.statistics();
        let splits = self.parts.index.splits();
        let status = self.parts.lifecycle.as_ref().map(Lifecycle::status).unwrap_or_default();
        told::Storage {
            splits: statistics.splits,
            records: statistics.split_records,
            bytes: statistics.data_bytes,
            cold_splits: status.cold.splits,
            locked_splits: status.locks.splits,
            cold: Storage::place(self.storage.cold.as_ref()),
            anchor: Storage::place(self.storage.anchor.as_ref()),
            oldest: splits.iter().map(|split| split.summary().oldest).min(),
        }
    }

    fn users(&self) -> Vec<told::User> {
        let user = |user: palisade_access::directory::UserLine| told::User {
            name: user.name.to_string(),
            roles: user.roles.iter().map(|role| role.name().to_owned()).collect(),
            signs_in_with: user.issuer.unwrap_or_else(|| "a password".to_owned()),
            last_sign_in_at: user.last_sign_in_at,
            is_disabled: user.is_disabled,
        };
        self.parts.directory.users().into_iter().map(user).collect()
    }

    fn verification(&self) -> Option<told::Verification> {
        let report = self.parts.verifier.report()?;
        Some(told::Verification {
            at: report.at,
            verdict: report.verdict.to_owned(),
            splits: report.splits,
            records: report.records,
            findings: report
                .findings
                .iter()
                .map(|finding| format!("{}: {}", finding.object, finding.problem))
                .collect(),
        })
    }
}

//! What comes out of a verification.

use std::ops::Range;

use palisade_record::Timestamp;
use palisade_seal::log::Hash;
use palisade_storage::ObjectStorage;
use serde::Serialize;

use super::survey::Survey;
use super::workers::Examined;
use super::{Depth, Options};

/// Whether something was changed, or is not there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// It is not there, cannot be read, or nobody tells of it yet: what is there may be right.
    Incomplete,
    /// A receipt is not what its name tells; what was signed is not concerned.
    Receipt,
    /// It is not what was signed.
    Tampered,
}

/// Something that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// Whether something was changed, or is not there.
    pub kind: FindingKind,
    /// The object.
    pub object: String,
    /// Which of its bytes, when only some are concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Range<u64>>,
    /// Which records of a split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// What is wrong, and what to do where something can be done.
    pub problem: String,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, object: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { kind, object: object.into(), bytes: None, rows: None, problem: problem.into() }
    }
}

/// Records of a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Rows {
    /// Which block of the split, from 0.
    pub block: u64,
    /// Whose records they are.
    pub stream: String,
    /// Which rows of the block, from 0.
    pub rows: Range<u64>,
}

/// The state of the log that everything was compared with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CheckpointReport {
    /// The log's name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// What was verified, and what was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// `ok`, `tampered` or `incomplete`.
    pub verdict: &'static str,
    /// Where.
    pub storage: String,
    /// When.
    pub at: Timestamp,
    /// `listed`, `hashed` or `decoded`.
    pub depth: &'static str,
    /// The newest checkpoint.
    pub checkpoint: Option<CheckpointReport>,
    /// Checkpoints whose signatures and consistency hold.
    pub checkpoints: u64,
    /// Checkpoints of the anchor that the log continues, or should.
    pub anchored: u64,
    /// Entries of the log.
    pub entries: u64,
    /// Publishings.
    pub publishings: u64,
    /// Pages of publishings.
    pub pages: u64,
    /// Receipts that are there.
    pub receipts: u64,
    /// Publishings that are not signed yet.
    pub unsigned: u64,
    /// Splits that were looked at.
    pub splits: u64,
    /// Bytes of data objects that were compared with their SHA-256.
    pub bytes: u64,
    /// Blocks whose records were rebuilt and gave the root that was signed.
    pub blocks: u64,
    /// Records in them.
    pub records: u64,
    /// Index objects that were looked at.
    pub indexes: u64,
    /// Objects of which the store told a lock.
    pub locked: u64,
    /// Splits that were disposed of, as the log says.
    pub disposed: u64,
    /// Erasures of which the log tells.
    pub erasures: u64,
    /// Splits whose copy here was given up for one elsewhere.
    pub elsewhere: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How many more findings there were than are told.
    pub findings_left_off: u64,
}

impl Report {
    /// The worst that was found.
    pub fn worst(&self) -> Option<FindingKind> {
        match self.verdict {
            "tampered" => Some(FindingKind::Tampered),
            "incomplete" => Some(FindingKind::Incomplete),
            _ => None,
        }
    }
}

pub(super) fn report(
    storage: &dyn ObjectStorage,
    options: &Options<'_>,
    survey: Survey,
    examined: Examined,
) -> Report {
    let Survey { mut findings, newest, checkpoints, anchored, pages, receipts, unsigned, claims, duties } =
        survey;
    findings.append(examined.findings);
    examined.missing.into_values().for_each(|missing| findings.append(missing));
    findings.kept.sort_by_key(|finding| std::cmp::Reverse(finding.kind));
    let checkpoint = newest.map(|newest| CheckpointReport {
        origin: newest.origin,
        size: newest.tree.size,
        root: newest.tree.root,
    });
    Report {
        verdict: match findings.worst {
            None => "ok",
            Some(FindingKind::Incomplete) => "incomplete",
            Some(FindingKind::Receipt | FindingKind::Tampered) => "tampered",
        },
        storage: storage.locate("").display().to_string(),
        at: options.clock.now(),
        depth: match options.depth {
            Depth::Listed => "listed",
            Depth::Hashed => "hashed",
            Depth::Decoded => "decoded",
        },
        checkpoint,
        checkpoints,
        anchored,
        entries: claims.entries.len() as u64,
        publishings: claims.publishings.len() as u64,
        pages,
        receipts,
        unsigned,
        splits: examined.sums.splits,
        bytes: examined.sums.bytes,
        blocks: examined.sums.blocks,
        records: examined.sums.records,
        indexes: examined.sums.indexes,
        locked: examined.sums.locked,
        disposed: claims.disposed.len() as u64,
        erasures: claims.erasures,
        elsewhere: duties.elsewhere,
        findings: findings.kept,
        findings_left_off: findings.left_off,
    }
}

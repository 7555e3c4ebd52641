//! Checks a report against the log: is it the file of which an entry tells, and does that entry stand in the log?

use std::path::{Path, PathBuf};

use anyhow::Context;
use data_encoding::HEXLOWER;
use palisade_disk::{RealDisk, read_file};
use palisade_index::verify::{Finding, FindingKind};
use palisade_index::{Entry, Event};
use palisade_seal::log::{Proof, VerifyingKey, leaf_hash};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Largest report: some thousand pages.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// What came of it.
#[derive(Serialize)]
pub(super) struct ReportCheck {
    pub(super) verdict: &'static str,
    /// What the entry says of the report.
    pub(super) told: serde_json::Value,
    /// How large the log is with which the entry is proved.
    pub(super) log_size: u64,
    pub(super) findings: Vec<Finding>,
}

/// Where the proof of a report lies.
pub(crate) fn proof_file(report: &Path) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(".tlog-proof");
    PathBuf::from(name)
}

pub(super) fn verify(report: &Path, keys: &[VerifyingKey]) -> anyhow::Result<ReportCheck> {
    let read = |path: &Path| {
        read_file(&RealDisk, path, FILE_BYTES_MAX).with_context(|| format!("cannot read {}", path.display()))
    };
    let bytes = read(report)?;
    let file = proof_file(report);
    let proof = read(&file).context("a report is verified with its proof: GET /api/v1/reports/{id}/proof")?;
    let mut check =
        ReportCheck { verdict: "ok", told: serde_json::Value::Null, log_size: 0, findings: Vec::new() };
    let mut find = |object: &Path, problem: String| {
        let object = object.display().to_string();
        check.findings.push(Finding {
            kind: FindingKind::Tampered,
            object,
            bytes: None,
            rows: None,
            problem,
        });
    };
    match proved(&proof, keys) {
        Err(problem) => find(&file, problem),
        Ok((paper, log_size)) => {
            let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
            if paper["sha256"] != sha256.as_str() {
                find(
                    report,
                    format!("its SHA-256 is {sha256}, the log tells of a report with {}", paper["sha256"]),
                );
            }
            (check.told, check.log_size) = (paper, log_size);
        }
    }
    if !check.findings.is_empty() {
        check.verdict = "tampered";
    }
    Ok(check)
}

/// What the entry in a proof says of a report, and the size of the log in which it is.
fn proved(proof: &[u8], keys: &[VerifyingKey]) -> Result<(serde_json::Value, u64), String> {
    let proof = Proof::parse(proof).map_err(|error| error.to_string())?;
    let entry = proof.extra.as_deref().ok_or("it bears no entry")?;
    let leaf = leaf_hash(entry);
    let mut problem = "no key was given".to_owned();
    for key in keys {
        match proof.verify(leaf, key.name(), keys) {
            Ok(checkpoint) => {
                return match Entry::parse(entry)?.event {
                    Event::Deed { deed, paper } if deed == "report" => Ok((paper, checkpoint.tree.size)),
                    _ => Err("its entry is about something else than a report".to_owned()),
                };
            }
            Err(error) => problem = error.to_string(),
        }
    }
    Err(problem)
}

impl ReportCheck {
    pub(super) fn worst(&self) -> Option<FindingKind> {
        self.findings.iter().map(|finding| finding.kind).max()
    }
}

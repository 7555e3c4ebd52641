//! Checks a folder of exported evidence: every record against its proof, every file against the report.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use data_encoding::HEXLOWER;
use palisade_disk::{RealDisk, read_file};
use palisade_index::verify::{Finding, FindingKind};
use palisade_index::verify_record;
use palisade_seal::log::{Proof, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command::export::EVIDENCE_FORMAT;

/// The largest file: the list of files, with some hundred bytes for each.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[derive(Deserialize)]
struct Listed {
    format: String,
    records: u64,
    files: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Serialize)]
pub(super) struct EvidenceReport {
    pub(super) verdict: &'static str,
    /// Records there should be.
    pub(super) records: u64,
    /// Records that are what the log vouches for.
    pub(super) proven: u64,
    /// The largest log with which one was proven.
    pub(super) log_size: u64,
    pub(super) findings: Vec<Finding>,
}

impl EvidenceReport {
    pub(super) fn worst(&self) -> Option<FindingKind> {
        self.findings.iter().map(|finding| finding.kind).max()
    }
}

pub(super) fn verify(folder: &Path, keys: &[VerifyingKey]) -> anyhow::Result<EvidenceReport> {
    let read = |name: &str| read_file(&RealDisk, &folder.join(name), FILE_BYTES_MAX);
    let place = folder.display();
    let listed = read("report.json").with_context(|| format!("{place} is no folder of exported evidence"))?;
    let listed: Listed =
        serde_json::from_slice(&listed).with_context(|| format!("{place}/report.json cannot be read"))?;
    ensure!(
        listed.format == EVIDENCE_FORMAT,
        "{place} has format {}, this program reads {EVIDENCE_FORMAT}",
        listed.format
    );
    let mut findings = Vec::new();
    let mut find = |kind, object: &str, problem: String| {
        findings.push(Finding { kind, object: object.to_owned(), bytes: None, rows: None, problem });
    };
    for (name, expected) in &listed.files {
        match read(name) {
            Err(error) => find(FindingKind::Incomplete, name, format!("it cannot be read: {error}")),
            Ok(bytes) => {
                let found = HEXLOWER.encode(&Sha256::digest(&bytes));
                if found != *expected {
                    find(
                        FindingKind::Tampered,
                        name,
                        format!("its SHA-256 is {found}, the report says {expected}"),
                    );
                }
            }
        }
    }
    let (mut proven, mut log_size) = (0, 0);
    for number in 1..=listed.records {
        let name = format!("records/{number:08}.record");
        if !listed.files.contains_key(&name) {
            find(FindingKind::Incomplete, &name, "the report does not list it".to_owned());
            continue;
        }
        let proof_name = format!("records/{number:08}.tlog-proof");
        let Ok(proof) = read(&proof_name) else {
            let problem = "there is no proof: the log did not tell of it when it was exported";
            find(FindingKind::Incomplete, &proof_name, problem.to_owned());
            continue;
        };
        // One that is missing has been told.
        let Ok(record) = read(&name) else { continue };
        let entry = Proof::parse(&proof).map(|proof| format!("entries/{}.json", proof.index));
        let entry = match entry.map(|entry| read(&entry)) {
            Ok(Ok(entry)) => entry,
            Ok(Err(error)) => {
                find(
                    FindingKind::Incomplete,
                    &proof_name,
                    format!("the entry it leads to cannot be read: {error}"),
                );
                continue;
            }
            Err(error) => {
                find(FindingKind::Tampered, &proof_name, error.to_string());
                continue;
            }
        };
        match verify_record(&record, &entry, &proof, keys) {
            Ok(found) => {
                proven += 1;
                log_size = log_size.max(found.log_size);
            }
            Err(problem) => find(FindingKind::Tampered, &name, problem),
        }
    }
    let mut report = EvidenceReport { verdict: "ok", records: listed.records, proven, log_size, findings };
    report.verdict = match report.worst() {
        None => "ok",
        Some(FindingKind::Receipt | FindingKind::Tampered) => "tampered",
        Some(FindingKind::Incomplete) => "incomplete",
    };
    Ok(report)
}

//! Checkpoints that were copied out of reach: the log must continue each of them. This is what tells a log whose end was
//! cut off, or that was made anew by somebody with the key.

use palisade_seal::log::{Checkpoint, VerifyingKey, audit_history};
use palisade_storage::ObjectStorage;

use super::findings::Findings;
use super::log::{SignedLog, read_note, verified};
use super::stored_log::StoredLog;
use crate::evidence::checkpoint_name;

/// Digits of the size at the end of a checkpoint's name.
const SIZE_DIGITS: usize = 20;

/// Where other tenants may have their anchors, with keys of their own.
const TENANTS: &str = "tenants/";

/// The verified checkpoints of an anchor, with their names there. Read before the log: that only grows.
pub(super) fn read(
    anchor: &dyn ObjectStorage,
    keys: &[VerifyingKey],
    findings: &mut Findings,
) -> Vec<(String, Checkpoint)> {
    let names = match anchor.list("") {
        Ok(names) => names,
        Err(error) => {
            findings.unreadable(anchor.locate("").display().to_string(), &error);
            return Vec::new();
        }
    };
    let mut anchored = Vec::new();
    for name in names.iter().filter(|name| !name.starts_with(TENANTS)) {
        let last = name.rsplit('/').next().unwrap_or_default();
        if last.len() != SIZE_DIGITS || !last.bytes().all(|digit| digit.is_ascii_digit()) {
            continue;
        }
        let object = anchor.locate(name).display().to_string();
        match read_note(anchor, name) {
            Err(error) => findings.unreadable(object, &error),
            Ok(note) => match verified(&note, keys) {
                Ok(checkpoint) if format!("{:020}", checkpoint.tree.size) == last => {
                    anchored.push((object, checkpoint));
                }
                Ok(checkpoint) => {
                    let size = checkpoint.tree.size;
                    findings.tampered(object, format!("the checkpoint of {size} entries stands here"));
                }
                Err(problem) => findings.tampered(object, problem),
            },
        }
    }
    anchored
}

pub(super) fn audit(
    storage: &dyn ObjectStorage,
    anchored: &[(String, Checkpoint)],
    log: &SignedLog,
    findings: &mut Findings,
) {
    if anchored.is_empty() && log.newest().is_some() {
        findings
            .incomplete("anchor", "it has no checkpoint; name the storage to which checkpoints are copied");
    }
    let Some(newest) = log.newest() else {
        for (object, checkpoint) in anchored {
            let size = checkpoint.tree.size;
            findings.tampered(object, format!("there was a log of {size} entries, of which nothing is left"));
        }
        return;
    };
    let reader = StoredLog::new(storage);
    for (object, checkpoint) in anchored {
        let size = checkpoint.tree.size;
        if size > newest.tree.size {
            let problem =
                format!("the log had {size} entries, and has {} now: its end was cut off", newest.tree.size);
            findings.tampered(checkpoint_name(size), format!("{problem} (anchored as {object})"));
            continue;
        }
        for finding in audit_history(&reader, &[checkpoint.clone(), newest.clone()]) {
            findings.tampered(object, format!("the log does not continue it: {}", finding.problem));
        }
        if log.checkpoints.binary_search_by_key(&size, |known| known.tree.size).is_err() {
            findings.incomplete(checkpoint_name(size), format!("it is not there, but anchored as {object}"));
        }
    }
}

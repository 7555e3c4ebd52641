//! The signed log: every checkpoint, and every entry in it.

use std::ops::ControlFlow;

use palisade_seal::log::{
    Bundle, Checkpoint, FindingKind as LogFindingKind, LEVEL_MAX, NOTE_BYTES_MAX, TILE_WIDTH, VerifyingKey,
    audit_each, audit_history, entries,
};
use palisade_storage::ObjectStorage;

use super::claims::Claims;
use super::findings::Findings;
use super::report::{Finding, FindingKind};
use super::stored_log::{StoredLog, audit_names};
use crate::evidence::{CHECKPOINTS, LOG, checkpoint_name};

/// The pointer to the newest checkpoint.
const POINTER: &str = "log/checkpoint";

/// What the log says.
pub(super) struct SignedLog {
    /// Verified, by growing size.
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) claims: Claims,
}

impl SignedLog {
    pub(super) fn newest(&self) -> Option<&Checkpoint> {
        self.checkpoints.last()
    }
}

/// Reads and audits the log.
pub(super) fn read(storage: &dyn ObjectStorage, keys: &[VerifyingKey], findings: &mut Findings) -> SignedLog {
    let reader = StoredLog::new(storage);
    let checkpoints = checkpoints(storage, keys, findings);
    let mut log = SignedLog { checkpoints, claims: Claims::default() };
    let Some(newest) = log.newest().cloned() else { return log };
    pointer(storage, keys, &newest, findings);
    let _ = audit_each(&reader, &newest.tree, &mut |finding| {
        add(findings, &newest, finding);
        ControlFlow::Continue(())
    });
    for checkpoint in &log.checkpoints {
        let pair = [checkpoint.clone(), newest.clone()];
        audit_history(&reader, &pair).into_iter().for_each(|finding| add(findings, checkpoint, finding));
    }
    audit_names(&reader, &log.checkpoints, findings);
    for (position, entry) in (0..).zip(entries(&reader, newest.tree.size, 0..newest.tree.size)) {
        // What cannot be read has been told by the audit.
        let Ok(entry) = entry else { break };
        if let Err(problem) = log.claims.add(position, &entry) {
            findings.tampered(bundle_of(newest.tree.size, position), format!("entry {position}: {problem}"));
        }
    }
    log
}

/// The object with an entry.
pub(super) fn bundle_of(size: u64, position: u64) -> String {
    let bundle = Bundle::at(size, position / u64::from(TILE_WIDTH));
    bundle.map_or_else(|| LOG.to_owned(), |bundle| format!("{LOG}{}", bundle.path()))
}

/// A finding of an audit, under the name of the object.
fn add(findings: &mut Findings, checkpoint: &Checkpoint, finding: palisade_seal::log::Finding) {
    let object = match finding.path.as_str() {
        "checkpoint" => checkpoint_name(checkpoint.tree.size),
        path => format!("{LOG}{path}"),
    };
    let kind = match finding.kind {
        LogFindingKind::Tampered => FindingKind::Tampered,
        LogFindingKind::Missing => FindingKind::Incomplete,
    };
    let bytes = (!finding.range.is_empty()).then_some(finding.range);
    findings.push(Finding { bytes, ..Finding::new(kind, object, finding.problem) });
}

/// Every checkpoint, verified, by growing size.
fn checkpoints(
    storage: &dyn ObjectStorage,
    keys: &[VerifyingKey],
    findings: &mut Findings,
) -> Vec<Checkpoint> {
    let names = match storage.list(CHECKPOINTS) {
        Ok(names) => names,
        Err(error) => {
            findings.unreadable(CHECKPOINTS, &error);
            return Vec::new();
        }
    };
    let mut checkpoints = Vec::new();
    for name in names {
        match read_note(storage, &name) {
            Err(error) => findings.unreadable(&name, &error),
            Ok(note) => match verified(&note, keys) {
                Ok(checkpoint) if checkpoint_name(checkpoint.tree.size) == name => {
                    checkpoints.push(checkpoint);
                }
                Ok(checkpoint) => {
                    let size = checkpoint.tree.size;
                    findings.tampered(&name, format!("the checkpoint of {size} entries stands here"));
                }
                Err(problem) => findings.tampered(&name, problem),
            },
        }
    }
    checkpoints.sort_by_key(|checkpoint| checkpoint.tree.size);
    checkpoints
}

/// A note that one of the keys signed; the log's name is that of the key.
pub(super) fn verified(note: &[u8], keys: &[VerifyingKey]) -> Result<Checkpoint, String> {
    let origin = keys.first().map(VerifyingKey::name).unwrap_or_default();
    Checkpoint::verify(note, origin, keys).map_err(|error| error.to_string())
}

/// A small object, or as much of a longer one as tells that it is none.
pub(super) fn read_note(storage: &dyn ObjectStorage, name: &str) -> std::io::Result<Vec<u8>> {
    let (end, length) = storage.end(name, NOTE_BYTES_MAX as u64 + 1)?;
    if end.len() as u64 == length { Ok(end) } else { storage.get(name, 0..NOTE_BYTES_MAX as u64 + 1) }
}

/// The pointer must be the newest checkpoint, or one that came since.
fn pointer(storage: &dyn ObjectStorage, keys: &[VerifyingKey], newest: &Checkpoint, findings: &mut Findings) {
    let note = match read_note(storage, POINTER) {
        Ok(note) => note,
        Err(error) => return findings.unreadable(POINTER, &error),
    };
    match verified(&note, keys) {
        Err(problem) => findings.tampered(POINTER, problem),
        Ok(pointed) if pointed.tree.size < newest.tree.size => {
            let (old, new) = (pointed.tree.size, newest.tree.size);
            let problem = format!(
                "it is the checkpoint of {old} entries although there is one of {new}; an old one was put back"
            );
            findings.tampered(POINTER, problem);
        }
        Ok(pointed) if pointed.tree.size == newest.tree.size && pointed != *newest => {
            findings.tampered(POINTER, "it has another root than the checkpoint of the same size");
        }
        Ok(pointed) if pointed.tree.size > newest.tree.size => {
            let problem = format!("the log points to it, but it is not there; {POINTER} is a copy of it");
            findings.incomplete(checkpoint_name(pointed.tree.size), problem);
        }
        Ok(_) => {}
    }
}

/// How many levels of tiles a log can have.
pub(super) fn levels() -> std::ops::RangeInclusive<u8> {
    0..=LEVEL_MAX
}

//! One split: its objects are there, are those that were signed, and give every record back.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use palisade_record::ByteSize;
use palisade_seal::log::{Hash, root};
use palisade_storage::{Cover, LockMode, ObjectStorage};
use sha2::{Digest, Sha256};

use super::Depth;
use super::duties::Duty;
use super::findings::Findings;
use super::held::HeldObject;
use super::locate::locate;
use super::report::{Finding, FindingKind, Rows};
use super::workers::Sums;
use crate::cache::Cache;
use crate::split::{ObjectDigest, SplitSummary, root_of};
use crate::{Block, Copies, Split, Storages};

/// A data object up to this size is held in memory, so that it is read once.
const HELD_BYTES_MAX: u64 = 512 << 20;

/// What is read at once.
const CHUNK_BYTES: u64 = 8 << 20;

/// Memory for what the blocks of a slice share.
const CACHE: ByteSize = ByteSize::mib(64);

/// What was seen of a split.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) findings: Findings,
    pub(super) missing: Findings,
    pub(super) sums: Sums,
}

pub(super) fn examine(storage: &Arc<dyn ObjectStorage>, duty: &Duty, depth: Depth) -> Seen {
    let mut seen = Seen { sums: Sums { splits: 1, ..Sums::default() }, ..Seen::default() };
    data(storage, duty, depth, &mut seen);
    index(&**storage, duty, depth, &mut seen);
    seen
}

fn data(storage: &Arc<dyn ObjectStorage>, duty: &Duty, depth: Depth, seen: &mut Seen) {
    let described = match storage.describe(&duty.data) {
        Ok(described) => described,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return seen.missing.unreadable(&duty.data, &error);
        }
        Err(error) => return seen.findings.unreadable(&duty.data, &error),
    };
    lock(duty, &described, seen);
    let expected = duty.claim.data;
    if depth == Depth::Listed {
        if described.length != expected.bytes {
            seen.findings.tampered(&duty.data, lengths(described.length, expected.bytes));
        }
        return;
    }
    if !described.restore.is_readable() {
        let problem = "it is archived; only its length was compared. Restore it and verify again";
        return seen.findings.incomplete(&duty.data, problem);
    }
    let mut held = (described.length <= HELD_BYTES_MAX).then(Vec::new);
    let sha256 = match hash(&**storage, &duty.data, described.length, held.as_mut()) {
        Ok(sha256) => sha256,
        Err(error) => return seen.missing.unreadable(&duty.data, &error),
    };
    seen.sums.bytes += described.length;
    let source: Arc<dyn ObjectStorage> = match held {
        Some(bytes) => Arc::new(HeldObject::new(&duty.data, bytes)),
        None => storage.clone(),
    };
    let is_same = sha256 == expected.sha256 && described.length == expected.bytes;
    if !is_same {
        let problem = match described.length == expected.bytes {
            true => format!("its SHA-256 is {}, signed was {}", sha256.to_hex(), expected.sha256.to_hex()),
            false => lengths(described.length, expected.bytes),
        };
        seen.findings.tampered(&duty.data, problem);
        let located = catch_unwind(AssertUnwindSafe(|| locate(source, duty)));
        located.unwrap_or_default().into_iter().for_each(|finding| seen.findings.push(finding));
    } else if depth == Depth::Decoded {
        let decoded = catch_unwind(AssertUnwindSafe(|| decode(source, duty)));
        match decoded {
            Ok(Ok(sums)) => {
                seen.sums.blocks += sums.blocks;
                seen.sums.records += sums.records;
            }
            Ok(Err(finding)) => seen.findings.push(*finding),
            Err(_) => seen.findings.tampered(&duty.data, "it cannot be decoded; please report this"),
        }
    }
}

fn lengths(found: u64, signed: u64) -> String {
    format!("it has {found} bytes, signed were {signed}")
}

/// What the store says about who may remove it.
fn lock(duty: &Duty, described: &palisade_storage::Description, seen: &mut Seen) {
    match &described.cover {
        Cover::Nothing => {}
        Cover::Version(_) => {
            seen.findings
                .tampered(&duty.data, "somebody put another version over it; this one is still there");
        }
        Cover::DeleteMarker => {
            seen.findings.tampered(&duty.data, "somebody deleted it by name; this version is still there");
        }
    }
    seen.sums.locked += u64::from(described.lock.is_some());
    match (duty.locked_until, described.lock) {
        (Some(until), None) => {
            let problem = format!("the store tells of no lock, it should be locked until {until}");
            seen.findings.incomplete(&duty.data, problem);
        }
        // Stores keep whole seconds.
        (Some(until), Some(lock)) if lock.until < until.minus(std::time::Duration::from_secs(1)) => {
            let mode = match lock.mode {
                LockMode::Governance => "governance",
                LockMode::Compliance => "compliance",
            };
            let problem =
                format!("it is locked ({mode}) until {} only, it should be until {until}", lock.until);
            seen.findings.incomplete(&duty.data, problem);
        }
        _ => {}
    }
}

fn index(storage: &dyn ObjectStorage, duty: &Duty, depth: Depth, seen: &mut Seen) {
    let length = match storage.length(&duty.index) {
        Ok(length) => length,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if duty.is_index_due {
                let problem = "it is not there; it is made again from the data object when it is searched";
                seen.missing.incomplete(&duty.index, problem);
            }
            return;
        }
        Err(error) => return seen.findings.unreadable(&duty.index, &error),
    };
    seen.sums.indexes += 1;
    let signed = &duty.claim.indexes;
    let is_signed = match depth {
        Depth::Listed => Ok(signed.iter().any(|signed| signed.bytes == length)),
        Depth::Hashed | Depth::Decoded => hash(storage, &duty.index, length, None)
            .map(|sha256| signed.contains(&ObjectDigest { bytes: length, sha256 })),
    };
    match is_signed {
        Ok(true) => {}
        Ok(false) => {
            let problem = "it is not the one that was signed; searches can miss records. Remove it: it is made again \
                from the data object";
            seen.findings.tampered(&duty.index, problem);
        }
        Err(error) => seen.missing.unreadable(&duty.index, &error),
    }
}

/// The hash of an object, and its bytes if they are wanted.
fn hash(
    storage: &dyn ObjectStorage,
    name: &str,
    length: u64,
    mut held: Option<&mut Vec<u8>>,
) -> std::io::Result<Hash> {
    let (mut digest, mut start) = (Sha256::new(), 0);
    while start < length {
        let end = length.min(start + CHUNK_BYTES);
        let bytes = storage.get(name, start..end)?;
        digest.update(&bytes);
        if let Some(held) = &mut held {
            held.extend_from_slice(&bytes);
        }
        start = end;
    }
    Ok(Hash(digest.finalize().into()))
}

/// A split whose data object lies in `source` under the name that the duty says.
pub(super) fn opened(source: Arc<dyn ObjectStorage>, duty: &Duty) -> Split {
    let summary = SplitSummary::unknown(&duty.id);
    Split::new(summary, Copies::fresh(), Storages::near(source), Arc::new(Cache::new(CACHE)))
}

/// Rebuilds every record; the roots and counts must be those that were signed.
fn decode(source: Arc<dyn ObjectStorage>, duty: &Duty) -> Result<Sums, Box<Finding>> {
    let tampered = |problem: String| Box::new(Finding::new(FindingKind::Tampered, &duty.data, problem));
    let split = opened(source, duty);
    let blocks = split.blocks().map_err(|error| tampered(error.to_string()))?;
    let mut sums = Sums::default();
    let mut raw_bytes = 0;
    for (position, block) in (0..).zip(blocks) {
        let rows = || rows_of(position, block);
        let at_rows = |problem: String| Box::new(Finding { rows: Some(rows()), ..*tampered(problem) });
        raw_bytes += rebuilt(block).map_err(at_rows)?;
        sums.blocks += 1;
        sums.records += u64::from(block.info().rows);
    }
    let claim = &duty.claim;
    if root_of(blocks) != claim.root {
        return Err(tampered(format!(
            "the roots of its blocks give {}, signed was {}",
            root_of(blocks),
            claim.root
        )));
    }
    if (sums.blocks, sums.records, raw_bytes) != (claim.blocks, claim.rows, claim.raw_bytes) {
        return Err(tampered(format!(
            "it has {} records of {raw_bytes} bytes in {} blocks; signed were {} of {} bytes in {}",
            sums.records, sums.blocks, claim.rows, claim.raw_bytes, claim.blocks
        )));
    }
    Ok(sums)
}

/// All rows of a block.
pub(super) fn rows_of(position: u64, block: &Block) -> Rows {
    let info = block.info();
    Rows { block: position, stream: info.stream.to_string(), rows: 0..u64::from(info.rows) }
}

/// Whether the records of a block give its root; how many bytes they have.
pub(super) fn rebuilt(block: &Block) -> Result<u64, String> {
    let records = block.raw().map_err(|error| error.to_string())?;
    let leaves: Vec<Hash> = records.iter().map(palisade_seal::log::leaf_hash).collect();
    let (found, signed) = (root(&leaves), block.info().root);
    if found == signed && leaves.len() == block.info().rows as usize {
        return Ok(records.as_bytes().len() as u64);
    }
    Err(format!("its records give the root {found}, signed was {signed}"))
}

//! What the catalog knows of a split, as decisions want it, and back.

use palisade_index::{FarCopy, Split, Storages as IndexStorages};
use palisade_record::Timestamp;
use palisade_storage as storage;

use crate::{ColdCopy, Copies, LockMode, SplitSpan, SplitState, StorageClass, Storages, WarmCopy};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Which storages there are.
pub(super) fn storages(of: &IndexStorages) -> Storages {
    Storages { warm: of.warm.is_some(), cold: of.cold.is_some() }
}

/// A split as decisions see it.
pub(super) fn state(split: &Split, holds: u32) -> SplitState {
    let (summary, copies) = (split.summary(), split.copies());
    SplitState {
        id: summary.id.clone(),
        class: summary.class.to_string(),
        // It was published minutes later; what counts is since when records wait.
        published_at: summary.last_received,
        newest_event: summary.newest,
        newest_receipt: summary.last_received,
        data_bytes: summary.data.bytes,
        copies: Copies {
            hot: copies.hot,
            warm: copies.warm.as_ref().map(|copy| WarmCopy { verified: copy.verified }),
            cold: copies.cold.as_ref().map(cold),
        },
        holds,
        index_near: true,
    }
}

fn cold(copy: &FarCopy) -> ColdCopy {
    ColdCopy {
        locked_until: copy.locked_until,
        mode: mode(copy.lock_mode),
        storage_class: class(&copy.storage_class),
        verified: copy.verified,
        legal_hold: copy.held,
    }
}

/// The times of the records of a split.
pub(super) fn span(split: &Split) -> SplitSpan {
    let summary = split.summary();
    SplitSpan {
        oldest_event: summary.oldest,
        newest_event: summary.newest,
        oldest_receipt: summary.first_received,
        newest_receipt: summary.last_received,
    }
}

pub(super) fn mode(mode: Option<storage::LockMode>) -> LockMode {
    match mode {
        None => LockMode::None,
        Some(storage::LockMode::Governance) => LockMode::Governance,
        Some(storage::LockMode::Compliance) => LockMode::Compliance,
    }
}

pub(super) fn storage_mode(mode: LockMode) -> Option<storage::LockMode> {
    match mode {
        LockMode::None => None,
        LockMode::Governance => Some(storage::LockMode::Governance),
        LockMode::Compliance => Some(storage::LockMode::Compliance),
    }
}

/// A class that the store tells and nobody could have asked for counts as the standard one.
pub(super) fn class(class: &storage::StorageClass) -> StorageClass {
    class.as_str().parse().unwrap_or_default()
}

pub(super) fn storage_class(class: &StorageClass) -> storage::StorageClass {
    class.as_str().into()
}

/// Stores keep no fractions of seconds, and a lock may not end too soon.
pub(super) fn whole_seconds(time: Timestamp) -> Timestamp {
    let part = time.as_nanos().rem_euclid(NANOS_PER_SECOND);
    let missing = if part == 0 { 0 } else { NANOS_PER_SECOND - part };
    Timestamp::from_nanos(time.as_nanos().saturating_add(missing))
}

//! Verification: whether a storage holds exactly the evidence that the signed log tells of. It needs the storage and a
//! public key, nothing of a running server, and changes nothing.
//!
//! First a *survey*, of what is there and what the log says, in an order in which a server that writes meanwhile does no
//! harm; then every split, on several threads. What a survey finds beside a live server is looked at again for a while:
//! an object may lie there a moment before the log tells of it.

mod anchor; // checkpoints out of reach
mod catalog; // what the data directory says
mod claims; // what the log says, without its words
mod duties; // which claims a storage must meet
mod findings; // what is wrong, within bounds
mod held; // an object in memory, to be decoded
mod inventory; // objects that nobody tells of
mod locate; // where in an object the damage is
mod log; // checkpoints and entries
mod pages; // publishings against the log
mod receipts; // journal files in the cold storage
mod report; // what comes out
mod split; // one split
mod stored_log; // tiles and bundles, each where it belongs
mod survey; // everything but the splits
mod workers; // splits, several at a time

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_record::Clock;
use palisade_seal::log::VerifyingKey;
use palisade_storage::ObjectStorage;

use findings::Findings;
use survey::{Survey, survey};

pub use report::{CheckpointReport, Finding, FindingKind, Report, Rows};

/// How long what looks wrong beside a live server may have to become right: the longest that publishing a split and
/// signing it takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two looks meanwhile.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(300);

/// How closely splits are looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depth {
    /// Whether the objects are there and as long as they were.
    Listed,
    /// Also whether they have their SHA-256.
    Hashed,
    /// Also whether every record comes back, and gives the roots that were signed.
    Decoded,
}

/// Which copies of splits a storage holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Those of the data directory.
    Hot,
    /// Those of middle age.
    Warm,
    /// The evidence.
    Cold,
}

/// What is verified, and how.
pub struct Options<'a> {
    /// The keys of those whose checkpoints are believed: one, or more when it was renewed.
    pub keys: &'a [VerifyingKey],
    /// Where checkpoints were copied to.
    pub anchor: Option<&'a dyn ObjectStorage>,
    /// The catalog of the data directory.
    pub catalog: Option<&'a Path>,
    /// Which copies the storage holds; of use with a catalog only.
    pub place: Place,
    /// How closely splits are looked at.
    pub depth: Depth,
    /// Only one part of this many is looked at so closely, the others are listed: which part, of how many.
    pub part: Option<(u64, u64)>,
    /// Whether a server writes to the storage at this moment.
    pub is_live: bool,
    /// What time it is.
    pub clock: &'a dyn Clock,
}

/// How far a verification is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Splits that were looked at.
    pub splits: u64,
    /// Splits there are.
    pub splits_all: u64,
    /// Bytes of them that were read.
    pub bytes: u64,
    /// Bytes they have.
    pub bytes_all: u64,
}

/// Verifies a storage.
pub fn verify(
    storage: &Arc<dyn ObjectStorage>,
    options: &Options<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Report {
    let until = Instant::now() + if options.is_live { PATIENCE } else { Duration::ZERO };
    let mut surveyed = look_until_right(until, || survey(&**storage, options), |survey| &survey.findings);
    let mut examined = workers::examine(storage, options, &surveyed.duties, progress);
    if options.is_live && !examined.missing.is_empty() {
        // They may have been disposed of, or moved, since the log was read.
        surveyed = look_until_right(until, || survey(&**storage, options), |survey| &survey.findings);
        examined.excuse(&surveyed.duties);
    }
    report::report(&**storage, options, surveyed, examined)
}

/// Looks again while something looks wrong and there is time.
fn look_until_right(
    until: Instant,
    look: impl Fn() -> Survey,
    findings: impl Fn(&Survey) -> &Findings,
) -> Survey {
    loop {
        let seen = look();
        if findings(&seen).is_empty() || Instant::now() >= until {
            return seen;
        }
        std::thread::park_timeout(LOOK_AGAIN_AFTER);
    }
}

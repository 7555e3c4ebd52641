//! Why a step could not be done; each is tried again.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::{CertificateError, Tier};

/// Why a step could not be done.
#[derive(ThisError, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The catalog.
    #[error(transparent)]
    Index(#[from] palisade_index::Error),
    /// A storage.
    #[error("cannot {what} {}: {source}", place.display())]
    Storage {
        /// Which one.
        tier: Tier,
        /// What was tried.
        what: &'static str,
        /// With which object.
        place: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Bytes are not those that were published.
    #[error("{} is not what was published: {problem}; it is not used any more: `palisade verify` tells who else is affected", place.display())]
    Altered {
        /// Which object.
        place: PathBuf,
        /// What is different.
        problem: String,
    },
    /// The store does not show the lock that was asked for.
    #[error("{} is not shown to be locked as its class says ({problem}); let this identity see locks (s3:GetObjectRetention), \
        and run `palisade doctor storage`", place.display())]
    NotLocked {
        /// Which object.
        place: PathBuf,
        /// What is shown.
        problem: String,
    },
    /// A copy is nowhere to be read.
    #[error("no copy of split {split} can be read; bring back a storage that has one")]
    NoSource {
        /// Which split.
        split: String,
    },
    /// No certificate can be given, so nothing is disposed of.
    #[error("split {split} is not disposed of: {source}")]
    Certificate {
        /// Which split.
        split: String,
        /// Why not.
        source: CertificateError,
    },
    /// A document of the catalog cannot be read.
    #[error(
        "the document {kind} {id} of the catalog cannot be read: {problem}; upgrade Palisade, or restore the catalog"
    )]
    Document {
        /// Its kind.
        kind: &'static str,
        /// Its id.
        id: String,
        /// What is wrong.
        problem: String,
    },
    /// A hold that cannot be.
    #[error(transparent)]
    Hold(#[from] crate::HoldError),
    /// A restore that cannot be.
    #[error(transparent)]
    Restore(#[from] crate::RestoreError),
    /// A restore without a price.
    #[error(transparent)]
    Cost(#[from] crate::CostError),
}

pub(super) type Result<T> = std::result::Result<T, Error>;

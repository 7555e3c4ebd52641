//! What can go wrong, by what the caller should do about it.

use std::path::PathBuf;

use thiserror::Error as ThisError;

/// What the caller should do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// Slow down and send again.
    Full,
    /// Nothing more can be written until the disk has space or the program is restarted; reading goes on.
    Unavailable,
    /// Records lie in an archive class: restore them, then ask again.
    Archived,
    /// A file is damaged: a person must look.
    Corrupt,
    /// Ask for less, or have somebody ask who is shown more.
    Withheld,
}

/// An error of the index.
#[derive(ThisError, Debug)]
#[non_exhaustive]
pub enum Error {
    /// More arrives than can be written.
    #[error("the index is busy: {0}; send again later")]
    Full(&'static str),
    /// The journal or a split could not be written.
    #[error("cannot write {}: {source}; nothing that was acknowledged is affected", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Writing was given up after a failed sync.
    #[error("writing stopped after a failed sync of {}; check the disk, then restart", path.display())]
    Stopped {
        /// Which file.
        path: PathBuf,
    },
    /// Bytes are not what they should be.
    #[error("{} is damaged at byte {offset}: {problem}; restore it from a copy, or run `palisade inspect` on it", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// The catalog is gone, but not what it lists.
    #[error("{} is missing although there are {objects} objects beside it; run `palisade restore --catalog` \
        to make it again from them, bring it back from a copy, or move the objects away to begin anew", path.display())]
    CatalogMissing {
        /// Where it should be.
        path: PathBuf,
        /// How many objects there are.
        objects: usize,
    },
    /// The file was written by a newer program, or by one so old that its files are no longer read.
    #[error("{} has format version {found}, this program reads {known}; {}", path.display(), version_advice(*found, *known))]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u8,
        /// The version that is read.
        known: u8,
    },
    /// The catalog failed.
    #[error("catalog: {0}")]
    Catalog(#[from] rusqlite::Error),
    /// A split could not be written.
    #[error("splits cannot be written: {0}; the records are safe in the journal")]
    Publish(String),
    /// Exact bytes were asked for where only some fields are shown.
    #[error("the exact bytes of a record are not shown to whoever sees only some of its fields")]
    Withheld,
    /// The search index inside a split failed.
    #[error("search index of split {split}: {source}")]
    Tantivy {
        /// Which split.
        split: String,
        /// What tantivy said.
        source: Box<tantivy::TantivyError>,
    },
}

impl Error {
    /// What the caller should do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Full(_) => ErrorKind::Full,
            Self::Withheld => ErrorKind::Withheld,
            Self::Write { .. } | Self::Stopped { .. } | Self::Catalog(_) | Self::Publish(_) => {
                ErrorKind::Unavailable
            }
            Self::Read { source, .. } if palisade_storage::is_archived(source) => ErrorKind::Archived,
            Self::Read { .. }
            | Self::CatalogMissing { .. }
            | Self::Damaged { .. }
            | Self::Version { .. }
            | Self::Tantivy { .. } => ErrorKind::Corrupt,
        }
    }
}

fn version_advice(found: u8, known: u8) -> &'static str {
    if found > known {
        "upgrade Palisade"
    } else {
        "export its records with the Palisade that wrote it, or move it away to begin anew"
    }
}

/// A result whose error is the index's.
pub(crate) type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_is_not_answered_with_the_advice_to_upgrade() {
        let message = |found| Error::Version { path: "a.data".into(), found, known: 2 }.to_string();
        assert_eq!(message(3), "a.data has format version 3, this program reads 2; upgrade Palisade");
        assert!(message(1).contains("export its records with the Palisade that wrote it"), "{}", message(1));
    }
}

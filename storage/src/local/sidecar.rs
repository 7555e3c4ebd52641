//! What is kept beside an object that has a lock, a hold or a class of its own: a small JSON file.

use std::io;
use std::path::{Path, PathBuf};

use palisade_disk::{Disk, read_file, replace_file};
use serde::{Deserialize, Serialize};

use crate::{Lock, StorageClass};

/// One is about a hundred bytes long; a longer one was not written here.
const SIDECAR_BYTES_MAX: u64 = 4_096;

/// `@` is in no name, so no object can be taken for a sidecar.
const SUFFIX: &str = "@lock";

/// What the file beside an object says. An object without one has the default.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sidecar {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lock: Option<Lock>,
    pub(super) held: bool,
    pub(super) class: StorageClass,
}

impl Sidecar {
    fn path(object: &Path) -> PathBuf {
        let mut path = object.as_os_str().to_owned();
        path.push(SUFFIX);
        path.into()
    }

    /// What is said about the object at a path. One that cannot be understood is an error: nothing is removed on a guess.
    pub(super) fn read(disk: &dyn Disk, object: &Path) -> io::Result<Self> {
        let path = Self::path(object);
        let bytes = match read_file(disk, &path, SIDECAR_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            bytes => bytes?,
        };
        serde_json::from_slice(&bytes).map_err(|problem| {
            let problem = format!(
                "{} does not say what lock is on the object ({problem}): put the file right by hand; until then the object stays",
                path.display()
            );
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })
    }

    pub(super) fn write(&self, disk: &dyn Disk, object: &Path) -> io::Result<()> {
        replace_file(disk, &Self::path(object), &serde_json::to_vec(self)?)
    }

    pub(super) fn remove(disk: &dyn Disk, object: &Path) -> io::Result<()> {
        match disk.remove(&Self::path(object)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

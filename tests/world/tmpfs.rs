//! A file system of limited size, for disks that fill up.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Folder, run};

/// A mounted memory file system; unmounted when dropped.
pub(crate) struct Tmpfs {
    path: PathBuf,
}

impl Tmpfs {
    /// Mounts one of so many KiB in a folder. Needs the right to mount: the suite runs as root, in CI as well.
    pub(crate) fn mount(folder: &Folder, name: &str, kibibytes: u64) -> Self {
        let path = folder.folder(name);
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "palisade-test"]).arg(&path);
        let finished = run(&mut command);
        assert_eq!(finished.code, 0, "cannot mount a tmpfs, run the suite as root: {}", finished.stderr);
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: a process that is just dying may still hold a file.
        let finished = run(Command::new("umount").arg("--lazy").arg(&self.path));
        if finished.code != 0 {
            println!("cannot unmount {}: {}", self.path.display(), finished.stderr);
        }
    }
}

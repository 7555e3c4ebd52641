//! Opening files that others name: only regular files, only under the folders the agent was given.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};

/// Why a file was not opened.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is gone; nothing to say about that.
    Gone,
    /// It cannot be opened now, but perhaps later: permissions, descriptors.
    Later(io::Error),
    /// It must not be opened.
    Forbidden(&'static str),
}

/// Opens files under some folders.
#[derive(Clone, Debug)]
pub(crate) struct Opener {
    pub(crate) roots: Vec<PathBuf>,
}

impl Opener {
    /// Opens a regular file to read it. Symbolic links are followed as long as they end under one of the roots.
    pub(crate) fn open(&self, path: &Path) -> Result<File, Refusal> {
        let target = path.canonicalize().map_err(from_io)?;
        let roots = self.roots.iter().filter_map(|root| root.canonicalize().ok());
        let Some(root) = roots.into_iter().find(|root| target.starts_with(root)) else {
            return Err(Refusal::Forbidden("a link leads out of the folders the agent may read"));
        };
        let inside = target.strip_prefix(&root).unwrap_or(&target);
        // Opening a FIFO waits for a writer, and some devices do worse things: never block, then look what it is.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NOCTTY;
        // A folder may be exchanged for a link after it was resolved above; the kernel checks each part again.
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let directory_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory =
            rustix::fs::open(&root, directory_flags, Mode::empty()).map_err(|error| from_io(error.into()))?;
        let opened = match rustix::fs::openat2(&directory, inside, flags, Mode::empty(), resolve) {
            // Old kernels and some sandboxes do not have the call.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                rustix::fs::open(&target, flags, Mode::empty())
            }
            opened => opened,
        };
        let descriptor = opened.map_err(|error| match error {
            rustix::io::Errno::LOOP | rustix::io::Errno::XDEV => {
                Refusal::Forbidden("a link leads out of the folders the agent may read")
            }
            rustix::io::Errno::NXIO => Refusal::Forbidden("not a regular file"),
            error => from_io(error.into()),
        })?;
        let stat = rustix::fs::fstat(&descriptor).map_err(|error| from_io(error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Refusal::Forbidden("not a regular file"));
        }
        Ok(File::from(descriptor))
    }
}

fn from_io(error: io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refusal::Gone,
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            Refusal::Forbidden("links that lead in a circle")
        }
        _ => Refusal::Later(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_regular_files_under_the_roots_are_opened() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "s").unwrap();
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::write(at("real.log"), "x").unwrap();
        symlink(at("real.log"), at("inside.log")).unwrap();
        symlink(outside.path().join("secret"), at("outside.log")).unwrap();
        symlink("/dev/zero", at("device.log")).unwrap();
        symlink(at("circle.log"), at("circle.log")).unwrap();
        std::fs::create_dir(at("directory.log")).unwrap();
        let fifo = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, at("fifo.log"), FileType::Fifo, fifo, 0).unwrap();

        let opener = Opener { roots: vec![root.path().to_owned()] };

        assert!(opener.open(&at("real.log")).is_ok());
        assert!(opener.open(&at("inside.log")).is_ok());
        for name in ["outside.log", "device.log", "directory.log", "fifo.log", "circle.log"] {
            assert!(matches!(opener.open(&at(name)), Err(Refusal::Forbidden(_))), "{name}");
        }
        assert!(matches!(opener.open(&at("missing.log")), Err(Refusal::Gone)));
        let wider = Opener { roots: vec![root.path().to_owned(), outside.path().to_owned()] };
        assert!(wider.open(&at("outside.log")).is_ok());
    }
}

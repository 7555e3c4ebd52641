//! What a first question costs after a restart, when nothing of the data is in memory.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{Advice, fadvise};

/// Makes the kernel forget what it keeps of the files below a folder; what is not on the disk yet is written before.
pub(super) fn forget(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            forget(&path)?;
        } else if path.is_file() {
            let file = File::open(&path)?;
            file.sync_all()?;
            fadvise(&file, 0, None, Advice::DontNeed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgotten_files_keep_their_content() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inside")).unwrap();
        let path = folder.path().join("inside/file");
        fs::write(&path, "content").unwrap();

        forget(folder.path()).unwrap();

        assert_eq!(fs::read_to_string(&path).unwrap(), "content");
    }
}

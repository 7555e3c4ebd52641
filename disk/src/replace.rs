//! Writing a small file so that it is there whole or not at all.

use std::io;
use std::path::Path;

use crate::Disk;

/// Puts `bytes` in place of the file at `path`: after a crash or a power cut the file has either its old content or
/// the new one.
pub fn replace_file(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = Path::new(&temporary);
    let file = disk.create(temporary)?;
    file.write_at(bytes, 0)?;
    file.sync()?;
    drop(file);
    disk.rename(temporary, path)?;
    // The directory too: on most file systems a rename can be lost with the power although the file is not.
    match path.parent() {
        Some(directory) => disk.sync_directory(directory),
        None => Ok(()),
    }
}

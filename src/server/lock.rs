//! One process per data directory: two writers of one journal would destroy it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

const FILE: &str = "lock";

/// The right to use a data directory, for as long as this value lives: the operating system gives it back even when
/// the process is killed.
#[derive(Debug)]
pub(crate) struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the directory, or says who has it.
    pub(crate) fn take(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // The number is a courtesy: without it the message is still right.
                _ = file.take(32).read_to_string(&mut owner);
                let owner = match owner.trim() {
                    "" => "another process".to_owned(),
                    number => format!("process {number}"),
                };
                let place = data_dir.display();
                bail!("{place} is in use by {owner}; stop it or choose another --data-dir");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let number = format!("{}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(number.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_in_use_is_refused_with_its_owner_and_free_again_afterwards() {
        let directory = tempfile::tempdir().unwrap();
        let first = DataDirLock::take(directory.path()).unwrap();

        let refusal = DataDirLock::take(directory.path()).unwrap_err().to_string();
        assert_eq!(
            refusal,
            format!(
                "{} is in use by process {}; stop it or choose another --data-dir",
                directory.path().display(),
                std::process::id()
            )
        );

        drop(first);
        DataDirLock::take(directory.path()).unwrap();
    }
}

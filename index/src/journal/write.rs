//! Appends groups to a journal file.

use std::io;
use std::path::{Path, PathBuf};

use palisade_disk::{Disk, File};
use palisade_record::wire::Writer;

use super::{Entry, FILE_MAGIC, GROUP_MAGIC, VERSION, file_path};

/// The journal file that is being written.
pub(crate) struct JournalFile {
    file: Box<dyn File>,
    path: PathBuf,
    number: u64,
    first: u64,
    /// Everything before this offset is durable.
    durable: u64,
}

/// Why a group was not made durable.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// The group was not written, and the file is as it was: another try may succeed, once there is space.
    NotWritten(io::Error),
    /// Nothing is known about the file any more. It must not be written again.
    Lost(io::Error),
}

impl JournalFile {
    /// Creates the file with this number, whose first batch will have the number `first`; its name is durable when this
    /// returns.
    pub(crate) fn create(disk: &dyn Disk, directory: &Path, number: u64, first: u64) -> io::Result<Self> {
        let path = file_path(directory, number);
        let file = disk.create(&path)?;
        let mut header = Writer::new();
        header.raw(&FILE_MAGIC);
        header.u8(VERSION);
        header.u64(number);
        header.u64(first);
        header.u32(crc32c::crc32c(header.as_slice()));
        file.write_at(header.as_slice(), 0)?;
        file.sync()?;
        disk.sync_directory(directory)?;
        Ok(Self { file, path, number, first, durable: header.len() as u64 })
    }

    /// The number in the file's name.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The number of its first batch.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Where the file lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How long it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.durable
    }

    /// Writes entries as one group and makes them durable.
    pub(crate) fn append(&mut self, entries: &[Entry<'_>]) -> Result<(), WriteError> {
        let mut content = Writer::new();
        entries.iter().for_each(|entry| entry.encode(&mut content));
        let content = content.finish();
        let mut group = Writer::new();
        group.raw(&GROUP_MAGIC);
        let length = u32::try_from(content.len()).expect("groups are bounded far below 4 GiB");
        group.u32(length);
        group.u32(crc32c::crc32c(&content));
        group.raw(&content);
        if let Err(error) = self.file.write_at(group.as_slice(), self.durable) {
            // A part may be there; the next group must not stand behind it.
            return match self.file.truncate(self.durable) {
                Ok(()) => Err(WriteError::NotWritten(error)),
                Err(_) => Err(WriteError::Lost(error)),
            };
        }
        // After a failed sync the kernel may have thrown the pages away and marked them clean: a second sync would
        // succeed without having written anything.
        self.file.sync().map_err(WriteError::Lost)?;
        self.durable += group.len() as u64;
        Ok(())
    }
}

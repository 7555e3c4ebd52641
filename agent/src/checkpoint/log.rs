//! The checkpoint file on disk: read at start, appended to, and begun anew when it grew too long.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade_disk::{File, SharedDisk, read_file};
use palisade_record::wire::Writer;

use super::format::{MAGIC, Replayed, VERSION, encode, encode_doubt, frame_head, replay};
use super::{Key, Remembered};

/// A file beyond this is not ours: a million generations take less.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// A new file is begun when the changes outweigh this and four times the state.
pub(super) const COMPACT_BYTES_MIN: u64 = 1 << 20;

/// The checkpoint of one state directory.
pub(crate) struct Checkpoint {
    disk: SharedDisk,
    directory: PathBuf,
    state: BTreeMap<Key, Remembered>,
    in_doubt: bool,
    file: Option<Box<dyn File>>,
    file_number: u64,
    pub(super) file_bytes: u64,
    state_bytes: u64,
}

/// What was found at start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    /// Everything that was ever written is there.
    Whole,
    /// There is none, a part of it cannot be read, or it was not rebuilt to its end: the collector must be asked before anything is sent.
    Doubtful,
}

impl Checkpoint {
    /// Reads what is there; never fails because of what it reads.
    pub(crate) fn load(disk: SharedDisk, directory: &Path) -> io::Result<(Self, Condition)> {
        disk.create_directory(directory)?;
        let numbered =
            |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("checkpoint.")?.parse::<u64>().ok();
        let mut numbers: Vec<u64> = disk.list(directory)?.iter().filter_map(numbered).collect();
        numbers.sort_unstable();
        let file_number = numbers.last().copied().unwrap_or(0);
        let mut checkpoint = Self {
            disk,
            directory: directory.to_owned(),
            state: BTreeMap::new(),
            in_doubt: true,
            file: None,
            file_number,
            file_bytes: 0,
            state_bytes: 0,
        };
        let mut condition = Condition::Doubtful;
        for (age, number) in numbers.iter().rev().enumerate() {
            let path = checkpoint.path(*number);
            let bytes = match read_file(checkpoint.disk.as_ref(), &path, FILE_BYTES_MAX) {
                Ok(bytes) => bytes,
                Err(error) => {
                    tracing::error!(path = %path.display(), %error, "checkpoint cannot be read");
                    continue;
                }
            };
            match replay(&bytes) {
                Some(Replayed { state, in_doubt, is_whole }) => {
                    checkpoint.state = state;
                    if age == 0 && is_whole && !in_doubt {
                        (condition, checkpoint.in_doubt) = (Condition::Whole, false);
                    } else if age == 0 && is_whole {
                        tracing::info!(path = %path.display(), "checkpoint was not rebuilt to its end; asking the collector for positions");
                    } else {
                        tracing::warn!(path = %path.display(), "checkpoint ends early; asking the collector for positions");
                    }
                    break;
                }
                None => {
                    tracing::error!(path = %path.display(), "checkpoint is damaged or of another version");
                }
            }
        }
        Ok((checkpoint, condition))
    }

    /// All generations that are remembered.
    pub(crate) fn state(&self) -> &BTreeMap<Key, Remembered> {
        &self.state
    }

    /// Whether numbers may be taken that are not written down here.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// All numbers that are taken are written down; the next write says so.
    pub(crate) fn settle(&mut self) {
        self.in_doubt = false;
    }

    /// The highest number that is remembered of a live path.
    pub(crate) fn newest_number(&self, live: &Arc<str>) -> u64 {
        let range = (live.clone(), 0)..=(live.clone(), u64::MAX);
        self.state.range(range).next_back().map_or(0, |((_, number), _)| *number)
    }

    /// Makes changes durable, all or none of them.
    pub(crate) fn write(&mut self, changed: Vec<Remembered>, forgotten: Vec<Key>) -> io::Result<()> {
        let too_long = self.file_bytes > self.state_bytes * 4 + COMPACT_BYTES_MIN;
        let file = self.file.take().filter(|_| !too_long);
        // A new file holds everything; what changed is then not encoded on its own.
        let mut body = file.is_some().then(Writer::new);
        if let Some(body) = &mut body {
            body.varint((1 + changed.len() + forgotten.len()) as u64);
            encode_doubt(self.in_doubt, body);
        }
        for key in forgotten {
            if let Some(body) = &mut body {
                body.u8(1);
                body.text(&key.0);
                body.varint(key.1);
            }
            self.state.remove(&key);
        }
        for remembered in changed {
            if let Some(body) = &mut body {
                encode(&remembered, body);
            }
            self.state.insert((remembered.live.clone(), remembered.number), remembered);
        }
        let (Some(file), Some(body)) = (file, body) else { return self.begin_file() };
        let body = body.finish();
        let head = frame_head(&body);
        file.write_at(&head, self.file_bytes)?;
        file.write_at(&body, self.file_bytes + head.len() as u64)?;
        // After a failed sync the file stays closed, and the next call begins a new one.
        file.sync()?;
        self.file_bytes += (head.len() + body.len()) as u64;
        self.file = Some(file);
        Ok(())
    }

    fn begin_file(&mut self) -> io::Result<()> {
        let mut body = Writer::new();
        body.varint(1 + self.state.len() as u64);
        encode_doubt(self.in_doubt, &mut body);
        for remembered in self.state.values() {
            encode(remembered, &mut body);
        }
        let body = body.finish();
        let mut head = MAGIC.to_vec();
        head.push(VERSION);
        head.extend_from_slice(&frame_head(&body));

        let number = self.file_number + 1;
        let (path, temporary) = (self.path(number), self.directory.join("checkpoint.tmp"));
        let file = self.disk.create(&temporary)?;
        file.write_at(&head, 0)?;
        file.write_at(&body, head.len() as u64)?;
        file.sync()?;
        self.disk.rename(&temporary, &path)?;
        self.disk.sync_directory(&self.directory)?;
        (self.file, self.file_number) = (Some(file), number);
        self.file_bytes = (head.len() + body.len()) as u64;
        self.state_bytes = self.file_bytes;
        // One older file is kept, for when this one turns out to be damaged.
        for old in self.disk.list(&self.directory).unwrap_or_default() {
            let name = old.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let age = name.strip_prefix("checkpoint.").and_then(|text| text.parse::<u64>().ok());
            if age.is_some_and(|age| age + 1 < number) {
                _ = self.disk.remove(&old);
            }
        }
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.directory.join(format!("checkpoint.{number}"))
    }
}

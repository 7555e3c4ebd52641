//! What the agent must remember over a restart: which generations there are, and how far each was acknowledged.
//!
//! ```text
//! checkpoint.<n>  = "PALISADE CHECKPOINT" version:u8 entries*     each begins with all that is known then
//! entries         = length:u32 crc32c:u32 body                    what changed since, as one step
//! body            = count:varint ( 0 generation | 1 forgotten )*
//! ```
//! A body is there whole or not at all, so that generations that depend on each other change together. Progress may be
//! older than what the collector has: it trims what it gets twice. That a generation exists may not: it is written
//! before its first batch is sent.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use palisade_disk::{File, SharedDisk, read_file};
use palisade_record::limits::ORIGIN_PART_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};

use crate::identity::Identity;

const MAGIC: &[u8] = b"PALISADE CHECKPOINT";
const VERSION: u8 = 1;

/// A file beyond this is not ours: a million generations take less.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// A new file is begun when the changes outweigh this and four times the state.
const COMPACT_BYTES_MIN: u64 = 1 << 20;

/// One generation of one file, as it is remembered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Remembered {
    /// The path of the file as it is named while it is written.
    pub(crate) live: String,
    /// Which generation of that path.
    pub(crate) number: u64,
    /// Drawn at random when the generation began.
    pub(crate) incarnation: u64,
    /// Where the file was last seen.
    pub(crate) path: String,
    /// How to know it again.
    pub(crate) identity: Identity,
    /// Reading goes on here: the smallest offset that any lane still needs.
    pub(crate) done: u64,
    /// The file was at least this long.
    pub(crate) seen: u64,
    /// Per lane, up to where the collector has acknowledged.
    pub(crate) acked: [u64; 2],
    /// Per lane, where its own records begin: what lies before belongs to a record of the generation before.
    pub(crate) begin: [u64; 2],
    /// The bytes before `done`, at most as many as are compared.
    pub(crate) tail: Vec<u8>,
    /// Everything was acknowledged, and nothing will be added.
    pub(crate) is_complete: bool,
}

/// The name of a generation: its live path and number.
pub(crate) type Key = (String, u64);

/// The checkpoint of one state directory.
pub(crate) struct Checkpoint {
    disk: SharedDisk,
    directory: PathBuf,
    state: BTreeMap<Key, Remembered>,
    file: Option<Box<dyn File>>,
    file_number: u64,
    file_bytes: u64,
    state_bytes: u64,
}

/// What was found at start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    /// Everything that was ever written is there.
    Whole,
    /// There is none, or a part of it cannot be read: the collector must be asked before anything is sent.
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
                Some((state, whole)) => {
                    checkpoint.state = state;
                    if age == 0 && whole {
                        condition = Condition::Whole;
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

    /// Makes changes durable, all or none of them.
    pub(crate) fn write(&mut self, changed: Vec<Remembered>, forgotten: Vec<Key>) -> io::Result<()> {
        let mut body = Writer::new();
        body.varint((changed.len() + forgotten.len()) as u64);
        for (live, number) in &forgotten {
            body.u8(1);
            body.text(live);
            body.varint(*number);
            self.state.remove(&(live.clone(), *number));
        }
        for remembered in changed {
            encode(&remembered, &mut body);
            self.state.insert((remembered.live.clone(), remembered.number), remembered);
        }
        let too_long = self.file_bytes > self.state_bytes * 4 + COMPACT_BYTES_MIN;
        match self.file.take() {
            Some(file) if !too_long => {
                let framed = frame(&body.finish());
                file.write_at(&framed, self.file_bytes)?;
                // After a failed sync the file stays closed, and the next call begins a new one.
                file.sync()?;
                self.file_bytes += framed.len() as u64;
                self.file = Some(file);
                Ok(())
            }
            _ => self.begin_file(),
        }
    }

    fn begin_file(&mut self) -> io::Result<()> {
        let mut body = Writer::new();
        body.varint(self.state.len() as u64);
        for remembered in self.state.values() {
            encode(remembered, &mut body);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(&frame(&body.finish()));

        let number = self.file_number + 1;
        let (path, temporary) = (self.path(number), self.directory.join("checkpoint.tmp"));
        let file = self.disk.create(&temporary)?;
        file.write_at(&bytes, 0)?;
        file.sync()?;
        self.disk.rename(&temporary, &path)?;
        self.disk.sync_directory(&self.directory)?;
        (self.file, self.file_number) = (Some(file), number);
        (self.file_bytes, self.state_bytes) = (bytes.len() as u64, bytes.len() as u64);
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

fn frame(body: &[u8]) -> Vec<u8> {
    let mut framed = Writer::new();
    framed.u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    framed.u32(crc32c::crc32c(body));
    framed.raw(body);
    framed.finish()
}

/// The state after all readable entries, and whether that were all. `None` when not even the first can be read.
fn replay(bytes: &[u8]) -> Option<(BTreeMap<Key, Remembered>, bool)> {
    let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(&[VERSION])?;
    let mut reader = Reader::new(rest);
    let mut state = BTreeMap::new();
    let mut entries = 0;
    while !reader.is_at_end() {
        if replay_one(&mut reader, &mut state).is_err() {
            return (entries > 0).then_some((state, false));
        }
        entries += 1;
    }
    (entries > 0).then_some((state, true))
}

fn replay_one(reader: &mut Reader<'_>, state: &mut BTreeMap<Key, Remembered>) -> Result<(), Malformed> {
    let (length, checksum) = (reader.u32()?, reader.u32()?);
    let body = reader.raw(usize::try_from(length).unwrap_or(usize::MAX))?;
    if crc32c::crc32c(body) != checksum {
        return Err(reader.malformed("checksum does not match"));
    }
    let mut reader = Reader::new(body);
    for _ in 0..reader.count(body.len())? {
        match reader.u8()? {
            0 => {
                let remembered = decode(&mut reader)?;
                state.insert((remembered.live.clone(), remembered.number), remembered);
            }
            1 => {
                let live = reader.text(ORIGIN_PART_BYTES_MAX)?.to_owned();
                state.remove(&(live, reader.varint()?));
            }
            _ => return Err(reader.malformed("unknown kind of entry")),
        }
    }
    Ok(())
}

fn encode(remembered: &Remembered, writer: &mut Writer) {
    writer.u8(0);
    writer.text(&remembered.live);
    writer.varint(remembered.number);
    writer.u64(remembered.incarnation);
    writer.text(&remembered.path);
    remembered.identity.encode_into(writer);
    writer.varint(remembered.done);
    writer.varint(remembered.seen);
    for lane in 0..2 {
        writer.varint(remembered.acked[lane]);
        writer.varint(remembered.begin[lane]);
    }
    writer.bytes(&remembered.tail);
    writer.u8(u8::from(remembered.is_complete));
}

fn decode(reader: &mut Reader<'_>) -> Result<Remembered, Malformed> {
    let live = reader.text(ORIGIN_PART_BYTES_MAX)?.to_owned();
    let (number, incarnation) = (reader.varint()?, reader.u64()?);
    let path = reader.text(ORIGIN_PART_BYTES_MAX)?.to_owned();
    let identity = Identity::decode(reader)?;
    let (done, seen) = (reader.varint()?, reader.varint()?);
    let (mut acked, mut begin) = ([0; 2], [0; 2]);
    for lane in 0..2 {
        (acked[lane], begin[lane]) = (reader.varint()?, reader.varint()?);
    }
    let tail = reader.bytes(crate::identity::TAIL_BYTES_MAX)?.to_vec();
    let is_complete = reader.u8()? != 0;
    Ok(Remembered { live, number, incarnation, path, identity, done, seen, acked, begin, tail, is_complete })
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_disk::{Disk as _, Fault, SimulatedDisk};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn remembered(live: &str, number: u64, done: u64) -> Remembered {
        let acked = [done, done / 2];
        Remembered { live: live.into(), number, done, acked, tail: b"tail".to_vec(), ..Remembered::default() }
    }

    fn load(disk: &SimulatedDisk) -> (Checkpoint, Condition) {
        Checkpoint::load(Arc::new(disk.clone()), Path::new("/state")).unwrap()
    }

    fn write_steps(disk: &SimulatedDisk, steps: u64) -> u64 {
        let Ok((mut checkpoint, _)) = Checkpoint::load(Arc::new(disk.clone()), Path::new("/state")) else {
            return 0;
        };
        for step in 1..=steps {
            let changed = vec![remembered("/a", 1, step), remembered("/b", step, step)];
            let forgotten = if step > 1 { vec![("/b".to_owned(), step - 1)] } else { vec![] };
            if checkpoint.write(changed, forgotten).is_err() {
                return step - 1;
            }
        }
        steps
    }

    #[test]
    fn after_a_power_cut_at_any_operation_the_last_step_that_was_confirmed_is_there_whole() {
        for cut in 1.. {
            let disk = SimulatedDisk::new();
            disk.fail_at(cut, Fault::PowerCut);
            let confirmed = write_steps(&disk, 5);
            disk.power_off();
            disk.power_on();

            let (checkpoint, _) = load(&disk);
            let found = checkpoint.state().get(&("/a".to_owned(), 1)).map_or(0, |a| a.done);
            assert!(found == confirmed || found == confirmed + 1, "cut {cut}: {found} after {confirmed}");
            assert_eq!(checkpoint.state().len(), if found == 0 { 0 } else { 2 }, "steps are not torn apart");
            if confirmed == 5 {
                return;
            }
        }
    }

    #[test]
    fn a_failed_sync_is_never_trusted_and_a_new_file_takes_over() {
        for fault in [Fault::Broken, Fault::Full] {
            for at in 1..30 {
                let disk = SimulatedDisk::new();
                disk.fail_at(at, fault);
                let Ok((mut checkpoint, _)) = Checkpoint::load(Arc::new(disk.clone()), Path::new("/state"))
                else {
                    continue;
                };
                for step in 1..=6 {
                    let first = checkpoint.write(vec![remembered("/a", 1, step)], vec![]);
                    if first.is_err() {
                        checkpoint.write(vec![remembered("/a", 1, step)], vec![]).unwrap();
                    }
                }
                disk.power_off();
                disk.power_on();
                let (checkpoint, condition) = load(&disk);
                assert_eq!(condition, Condition::Whole);
                assert_eq!(checkpoint.state()[&("/a".to_owned(), 1)].done, 6, "{fault:?} at {at}");
            }
        }
    }

    #[test]
    fn damage_is_noticed_and_never_stops_the_agent() {
        let disk = SimulatedDisk::new();
        assert_eq!(load(&disk).1, Condition::Doubtful, "there is none yet");
        write_steps(&disk, 3);
        let path = Path::new("/state/checkpoint.1");
        let good = read_file(&disk, path, 1 << 20).unwrap();
        let put = |bytes: &[u8]| {
            let file = disk.create(path).unwrap();
            file.write_at(bytes, 0).unwrap();
        };

        let mut future = good.clone();
        future[MAGIC.len()] = 200;
        for bytes in [&[][..], &good[..10], &future] {
            put(bytes);
            let (checkpoint, condition) = load(&disk);
            assert_eq!((checkpoint.state().len(), condition), (0, Condition::Doubtful));
        }
        put(&good[..good.len() - 1]);
        let (mut checkpoint, condition) = load(&disk);
        assert_eq!((checkpoint.state()[&("/a".to_owned(), 1)].done, condition), (2, Condition::Doubtful));
        checkpoint.write(vec![remembered("/a", 1, 9)], vec![]).unwrap();
        assert_eq!(load(&disk).0.state()[&("/a".to_owned(), 1)].done, 9);
    }

    #[test]
    fn the_file_does_not_grow_without_bound() {
        let disk = SimulatedDisk::new();
        let (mut checkpoint, _) = load(&disk);
        for step in 0..20_000 {
            checkpoint.write(vec![remembered("/a", 1, step)], vec![]).unwrap();
        }
        assert!(checkpoint.file_bytes < 2 * COMPACT_BYTES_MIN);
        assert!(disk.list(Path::new("/state")).unwrap().len() <= 2);
        assert_eq!(load(&disk).0.state()[&("/a".to_owned(), 1)].done, 19_999);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut file = MAGIC.to_vec();
            file.push(VERSION);
            file.extend_from_slice(&frame(&bytes));
            _ = replay(&file);
            _ = replay(&bytes);
        }
    }
}

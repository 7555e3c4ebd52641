//! The bytes of a checkpoint file: written whole, and read as far as they are whole.

use std::collections::BTreeMap;

use palisade_record::limits::ORIGIN_PART_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::{Key, Remembered};
use crate::identity::{Identity, TAIL_BYTES_MAX};

pub(super) const MAGIC: &[u8] = b"PALISADE CHECKPOINT";

pub(super) const VERSION: u8 = 1;

pub(super) fn frame(body: &[u8]) -> Vec<u8> {
    let mut framed = Writer::new();
    framed.u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    framed.u32(crc32c::crc32c(body));
    framed.raw(body);
    framed.finish()
}

/// The state after all readable entries, and whether that were all. `None` when not even the first can be read.
pub(super) fn replay(bytes: &[u8]) -> Option<(BTreeMap<Key, Remembered>, bool)> {
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

pub(super) fn encode(remembered: &Remembered, writer: &mut Writer) {
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
    let tail = reader.bytes(TAIL_BYTES_MAX)?.to_vec();
    let is_complete = reader.u8()? != 0;
    Ok(Remembered { live, number, incarnation, path, identity, done, seen, acked, begin, tail, is_complete })
}

//! The bytes of a checkpoint file: written whole, and read as far as they are whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_record::limits::ORIGIN_PART_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::{Key, Remembered};
use crate::identity::{Identity, Marker};

pub(super) const MAGIC: &[u8] = b"PALISADE CHECKPOINT";

pub(super) const VERSION: u8 = 2;

/// What stands before a body. The two are written one after the other: joining them would take the memory twice.
pub(super) fn frame_head(body: &[u8]) -> Vec<u8> {
    let mut head = Writer::new();
    head.u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    head.u32(crc32c::crc32c(body));
    head.finish()
}

/// What a file says.
#[derive(Default)]
pub(super) struct Replayed {
    pub(super) state: BTreeMap<Key, Remembered>,
    /// When it was written, numbers may have been taken that it does not tell.
    pub(super) in_doubt: bool,
    /// All entries were readable.
    pub(super) is_whole: bool,
}

/// What all readable entries come to. `None` when not even the first can be read.
pub(super) fn replay(bytes: &[u8]) -> Option<Replayed> {
    let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(&[VERSION])?;
    let mut reader = Reader::new(rest);
    let mut replayed = Replayed::default();
    let mut entries = 0;
    while !reader.is_at_end() {
        if replay_one(&mut reader, &mut replayed).is_err() {
            return (entries > 0).then_some(replayed);
        }
        entries += 1;
    }
    replayed.is_whole = true;
    (entries > 0).then_some(replayed)
}

fn replay_one(reader: &mut Reader<'_>, replayed: &mut Replayed) -> Result<(), Malformed> {
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
                replayed.state.insert((remembered.live.clone(), remembered.number), remembered);
            }
            1 => {
                let live = reader.text(ORIGIN_PART_BYTES_MAX)?.into();
                replayed.state.remove(&(live, reader.varint()?));
            }
            2 => replayed.in_doubt = reader.u8()? != 0,
            _ => return Err(reader.malformed("unknown kind of entry")),
        }
    }
    Ok(())
}

pub(super) fn encode_doubt(in_doubt: bool, writer: &mut Writer) {
    writer.u8(2);
    writer.u8(u8::from(in_doubt));
}

pub(super) fn encode(remembered: &Remembered, writer: &mut Writer) {
    writer.u8(0);
    writer.text(&remembered.live);
    writer.varint(remembered.number);
    writer.u64(remembered.incarnation);
    writer.text(if remembered.path == remembered.live { "" } else { &remembered.path });
    remembered.identity.encode_into(writer);
    writer.varint(remembered.done);
    writer.varint(remembered.seen);
    for lane in 0..2 {
        writer.varint(remembered.acked[lane]);
        writer.varint(remembered.begin[lane]);
    }
    remembered.marker.encode_into(writer);
    writer.u8(u8::from(remembered.is_complete));
}

fn decode(reader: &mut Reader<'_>) -> Result<Remembered, Malformed> {
    let live: Arc<str> = reader.text(ORIGIN_PART_BYTES_MAX)?.into();
    let (number, incarnation) = (reader.varint()?, reader.u64()?);
    let path = match reader.text(ORIGIN_PART_BYTES_MAX)? {
        "" => live.clone(),
        path => path.into(),
    };
    let identity = Identity::decode(reader)?;
    let (done, seen) = (reader.varint()?, reader.varint()?);
    let (mut acked, mut begin) = ([0; 2], [0; 2]);
    for lane in 0..2 {
        (acked[lane], begin[lane]) = (reader.varint()?, reader.varint()?);
    }
    let marker = Marker::decode(reader)?;
    let is_complete = reader.u8()? != 0;
    Ok(Remembered {
        live,
        number,
        incarnation,
        path,
        identity,
        done,
        seen,
        acked,
        begin,
        marker,
        is_complete,
    })
}

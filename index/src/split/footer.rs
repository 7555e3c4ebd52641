//! The end of an object: where everything else in it is.
//!
//! ```text
//! object  = magic:4 version:u8 content footer trailer
//! trailer = footer_length:u32 footer_crc32c:u32 version:u8 magic:4
//!
//! data footer (packed)
//!   lanes    = count:varint lane*
//!   arrivals = count:varint (lane:varint sequence_delta:varint received_delta:signed)*
//!   blocks   = count:varint block*
//!   block    = start:varint arrivals rows:varint oldest:signed newest:signed raw_bytes:varint stream:text
//!              section section section columns                     times, places, records
//!   arrivals = count:varint (arrival_delta:signed)*
//!   section  = start:varint length:varint crc32c:u32
//!   columns  = count:varint (name:text rows:varint numbers section)*
//!   numbers  = 0 | 1 smallest:u64 largest:u64                      bits of IEEE 754 doubles
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use palisade_record::limits::FIELD_NAME_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Lane, StreamName, Timestamp};

use crate::Block;
use crate::block::{BlockInfo, ColumnInfo, Section};
use crate::error::{Error, Result};
use crate::pack::{pack, unpack};
use crate::placement::Arrival;
use crate::storage::ObjectStorage;

/// The one version of both objects.
pub(crate) const VERSION: u8 = 1;
pub(crate) const DATA_MAGIC: [u8; 4] = *b"PALD";
pub(crate) const INDEX_MAGIC: [u8; 4] = *b"PALI";
pub(crate) const HEADER_BYTES: u64 = 5;
const TRAILER_BYTES: u64 = 13;

/// Largest footer. A split of the largest size with the widest records stays far below.
const FOOTER_BYTES_MAX: u64 = 256 << 20;

/// What an object begins with.
pub(crate) fn header(magic: [u8; 4]) -> Vec<u8> {
    let mut bytes = magic.to_vec();
    bytes.push(VERSION);
    bytes
}

/// Appends a footer and the trailer that finds it.
pub(crate) fn append_footer(object: &mut Vec<u8>, magic: [u8; 4], footer: &[u8]) {
    let packed = pack(footer);
    let length = u32::try_from(packed.len()).expect("footers are far smaller than 4 GiB");
    object.extend_from_slice(&packed);
    object.extend_from_slice(&length.to_le_bytes());
    object.extend_from_slice(&crc32c::crc32c(&packed).to_le_bytes());
    object.push(VERSION);
    object.extend_from_slice(&magic);
}

/// Reads and checks the footer of an object; says also where it begins, which is where all else must end.
pub(crate) fn read_footer(storage: &dyn ObjectStorage, name: &str, magic: [u8; 4]) -> Result<(Vec<u8>, u64)> {
    let path = storage.locate(name);
    let unreadable = |source| Error::Read { path: path.clone(), source };
    let damaged =
        |offset, problem: &str| Error::Damaged { path: path.clone(), offset, problem: problem.to_owned() };
    let length = storage.length(name).map_err(unreadable)?;
    if length < HEADER_BYTES + TRAILER_BYTES {
        return Err(damaged(length, "too short to be an object"));
    }
    let trailer_start = length - TRAILER_BYTES;
    let trailer = storage.get(name, trailer_start..length).map_err(unreadable)?;
    if trailer[9..] != magic {
        return Err(damaged(trailer_start + 9, "does not end as such an object does; it may be cut short"));
    }
    if trailer[8] != VERSION {
        return Err(Error::Version { path, found: trailer[8], known: VERSION });
    }
    let mut reader = Reader::new(&trailer);
    let as_damage =
        |malformed: Malformed| damaged(trailer_start + malformed.offset as u64, malformed.problem);
    let footer_length = u64::from(reader.u32().map_err(as_damage)?);
    let checksum = reader.u32().map_err(as_damage)?;
    if footer_length > FOOTER_BYTES_MAX || footer_length > trailer_start - HEADER_BYTES {
        return Err(damaged(trailer_start, "length of the footer is impossible"));
    }
    let start = trailer_start - footer_length;
    let packed = storage.get(name, start..trailer_start).map_err(unreadable)?;
    if crc32c::crc32c(&packed) != checksum {
        return Err(damaged(start, "footer does not match its checksum"));
    }
    let footer = unpack(&packed).map_err(|malformed| damaged(start, malformed.problem))?;
    Ok((footer, start))
}

/// A block as the footer of a data object tells it.
pub(crate) struct Listed {
    pub(crate) start: u64,
    pub(crate) info: BlockInfo,
    pub(crate) arrivals: Arc<[Arrival]>,
}

/// The footer of a data object with these blocks, each at its start.
pub(crate) fn encode(blocks: &[(u64, &Block)]) -> Vec<u8> {
    let mut arrivals: Vec<&Arrival> = blocks.iter().flat_map(|(_, block)| block.batches().iter()).collect();
    arrivals.sort_by_key(|arrival| arrival.sequence);
    arrivals.dedup_by_key(|arrival| arrival.sequence);
    let mut lanes: Vec<&Lane> = Vec::new();
    let mut known: HashMap<&Lane, u64> = HashMap::new();
    for arrival in &arrivals {
        known.entry(&arrival.lane).or_insert_with(|| {
            lanes.push(&arrival.lane);
            lanes.len() as u64 - 1
        });
    }
    let mut writer = Writer::new();
    writer.varint(lanes.len() as u64);
    lanes.iter().for_each(|lane| lane.encode(&mut writer));
    writer.varint(arrivals.len() as u64);
    let (mut sequence, mut received) = (0, 0i64);
    for arrival in &arrivals {
        writer.varint(known[arrival.lane.as_ref()]);
        writer.varint(arrival.sequence - sequence);
        writer.signed(arrival.received_at.as_nanos().wrapping_sub(received));
        (sequence, received) = (arrival.sequence, arrival.received_at.as_nanos());
    }
    let position_of: HashMap<u64, i64> = arrivals.iter().map(|arrival| arrival.sequence).zip(0..).collect();
    writer.varint(blocks.len() as u64);
    for (start, block) in blocks {
        writer.varint(*start);
        writer.varint(block.batches().len() as u64);
        let mut last = 0;
        for arrival in block.batches().iter() {
            let position = position_of[&arrival.sequence];
            writer.signed(position - last);
            last = position;
        }
        encode_info(&mut writer, block.info());
    }
    writer.finish()
}

fn encode_info(writer: &mut Writer, info: &BlockInfo) {
    writer.varint(u64::from(info.rows));
    writer.signed(info.oldest.as_nanos());
    writer.signed(info.newest.as_nanos());
    writer.varint(info.raw_bytes);
    writer.text(info.stream.as_str());
    for section in [info.times, info.places, info.raw] {
        encode_section(writer, section);
    }
    writer.varint(info.columns.len() as u64);
    for column in &info.columns {
        writer.text(&column.name);
        writer.varint(u64::from(column.rows));
        match column.numbers {
            None => writer.u8(0),
            Some((smallest, largest)) => {
                writer.u8(1);
                writer.u64(smallest.to_bits());
                writer.u64(largest.to_bits());
            }
        }
        encode_section(writer, column.section);
    }
}

fn encode_section(writer: &mut Writer, section: Section) {
    writer.varint(u64::from(section.start));
    writer.varint(u64::from(section.length));
    writer.u32(section.crc32c);
}

/// Reads the footer of a data object whose blocks end at `content_end`.
pub(crate) fn decode(bytes: &[u8], content_end: u64) -> std::result::Result<Vec<Listed>, Malformed> {
    let mut reader = Reader::new(bytes);
    let reader = &mut reader;
    let lane_count = reader.count(reader.remaining())?;
    let lanes = (0..lane_count)
        .map(|_| Lane::decode(reader).map(Arc::new))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let prefixes: Vec<u64> = lanes.iter().map(|lane| lane.id_prefix()).collect();
    let arrival_count = reader.count(reader.remaining())?;
    let mut arrivals = Vec::with_capacity(arrival_count);
    let (mut sequence, mut received) = (0u64, 0i64);
    for _ in 0..arrival_count {
        let lane = position(reader, lanes.len())?;
        sequence = sequence.wrapping_add(reader.varint()?);
        received = received.wrapping_add(reader.signed()?);
        let received_at = Timestamp::from_nanos(received);
        arrivals.push(Arrival {
            lane: lanes[lane].clone(),
            id_prefix: prefixes[lane],
            sequence,
            received_at,
        });
    }
    let block_count = reader.count(reader.remaining())?;
    let mut blocks = Vec::with_capacity(block_count);
    for _ in 0..block_count {
        let start = reader.varint()?;
        let count = reader.count(reader.remaining())?;
        let (mut of_block, mut last) = (Vec::with_capacity(count), 0i64);
        for _ in 0..count {
            last = last.wrapping_add(reader.signed()?);
            let arrival = usize::try_from(last).ok().and_then(|last| arrivals.get(last));
            of_block.push(arrival.cloned().ok_or_else(|| reader.malformed("batch that is not listed"))?);
        }
        let info = decode_info(reader)?;
        let is_inside = |section: Section| {
            let end = start.checked_add(u64::from(section.start) + u64::from(section.length));
            end.is_some_and(|end| end <= content_end)
        };
        let mut sections =
            info.columns.iter().map(|column| column.section).chain([info.times, info.places, info.raw]);
        if !sections.all(is_inside) {
            return Err(reader.malformed("section outside of its object"));
        }
        blocks.push(Listed { start, info, arrivals: of_block.into() });
    }
    if reader.is_at_end() { Ok(blocks) } else { Err(reader.malformed("bytes after the last block")) }
}

fn position(reader: &mut Reader<'_>, count: usize) -> std::result::Result<usize, Malformed> {
    let position = reader.varint()?;
    let known = usize::try_from(position).ok().filter(|position| *position < count);
    known.ok_or_else(|| reader.malformed("position outside of its list"))
}

fn decode_info(reader: &mut Reader<'_>) -> std::result::Result<BlockInfo, Malformed> {
    let rows = u32::try_from(reader.varint()?).map_err(|_| reader.malformed("too many rows"))?;
    let (oldest, newest) = (Timestamp::from_nanos(reader.signed()?), Timestamp::from_nanos(reader.signed()?));
    let raw_bytes = reader.varint()?;
    let stream = reader.text(StreamName::BYTES_MAX)?;
    let stream = stream.parse().map_err(|_| reader.malformed("not a stream name"))?;
    let (times, places, raw) = (decode_section(reader)?, decode_section(reader)?, decode_section(reader)?);
    let count = reader.count(reader.remaining())?;
    let mut columns = Vec::with_capacity(count);
    for _ in 0..count {
        let name = reader.text(FIELD_NAME_BYTES_MAX)?.into();
        let rows = u32::try_from(reader.varint()?).map_err(|_| reader.malformed("too many rows"))?;
        let numbers = match reader.u8()? {
            0 => None,
            _ => Some((f64::from_bits(reader.u64()?), f64::from_bits(reader.u64()?))),
        };
        columns.push(ColumnInfo { name, rows, numbers, section: decode_section(reader)? });
    }
    if !columns.is_sorted_by(|left, right| left.name < right.name) {
        return Err(reader.malformed("fields are not in order"));
    }
    Ok(BlockInfo { stream, rows, oldest, newest, raw_bytes, columns, times, places, raw })
}

fn decode_section(reader: &mut Reader<'_>) -> std::result::Result<Section, Malformed> {
    let (start, length) = (reader.varint()?, reader.varint()?);
    let (Ok(start), Ok(length)) = (u32::try_from(start), u32::try_from(length)) else {
        return Err(reader.malformed("section outside of its block"));
    };
    Ok(Section { start, length, crc32c: reader.u32()? })
}

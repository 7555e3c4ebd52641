//! What a data object says of itself in its footer.
//!
//! ```text
//! contents   = lanes arrivals names vocabulary slices
//! lanes      = count:varint lane*
//! arrivals   = count:varint (lane:varint sequence_delta:varint received_delta:signed)*
//! names      = count:varint name:text*                                names of fields, each once
//! vocabulary = start:varint length:varint crc32c:u32
//! slices     = count:varint slice*
//! slice      = start:varint length:varint dictionaries blocks
//! dictionaries = count:varint (name:varint values:varint section)*    by growing name
//! blocks     = count:varint block*
//! block      = arrivals_of_block rows:varint oldest:signed newest:signed raw_bytes:varint stream:text
//!              section section section root:32 columns                times, places, shapes
//! arrivals_of_block = count:varint (arrival_delta:signed)*
//! section    = start:varint length:varint crc32c:u32                  within the slice
//! columns    = count:varint (name:varint rows:varint numbers values section)*    by growing name
//! numbers    = 0 | 1 smallest:u64 largest:u64                         bits of IEEE 754 doubles
//! values     = 0 | count_plus_one:varint value*                       the distinct values, when few
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use palisade_record::limits::FIELD_NAME_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Lane, StreamName, Timestamp};
use palisade_seal::log::{HASH_BYTES, Hash};

use crate::Block;
use crate::block::{BlockInfo, ColumnInfo, Sections};
use crate::placement::Arrival;
use crate::seal::SealedSlice;
use crate::slice::{DictionaryInfo, Section};
use crate::zone::FewValues;

/// A data object's contents.
pub(crate) struct Contents {
    /// Where the vocabulary is in the object: start, length, checksum.
    pub(crate) vocabulary: (u64, u32, u32),
    pub(crate) slices: Vec<ListedSlice>,
}

pub(crate) struct ListedSlice {
    pub(crate) start: u64,
    pub(crate) length: u32,
    pub(crate) dictionaries: Vec<DictionaryInfo>,
    pub(crate) blocks: Vec<ListedBlock>,
}

pub(crate) struct ListedBlock {
    pub(crate) info: BlockInfo,
    pub(crate) arrivals: Arc<[Arrival]>,
    pub(crate) sections: Sections,
}

/// The contents as bytes; each slice begins at its start.
pub(crate) fn encode(slices: &[(u64, &SealedSlice)], vocabulary: (u64, u32, u32)) -> Vec<u8> {
    let blocks = || slices.iter().flat_map(|(_, slice)| &slice.blocks);
    let mut writer = Writer::new();
    let positions = encode_arrivals(blocks().map(Arc::as_ref), &mut writer);
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for name in blocks().flat_map(|block| all_columns(block.info()).into_iter().map(|column| &*column.name)) {
        names.insert(name, 0);
    }
    writer.varint(names.len() as u64);
    for ((name, position), next) in names.iter_mut().zip(0..) {
        *position = next;
        writer.text(name);
    }
    writer.varint(vocabulary.0);
    writer.varint(u64::from(vocabulary.1));
    writer.u32(vocabulary.2);
    writer.varint(slices.len() as u64);
    for (start, sealed) in slices {
        writer.varint(*start);
        writer.varint(u64::from(sealed.slice.length));
        writer.varint(sealed.slice.dictionaries.len() as u64);
        for dictionary in &sealed.slice.dictionaries {
            writer.varint(names[&*dictionary.field]);
            writer.varint(u64::from(dictionary.values));
            encode_section(&mut writer, dictionary.section);
        }
        writer.varint(sealed.blocks.len() as u64);
        for block in &sealed.blocks {
            encode_block(block, &positions, &names, &mut writer);
        }
    }
    writer.finish()
}

/// Writes lanes and arrivals; gives the position of each arrival by its number.
fn encode_arrivals<'a>(blocks: impl Iterator<Item = &'a Block>, writer: &mut Writer) -> HashMap<u64, i64> {
    let mut arrivals: Vec<&Arrival> = blocks.flat_map(|block| block.batches().iter()).collect();
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
    writer.varint(lanes.len() as u64);
    lanes.iter().for_each(|lane| lane.encode(writer));
    writer.varint(arrivals.len() as u64);
    let (mut sequence, mut received) = (0, 0i64);
    for arrival in &arrivals {
        writer.varint(known[arrival.lane.as_ref()]);
        writer.varint(arrival.sequence - sequence);
        writer.signed(arrival.received_at.as_nanos().wrapping_sub(received));
        (sequence, received) = (arrival.sequence, arrival.received_at.as_nanos());
    }
    arrivals.iter().map(|arrival| arrival.sequence).zip(0..).collect()
}

fn encode_block(
    block: &Block,
    positions: &HashMap<u64, i64>,
    names: &BTreeMap<&str, u64>,
    writer: &mut Writer,
) {
    let (info, sections) = (block.info(), block.sections());
    writer.varint(block.batches().len() as u64);
    let mut last = 0;
    for arrival in block.batches().iter() {
        let position = positions[&arrival.sequence];
        writer.signed(position - last);
        last = position;
    }
    writer.varint(u64::from(info.rows));
    writer.signed(info.oldest.as_nanos());
    writer.signed(info.newest.as_nanos());
    writer.varint(info.raw_bytes);
    writer.text(info.stream.as_str());
    for section in [sections.times, sections.places, sections.shapes] {
        encode_section(writer, section);
    }
    writer.raw(&info.root.0);
    let columns = all_columns(info);
    writer.varint(columns.len() as u64);
    for column in columns {
        writer.varint(names[&*column.name]);
        writer.varint(u64::from(column.rows));
        match column.numbers {
            None => writer.u8(0),
            Some((smallest, largest)) => {
                writer.u8(1);
                writer.u64(smallest.to_bits());
                writer.u64(largest.to_bits());
            }
        }
        FewValues::encode(column.values.as_ref(), writer);
        encode_section(writer, column.section);
    }
}

/// The columns of a block, hidden ones too, by growing name.
fn all_columns(info: &BlockInfo) -> Vec<&ColumnInfo> {
    let mut columns: Vec<&ColumnInfo> = info.columns.iter().chain(&info.hidden).collect();
    columns.sort_by(|left, right| left.name.cmp(&right.name));
    columns
}

fn encode_section(writer: &mut Writer, section: Section) {
    writer.varint(u64::from(section.start));
    writer.varint(u64::from(section.length));
    writer.u32(section.crc32c);
}

/// Reads the contents of a data object whose slices and vocabulary end at `content_end`.
pub(crate) fn decode(bytes: &[u8], content_end: u64) -> Result<Contents, Malformed> {
    let mut reader = Reader::new(bytes);
    let reader = &mut reader;
    let arrivals = decode_arrivals(reader)?;
    let count = reader.count(reader.remaining())?;
    let mut names: Vec<Arc<str>> = Vec::with_capacity(count);
    for _ in 0..count {
        names.push(reader.text(FIELD_NAME_BYTES_MAX)?.into());
    }
    let (start, length) = (reader.varint()?, decode_u32(reader)?);
    if start.checked_add(u64::from(length)).is_none_or(|end| end > content_end) {
        return Err(reader.malformed("vocabulary outside of its object"));
    }
    let vocabulary = (start, length, reader.u32()?);
    let count = reader.count(reader.remaining())?;
    let mut slices = Vec::with_capacity(count);
    for _ in 0..count {
        slices.push(decode_slice(reader, content_end, &names, &arrivals)?);
    }
    if reader.is_at_end() {
        Ok(Contents { vocabulary, slices })
    } else {
        Err(reader.malformed("bytes after the last slice"))
    }
}

fn decode_arrivals(reader: &mut Reader<'_>) -> Result<Vec<Arrival>, Malformed> {
    let lane_count = reader.count(reader.remaining())?;
    let lanes: Vec<Arc<Lane>> =
        (0..lane_count).map(|_| Lane::decode(reader).map(Arc::new)).collect::<Result<_, _>>()?;
    let prefixes: Vec<u64> = lanes.iter().map(|lane| lane.id_prefix()).collect();
    let arrival_count = reader.count(reader.remaining())?;
    let mut arrivals = Vec::with_capacity(arrival_count);
    let (mut sequence, mut received) = (0u64, 0i64);
    for _ in 0..arrival_count {
        let lane = decode_position(reader, lanes.len())?;
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
    Ok(arrivals)
}

fn decode_slice(
    reader: &mut Reader<'_>,
    content_end: u64,
    names: &[Arc<str>],
    arrivals: &[Arrival],
) -> Result<ListedSlice, Malformed> {
    let (start, length) = (reader.varint()?, decode_u32(reader)?);
    if start.checked_add(u64::from(length)).is_none_or(|end| end > content_end) {
        return Err(reader.malformed("slice outside of its object"));
    }
    let count = reader.count(reader.remaining())?;
    let mut dictionaries = Vec::with_capacity(count);
    for _ in 0..count {
        let field = (&*names[decode_position(reader, names.len())?]).into();
        dictionaries.push(DictionaryInfo {
            field,
            values: decode_u32(reader)?,
            section: decode_section(reader, length)?,
        });
    }
    if !dictionaries.is_sorted_by(|left, right| left.field < right.field) {
        return Err(reader.malformed("dictionaries are not in order"));
    }
    let count = reader.count(reader.remaining())?;
    let mut blocks = Vec::with_capacity(count);
    for _ in 0..count {
        blocks.push(decode_block(reader, length, names, arrivals)?);
    }
    Ok(ListedSlice { start, length, dictionaries, blocks })
}

fn decode_block(
    reader: &mut Reader<'_>,
    slice_length: u32,
    names: &[Arc<str>],
    arrivals: &[Arrival],
) -> Result<ListedBlock, Malformed> {
    let count = reader.count(reader.remaining())?;
    let (mut of_block, mut last) = (Vec::with_capacity(count), 0i64);
    for _ in 0..count {
        last = last.wrapping_add(reader.signed()?);
        let arrival = usize::try_from(last).ok().and_then(|last| arrivals.get(last));
        of_block.push(arrival.cloned().ok_or_else(|| reader.malformed("batch that is not listed"))?);
    }
    let rows = decode_u32(reader)?;
    let (oldest, newest) = (Timestamp::from_nanos(reader.signed()?), Timestamp::from_nanos(reader.signed()?));
    let raw_bytes = reader.varint()?;
    let stream = reader.text(StreamName::BYTES_MAX)?;
    let stream = stream.parse().map_err(|_| reader.malformed("not a stream name"))?;
    let sections = Sections {
        times: decode_section(reader, slice_length)?,
        places: decode_section(reader, slice_length)?,
        shapes: decode_section(reader, slice_length)?,
    };
    let root =
        Hash(*reader.raw(HASH_BYTES)?.first_chunk().ok_or_else(|| reader.malformed("root cut short"))?);
    let count = reader.count(reader.remaining())?;
    let mut columns = Vec::with_capacity(count);
    for _ in 0..count {
        let name = Arc::clone(&names[decode_position(reader, names.len())?]);
        let rows = decode_u32(reader)?;
        let numbers = match reader.u8()? {
            0 => None,
            1 => Some((f64::from_bits(reader.u64()?), f64::from_bits(reader.u64()?))),
            _ => return Err(reader.malformed("unknown kind of range")),
        };
        let values = FewValues::decode(reader)?;
        let section = decode_section(reader, slice_length)?;
        columns.push(ColumnInfo { name, rows, numbers, values, section });
    }
    if !columns.is_sorted_by(|left, right| left.name < right.name) {
        return Err(reader.malformed("fields are not in order"));
    }
    let (columns, hidden) = BlockInfo::apart(columns);
    let info = BlockInfo { stream, rows, oldest, newest, raw_bytes, columns, hidden, root };
    Ok(ListedBlock { info, arrivals: of_block.into(), sections })
}

fn decode_position(reader: &mut Reader<'_>, count: usize) -> Result<usize, Malformed> {
    let position = reader.varint()?;
    let known = usize::try_from(position).ok().filter(|position| *position < count);
    known.ok_or_else(|| reader.malformed("position outside of its list"))
}

fn decode_u32(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    let number = reader.varint()?;
    u32::try_from(number).map_err(|_| reader.malformed("number larger than 32 bits"))
}

fn decode_section(reader: &mut Reader<'_>, slice_length: u32) -> Result<Section, Malformed> {
    let (start, length) = (decode_u32(reader)?, decode_u32(reader)?);
    if start.checked_add(length).is_none_or(|end| end > slice_length) {
        return Err(reader.malformed("section outside of its slice"));
    }
    Ok(Section { start, length, crc32c: reader.u32()? })
}

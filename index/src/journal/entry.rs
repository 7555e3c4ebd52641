//! One entry: the batches that were accepted of one submission.

use palisade_record::limits::{REQUEST_BATCHES_MAX, STORED_REQUEST_BYTES_MAX};
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_record::{Batch, Timestamp};

/// Batches in zstd, when they arrived, and whether their positions count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) received_at: Timestamp,
    pub(crate) positioned: bool,
    pub(crate) packed: &'a [u8],
}

const POSITIONED: u8 = 1;

impl<'a> Entry<'a> {
    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.u8(if self.positioned { POSITIONED } else { 0 });
        writer.signed(self.received_at.as_nanos());
        writer.bytes(self.packed);
    }

    pub(crate) fn decode(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let flags = reader.u8()?;
        if flags & !POSITIONED != 0 {
            return Err(reader.malformed("unknown flags of an entry"));
        }
        let received_at = Timestamp::from_nanos(reader.signed()?);
        let packed = reader.bytes(reader.remaining())?;
        Ok(Self { received_at, positioned: flags & POSITIONED != 0, packed })
    }

    /// The batches inside.
    pub(crate) fn batches(&self) -> Result<Vec<Batch>, String> {
        let bytes = unpack(self.packed)?;
        let (mut reader, mut batches) = (Reader::new(&bytes), Vec::new());
        while !reader.is_at_end() {
            if batches.len() == REQUEST_BATCHES_MAX {
                return Err(format!("more than {REQUEST_BATCHES_MAX} batches in one entry"));
            }
            batches.push(Batch::decode(&mut reader).map_err(|error| error.to_string())?);
        }
        Ok(batches)
    }
}

/// As agents pack. Faster levels would spare a third of the time, and make what is synced, and put as receipts, 40 % longer.
const LEVEL: i32 = 1;

/// Packs batches as they are stored.
pub(crate) fn pack(batches: &[Batch]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(batches.iter().map(Batch::encoded_bytes_about).sum());
    batches.iter().for_each(|batch| batch.encode(&mut bytes));
    zstd::bulk::compress(&bytes, LEVEL).expect("compressing into memory cannot fail")
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| error.to_string())?;
    let bytes_max = STORED_REQUEST_BYTES_MAX.as_u64();
    decoder
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("zstd frame is damaged: {error}"))?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("an entry unpacks to more than {STORED_REQUEST_BYTES_MAX}"));
    }
    Ok(bytes)
}

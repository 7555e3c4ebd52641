//! Packed bytes: every section of a block and every table is one of these.
//!
//! ```text
//! packed = method:u8 payload      method 0: as it is; 1: zstd, behind its unpacked length as a varint
//! ```

use palisade_record::wire::{Malformed, Reader, Writer};

const AS_IS: u8 = 0;
const ZSTD: u8 = 1;

/// Fast and already most of what higher levels reach on columns; colder tiers may pack again.
const LEVEL: i32 = 1;

/// Below this the header of a zstd frame costs more than it saves.
const PACK_BYTES_MIN: usize = 64;

/// Largest section once unpacked. A block's records are bounded far below; a damaged length must not take the memory.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// Packs bytes, unless that makes them longer.
pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= PACK_BYTES_MIN
        && let Ok(packed) = zstd::bulk::compress(bytes, LEVEL)
        && packed.len() + 6 < bytes.len()
    {
        let mut writer = Writer::new();
        writer.u8(ZSTD);
        writer.varint(bytes.len() as u64);
        writer.raw(&packed);
        return writer.finish();
    }
    let mut writer = Writer::new();
    writer.u8(AS_IS);
    writer.raw(bytes);
    writer.finish()
}

/// The bytes that were packed.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(packed);
    match reader.u8()? {
        AS_IS => Ok(reader.raw(reader.remaining())?.to_vec()),
        ZSTD => {
            let length = reader.count(UNPACKED_BYTES_MAX)?;
            let frame = reader.raw(reader.remaining())?;
            let bytes = zstd::bulk::decompress(frame, length)
                .map_err(|_| reader.malformed("zstd frame is damaged"))?;
            if bytes.len() == length {
                Ok(bytes)
            } else {
                Err(reader.malformed("unpacked to another length"))
            }
        }
        _ => Err(reader.malformed("unknown packing method")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(0u8..4, 0..2_000)) {
            prop_assert_eq!(unpack(&pack(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            _ = unpack(&bytes);
        }
    }
}

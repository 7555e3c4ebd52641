//! Packed bytes: every section of a block and every table is one of these.
//!
//! ```text
//! packed = method:u8 payload      method 0: as it is; 1: zstd, behind its unpacked length as a varint
//! ```

use std::cell::RefCell;

use palisade_record::wire::{Malformed, Reader, Writer};
use zstd::bulk::{Compressor, Decompressor};

const AS_IS: u8 = 0;
const ZSTD: u8 = 1;

/// Fast and already most of what higher levels reach on columns; colder tiers may pack again.
const LEVEL: i32 = 1;

/// For what is small, written once for many blocks, and read with all of them.
const DENSE_LEVEL: i32 = 9;

/// Below this the header of a zstd frame costs more than it saves.
const PACK_BYTES_MIN: usize = 64;

/// Largest section once unpacked. A block's records are bounded far below; a damaged length must not take the memory.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

thread_local! {
    // Making a context costs as much as packing a few kilobytes; columns are often smaller.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs bytes, unless that makes them longer.
pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    shorter(bytes, compress)
}

/// Packs bytes with much more time, unless that makes them longer.
pub(crate) fn pack_densely(bytes: &[u8]) -> Vec<u8> {
    shorter(bytes, |bytes| zstd::bulk::compress(bytes, DENSE_LEVEL).ok())
}

fn shorter(bytes: &[u8], compress: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut writer = Writer::new();
    if bytes.len() >= PACK_BYTES_MIN
        && let Some(frame) = compress(bytes)
        && frame.len() + 6 < bytes.len()
    {
        writer.u8(ZSTD);
        writer.varint(bytes.len() as u64);
        writer.raw(&frame);
    } else {
        writer.u8(AS_IS);
        writer.raw(bytes);
    }
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
            decompress(frame, length).ok_or_else(|| reader.malformed("zstd frame is damaged"))
        }
        _ => Err(reader.malformed("unknown packing method")),
    }
}

/// Bytes as one zstd frame; `None` when memory is short.
pub(crate) fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = Compressor::new(LEVEL).ok();
        }
        compressor.as_mut()?.compress(bytes).ok()
    })
}

/// What a zstd frame holds, when that is exactly so many bytes.
pub(crate) fn decompress(frame: &[u8], length: usize) -> Option<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        if decompressor.is_none() {
            *decompressor = Decompressor::new().ok();
        }
        let bytes = decompressor.as_mut()?.decompress(frame, length).ok()?;
        (bytes.len() == length).then_some(bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(0u8..4, 0..2_000)) {
            prop_assert_eq!(&unpack(&pack_densely(&bytes)).unwrap(), &bytes);
            prop_assert_eq!(unpack(&pack(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            _ = unpack(&bytes);
        }
    }
}

//! Whatever bytes a tile or a bundle of entries has, and whatever its path: it is refused, or is the same when it is
//! written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_seal::log::{Bundle, Tile, decode_bundle, decode_tile, encode_bundle, encode_tile};

fuzz_target!(|input: (u16, &[u8], &str)| {
    let (width, bytes, path) = input;
    let width = width % 257;
    if let Ok(hashes) = decode_tile(bytes, width) {
        assert_eq!(encode_tile(&hashes), bytes);
    }
    if let Ok(entries) = decode_bundle(bytes, width) {
        assert_eq!(encode_bundle(&entries).as_deref(), Ok(bytes));
    }
    if let Some(tile) = Tile::parse(path) {
        assert_eq!(tile.path(), path);
    }
    if let Some(bundle) = Bundle::parse(path) {
        assert_eq!(bundle.path(), path);
    }
});

//! Unpacks bodies as a stream, within bounds on size, ratio and window: a small body must never become a large memory.

use std::io::{self, Read};

use bytes::Bytes;
use palisade_access::ApiError;
use palisade_record::ByteSize;
use palisade_record::limits::{
    REQUEST_UNPACKED_BYTES_MAX, UNPACK_RATIO_FREE_BYTES, UNPACK_RATIO_MAX, ZSTD_WINDOW_LOG_MAX,
};

use crate::admission::Reservation;
use crate::body::exhausted;
use crate::encoding::Encoding;
use crate::unzstd::Unzstd;

/// Bytes unpacked, and taken from the budget, at a time.
const STEP_BYTES: usize = 256 * 1_024;

/// The content of a body.
pub(crate) fn unpack(
    encoding: Encoding,
    packed: &Bytes,
    reservation: &mut Reservation,
) -> Result<Bytes, ApiError> {
    match encoding {
        Encoding::Identity => Ok(packed.clone()),
        // Nothing, packed as nothing.
        _ if packed.is_empty() => Ok(Bytes::new()),
        Encoding::Gzip => {
            read_within("gzip", flate2::bufread::MultiGzDecoder::new(&packed[..]), packed.len(), reservation)
        }
        Encoding::Zstd => {
            let broken = |error| broken("zstd", &error);
            let mut decoder = Unzstd::new(packed).map_err(broken)?;
            let content = read_within("zstd", &mut decoder, packed.len(), reservation);
            decoder.wipe().map_err(broken)?;
            content
        }
    }
}

fn read_within(
    name: &str,
    mut decoder: impl Read,
    packed_bytes: usize,
    reservation: &mut Reservation,
) -> Result<Bytes, ApiError> {
    let by_ratio = (packed_bytes as u64).saturating_mul(UNPACK_RATIO_MAX);
    let by_ratio = ByteSize::bytes(by_ratio.max(UNPACK_RATIO_FREE_BYTES.as_u64()));
    let bytes_max = by_ratio.min(REQUEST_UNPACKED_BYTES_MAX);
    let mut content = Vec::new();
    loop {
        reservation.grow(STEP_BYTES as u64).map_err(|_| exhausted())?;
        let mut step = (&mut decoder).take(STEP_BYTES as u64);
        let read = step.read_to_end(&mut content).map_err(|error| broken(name, &error))?;
        if content.len() as u64 > bytes_max.as_u64() {
            return Err(too_large(name, bytes_max));
        }
        if read < STEP_BYTES {
            return Ok(content.into());
        }
    }
}

fn too_large(name: &str, bytes_max: ByteSize) -> ApiError {
    let message = if bytes_max == REQUEST_UNPACKED_BYTES_MAX {
        format!("the {name} body unpacks to more than {bytes_max}")
    } else {
        format!("the {name} body unpacks to more than {UNPACK_RATIO_MAX} times its size")
    };
    ApiError::too_large(message, "send the records in several smaller requests")
}

fn broken(name: &str, error: &io::Error) -> ApiError {
    // The library has no other sign for it than its text.
    if error.to_string().contains("too much memory") {
        let message = format!("the {name} body needs a window of more than 2^{ZSTD_WINDOW_LOG_MAX} bytes");
        return ApiError::too_large(message, "pack it without `--long`, or with a level of at most 19");
    }
    ApiError::invalid(
        format!("the body is not whole {name}: {error}"),
        "pack the body again, or send it without Content-Encoding",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Budget;
    use std::io::Write;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(content: &[u8]) -> Vec<u8> {
        zstd::encode_all(content, 1).unwrap()
    }

    fn open(encoding: Encoding, packed: Vec<u8>) -> Result<Bytes, ApiError> {
        let budget = Budget::new(1 << 30);
        unpack(encoding, &packed.into(), &mut budget.reserve(0).unwrap())
    }

    #[test]
    fn several_members_and_frames_are_one_content() {
        assert_eq!(open(Encoding::Gzip, [gzip(b"one "), gzip(b"two")].concat()).unwrap(), "one two");
        assert_eq!(open(Encoding::Zstd, [zstd(b"one "), zstd(b"two")].concat()).unwrap(), "one two");
        assert_eq!(open(Encoding::Identity, b"as it is".to_vec()).unwrap(), "as it is");
        assert_eq!(open(Encoding::Gzip, Vec::new()).unwrap(), "");
        assert_eq!(open(Encoding::Zstd, Vec::new()).unwrap(), "");
    }

    #[test]
    fn bombs_are_refused_before_they_fill_the_memory() {
        let zeros = vec![0; 300 * 1_024 * 1_024];
        for (encoding, packed) in [(Encoding::Gzip, gzip(&zeros)), (Encoding::Zstd, zstd(&zeros))] {
            let budget = Budget::new(1 << 30);
            let mut reservation = budget.reserve(0).unwrap();
            let refusal = unpack(encoding, &packed.into(), &mut reservation).unwrap_err();
            assert_eq!(refusal.status, 413);
            assert!(budget.used() <= REQUEST_UNPACKED_BYTES_MAX.as_u64() + 2 * STEP_BYTES as u64);
        }
        let small_bomb = zstd(&zeros[..64 * 1_024 * 1_024]);
        let refusal = open(Encoding::Zstd, small_bomb).unwrap_err();
        assert!(refusal.message.contains("250 times"), "{}", refusal.message);
    }

    #[test]
    fn a_few_repeated_lines_may_have_any_ratio() {
        assert_eq!(open(Encoding::Zstd, zstd(&vec![b'x'; 4 << 20])).unwrap().len(), 4 << 20);
    }

    #[test]
    fn a_window_of_gigabytes_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(b"small content, large window").unwrap();
        let refusal = open(Encoding::Zstd, encoder.finish().unwrap()).unwrap_err();
        assert_eq!(refusal.status, 413);
        assert!(refusal.message.contains("window"), "{}", refusal.message);
    }

    #[test]
    fn what_is_cut_or_not_packed_at_all_is_invalid() {
        let (gzip, zstd) = (gzip(b"some content"), zstd(b"some content"));
        for (encoding, packed) in [
            (Encoding::Gzip, gzip[..gzip.len() - 3].to_vec()),
            (Encoding::Zstd, zstd[..zstd.len() - 3].to_vec()),
            (Encoding::Gzip, b"plain text".to_vec()),
            (Encoding::Zstd, b"plain text".to_vec()),
            (Encoding::Gzip, zstd),
        ] {
            assert_eq!(open(encoding, packed).unwrap_err().status, 400);
        }
    }

    #[test]
    fn an_exhausted_budget_asks_to_come_again() {
        let packed = Bytes::from(zstd(&vec![b'x'; 2 << 20]));
        let budget = Budget::new(1 << 20);
        let refusal = unpack(Encoding::Zstd, &packed, &mut budget.reserve(0).unwrap()).unwrap_err();
        assert_eq!(refusal.status, 429);
        assert_eq!(budget.used(), 0);
    }
}

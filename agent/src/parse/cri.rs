//! Lines of container runtimes: `<RFC 3339 time> <stdout|stderr> <P|F>[:tag…] <bytes>`.

use palisade_record::Timestamp;

use super::{Piece, skip_zeros};

/// The longest time with all its digits and offset that is still looked at.
const TIME_BYTES_MAX: usize = 64;

/// Reads one line, without its newline; `None` when it is not what the format says.
pub(crate) fn parse(line: &[u8]) -> Option<Piece<'_>> {
    let line = skip_zeros(line);
    let time_end = memchr::memchr(b' ', &line[..line.len().min(TIME_BYTES_MAX)])?;
    let time = Timestamp::parse_rfc3339(std::str::from_utf8(&line[..time_end]).ok()?)?;
    let rest = &line[time_end + 1..];
    let (lane, rest) = match rest.get(..7)? {
        b"stdout " => (0, &rest[7..]),
        b"stderr " => (1, &rest[7..]),
        _ => return None,
    };
    let (tag, rest) = rest.split_first()?;
    let is_last = match tag {
        b'F' => true,
        b'P' => false,
        _ => return None,
    };
    // More tags may follow in later versions of the format; a line may also end right after the tag.
    let payload = match rest.split_first() {
        None => rest,
        Some((b' ', payload)) => payload,
        Some((b':', tags)) => match memchr::memchr(b' ', tags) {
            Some(end) => &tags[end + 1..],
            None => &[],
        },
        Some(_) => return None,
    };
    Some(Piece { lane, time: Some(time), is_last, payload })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Option<(usize, bool, String)> {
        parse(line.as_bytes())
            .map(|piece| (piece.lane, piece.is_last, String::from_utf8_lossy(piece.payload).into()))
    }

    #[test]
    fn lines_of_the_format_are_read() {
        let check = |line: &str, lane, is_last, text: &str| {
            assert_eq!(read(line), Some((lane, is_last, text.into())), "{line}");
        };
        check("2026-11-21T08:02:00.123456789Z stdout F hello world", 0, true, "hello world");
        check("2026-11-21T08:02:00.1+02:00 stderr P  two spaces", 1, false, " two spaces");
        check("2026-11-21T08:02:00Z stdout F:x:y tagged", 0, true, "tagged");
        check("2026-11-21T08:02:00Z stdout F ", 0, true, "");
        check("2026-11-21T08:02:00Z stdout F", 0, true, "");
        check("\0\0\x002026-11-21T08:02:00Z stdout F after zeros", 0, true, "after zeros");
        check("2026-11-21T08:02:00Z stdout F carriage\r", 0, true, "carriage\r");
    }

    #[test]
    fn other_lines_are_not_taken_for_it() {
        for line in [
            "",
            "hello",
            "2026-11-21T08:02:00Z",
            "2026-11-21T08:02:00Z stdlog F x",
            "2026-11-21T08:02:00Z  stdout F x",
            "2026-11-21T08:02:00Z stdout X x",
            "2026-11-21T08:02:00Z stdout FP x",
            "2026-11-21T08:02:00 stdout F no zone",
            "0001-01-01T00:00:00Z stdout F year one",
            "2026-13-01T00:00:00Z stdout F month",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            _ = parse(&line);
        }

        #[test]
        fn every_payload_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..80), is_last in any::<bool>()) {
            let mut line = b"2026-11-21T08:02:00.5Z stderr ".to_vec();
            line.extend_from_slice(if is_last { b"F " } else { b"P " });
            line.extend_from_slice(&payload);
            let piece = parse(&line).unwrap();
            prop_assert_eq!((piece.payload, piece.is_last, piece.lane), (payload.as_slice(), is_last, 1));
        }
    }
}

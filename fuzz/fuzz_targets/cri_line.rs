//! The payload of a container's line is the end of the line, and every payload comes back.

#![no_main]
#![allow(dead_code, reason = "the agent uses more of these modules than this target")]

use libfuzzer_sys::fuzz_target;

#[path = "../../agent/src/parse/mod.rs"]
mod parse;
/// What the modules above need of their crate.
mod settings {
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) enum Format {
        Cri,
        Docker,
        Plain,
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(piece) = parse::cri::parse(bytes) {
        assert!(bytes.ends_with(piece.payload) && piece.lane < 2 && piece.time.is_some());
        assert_eq!(parse::detect(bytes), settings::Format::Cri);
    }
    let mut line = b"2026-11-21T08:02:00.5Z stderr P ".to_vec();
    line.extend_from_slice(bytes);
    let piece = parse::cri::parse(&line).expect("a line of the format is read");
    assert_eq!((piece.payload, piece.lane, piece.is_last), (bytes, 1, false));
});

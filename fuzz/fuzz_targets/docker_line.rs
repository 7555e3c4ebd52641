//! Every text comes back from the JSON that Docker would write of it, and other lines never panic.

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
    let mut text = Vec::new();
    let is_docker = parse::docker::parse(bytes, &mut text).is_some();
    if is_docker {
        assert_eq!(parse::detect(bytes), settings::Format::Docker);
    }
    let log = String::from_utf8_lossy(bytes);
    let json = serde_json::json!({ "log": log, "stream": "stderr", "time": "2026-11-21T08:02:00.5Z" });
    let line = json.to_string();
    let piece = parse::docker::parse(line.as_bytes(), &mut text).expect("a line of the format is read");
    let (payload, is_last) = match log.strip_suffix('\n') {
        Some(payload) => (payload, true),
        None => (log.as_ref(), false),
    };
    assert_eq!((piece.payload, piece.lane, piece.is_last), (payload.as_bytes(), 1, is_last));
});

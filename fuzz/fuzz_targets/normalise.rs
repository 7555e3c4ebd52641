//! Whatever a record is, it is kept: every frame becomes a row with its exact bytes, the same on every reading.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_collector::Normaliser;
use palisade_index::{Parse, Rows};
use palisade_record::{Batch, FrameFlags, Lane, Origin, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, content)) = bytes.split_first() else { return };
    let batch = batch(*kind, content);
    let received_at = Timestamp::from_nanos(1_790_000_000_000_000_000);
    let rows = Normaliser.parse(std::slice::from_ref(&batch), received_at);

    assert_eq!(rows.iter().map(Rows::len).sum::<usize>(), batch.frames.len());
    assert_eq!(rows.iter().map(Rows::raw_bytes).sum::<usize>(), batch.payloads.len());
    let again = Normaliser.parse(std::slice::from_ref(&batch), received_at);
    assert_eq!(lines(&rows), lines(&again));
    let normalised = Normaliser.normalise(std::slice::from_ref(&batch), received_at);
    assert!(normalised.quarantined <= batch.frames.len() as u64);
});

/// The lines of the content as records of one file.
fn batch(kind: u8, content: &[u8]) -> Batch {
    let origin = Origin { container: "c".into(), file: "/f".into(), ..Origin::default() };
    let lane = Lane { agent: "a".into(), origin: origin.into(), generation: 1 };
    let stream = "app".parse().expect("`app` names a stream");
    let mut batch = Batch::new(lane, 1, Vec::new(), stream, 0);
    if kind & 1 != 0 {
        batch.zone = "Europe/Zurich".to_owned();
    }
    let time = (kind & 2 != 0).then(|| Timestamp::from_nanos(1_780_000_000_000_000_000));
    let flags = [FrameFlags::default(), FrameFlags::MALFORMED, FrameFlags::TRUNCATED, FrameFlags::UNFINISHED];
    for line in content.split(|byte| *byte == b'\n') {
        let span = line.len() as u64 + 1;
        batch.push(batch.to, span, flags[usize::from(kind >> 2) % 4], time, line);
        batch.to += span;
    }
    batch
}

/// Everything in the rows. One of the maps inside prints in any order.
fn lines(rows: &[Rows]) -> Vec<String> {
    let mut lines: Vec<String> = format!("{rows:#?}").lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

//! Records with what proves them, as JSON lines.
//!
//! ```text
//! {"entry": 7, "content": "base64"}                        an entry of the log, before the first record that needs it
//! {"id", "stream", "raw": "base64", "entry": 7, "proof"}   a record
//! {"id", "stream", "raw": "base64", "unproved": "why"}     a record of which the log does not tell yet
//! ```

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use palisade_index::Prover;
use serde_json::json;

use super::Encoder;
use crate::engine::search::Hit;
use crate::engine::{Failure, Scan, render};

/// Proves the records of one scan.
#[derive(Default)]
pub(crate) struct Proved {
    /// Made for the splits of the scan when the first records come.
    prover: Option<Prover>,
    /// Entries that were told already.
    told: HashSet<u64>,
}

/// What is said of records that nothing proves yet.
const UNPROVED: &str =
    "it is not in a published split of which the signed log tells; export it again in some minutes";

impl Encoder for Proved {
    fn records(&mut self, hits: &[Hit], scan: &Scan<'_>) -> Result<Bytes, Failure> {
        let prover = match &mut self.prover {
            Some(prover) => prover,
            none => none.insert(Prover::new(&scan.inner.index, &scan.snapshot.splits)?),
        };
        let mut lines = vec![String::new(); hits.len()];
        let mut entries = String::new();
        for places in render::by_block(hits) {
            scan.budget.check()?;
            let block = &hits[places[0]].block;
            let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
            let proved = prover.prove(block, &rows)?;
            let (ids, stream) = (block.ids_of(&rows)?, block.info().stream.as_str());
            if let Some((entry, _)) = &proved.proofs
                && self.told.insert(entry.position)
            {
                let line = json!({"entry": entry.position, "content": STANDARD.encode(&entry.bytes)});
                entries.push_str(&format!("{line}\n"));
            }
            for (number, place) in places.into_iter().enumerate() {
                let (id, raw) = (ids[number].to_string(), STANDARD.encode(proved.records.get(number)));
                let line = match &proved.proofs {
                    Some((entry, proofs)) => {
                        let (entry, proof) = (entry.position, &proofs[number]);
                        json!({"id": id, "stream": stream, "raw": raw, "entry": entry, "proof": proof})
                    }
                    None => json!({"id": id, "stream": stream, "raw": raw, "unproved": UNPROVED}),
                };
                lines[place] = format!("{line}\n");
            }
        }
        entries.extend(lines);
        Ok(entries.into())
    }
}

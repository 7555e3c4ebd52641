//! How long it takes to seal values, and nothing else: the values of the corpus, in a keyring that knows them.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use palisade_record::{RecordId, SystemClock};
use palisade_seal::{Keyring, Kind, MemoryKeyStore, Protected, Settings, open_root};
use serde_json::Value;

/// Values of one request, about as many as an agent sends.
const RECORDS_OF_REQUEST: usize = 2_000;

/// The protected values of a record, the subject first.
type Values = [String; 3];

/// The seconds that sealing takes, of the second time: at the first, keys are made.
pub(super) fn seal_all(corpus: &Path, names: [&str; 3], folder: &Path) -> anyhow::Result<f64> {
    let text = fs::read_to_string(corpus).context("cannot read the corpus")?;
    let records = text.lines().map(|line| values(line, names)).collect::<anyhow::Result<Vec<Values>>>()?;
    let root = open_root(&format!("file:{}", folder.join("root.key").display()))?;
    let store = Arc::new(MemoryKeyStore::new());
    let keyring = Keyring::open(store, root, "default", Arc::new(SystemClock), Settings::default())?;
    seal(&keyring, &records, names)?;
    let start = Instant::now();
    seal(&keyring, &records, names)?;
    Ok(start.elapsed().as_secs_f64())
}

fn values(line: &str, names: [&str; 3]) -> anyhow::Result<Values> {
    let record: Value = serde_json::from_str(line)?;
    Ok(names.map(|name| record[name].as_str().unwrap_or_default().to_owned()))
}

fn seal(keyring: &Keyring, records: &[Values], names: [&str; 3]) -> anyhow::Result<()> {
    let (mut out, mut number) = (Vec::new(), 0u64);
    for request in records.chunks(RECORDS_OF_REQUEST) {
        let mut sealing = keyring.begin("app")?;
        out.clear();
        for values in request {
            number += 1;
            let record = RecordId { prefix: 0, offset: number }.to_bytes();
            let subject = Some((names[0], values[0].as_str()));
            for (name, value) in names.into_iter().zip(values) {
                let (record, kind, plaintext) = (&record, Kind::Json, value.as_bytes());
                sealing.seal(&Protected { record, name, kind, subject, value, plaintext }, &mut out)?;
            }
        }
        black_box(&out);
        sealing.finish()?;
    }
    Ok(())
}

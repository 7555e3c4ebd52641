//! What is sealed in records, in clear while rules look: rules may ask of a protected value what its token cannot tell.
//!
//! Nothing that is kept or told is made of it: groups, windows and notices hold what is stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use palisade_index::ArrivedRows;
use palisade_record::StreamName;
use palisade_seal::{Keyring, Kind, envelopes};
use zeroize::Zeroizing;

/// Opens what is sealed in the records of some streams.
#[derive(Clone)]
pub struct Unsealer {
    keyring: Arc<Keyring>,
    streams: Arc<BTreeSet<StreamName>>,
}

/// The values of one record in clear, by the tokens that stand in their places.
type Clear = Vec<(String, Zeroizing<String>)>;

/// The values of some records in clear.
#[derive(Default)]
pub(super) struct ClearRows {
    /// By row, in order; rows without any are left out.
    rows: Vec<(usize, Clear)>,
}

impl Unsealer {
    /// For the streams that protect something.
    pub fn new(keyring: Arc<Keyring>, streams: BTreeSet<StreamName>) -> Self {
        Self { keyring, streams: Arc::new(streams) }
    }

    /// Opens what is sealed in these records. What does not open, for it was erased or changed, stays as it is stored.
    pub(super) fn open(&self, arrived: &ArrivedRows) -> ClearRows {
        let stream = arrived.stream();
        if !self.streams.contains(stream) {
            return ClearRows::default();
        }
        let mut rows = Vec::new();
        for row in 0..arrived.len() {
            let record = arrived.record(row);
            let id = arrived.id(row).to_bytes();
            let mut clear = Clear::new();
            for envelope in envelopes(record) {
                let bytes = &record[envelope.range.clone()];
                let Ok(opened) = self.keyring.unseal(stream.as_str(), &id, [], bytes) else { continue };
                clear.push((format!("sealed:{}", envelope.token), text_of(opened.kind, &opened.plaintext)));
            }
            if !clear.is_empty() {
                rows.push((row, clear));
            }
        }
        ClearRows { rows }
    }
}

/// A JSON string without its quotes and escapes; other values as they are written.
fn text_of(kind: Kind, plaintext: &[u8]) -> Zeroizing<String> {
    let written = || Zeroizing::new(String::from_utf8_lossy(plaintext).into_owned());
    match kind {
        Kind::Json => serde_json::from_slice(plaintext).map_or_else(|_| written(), Zeroizing::new),
        Kind::Text | Kind::Record => written(),
    }
}

impl ClearRows {
    /// Whether nothing was sealed.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A stored text as it was before it was sealed; nothing when it holds nothing that was.
    pub(super) fn text(&self, row: usize, stored: &str) -> Option<Zeroizing<String>> {
        if !stored.contains("sealed:") {
            return None;
        }
        let found = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        let clear = &self.rows[found].1;
        if let Some((_, value)) = clear.iter().find(|(token, _)| token == stored) {
            return Some(value.clone());
        }
        let mut text = Zeroizing::new(stored.to_owned());
        for (token, value) in clear {
            let placeholder = format!("<{token}>");
            if text.contains(&placeholder) {
                *text = text.replace(&placeholder, value);
            }
        }
        (*text != stored).then_some(text)
    }
}

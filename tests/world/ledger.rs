//! What was really written: the truth that everything stored is compared with.

/// A record as its writer knows it.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The bytes that must come back.
    pub(crate) payload: Vec<u8>,
    /// How many bytes of the file it took, with its prefix and newline.
    pub(crate) span: u64,
}

/// All records of one source, in the order of their writing.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    source: String,
    records: Vec<Written>,
}

impl Ledger {
    /// Of a source that has written nothing yet. The name begins each of its records and belongs to it alone.
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.to_owned(), records: Vec::new() }
    }

    /// Whose records these are.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The records.
    pub(crate) fn records(&self) -> &[Written] {
        &self.records
    }

    /// The text of the next record: source, sequence number, and something to fill it.
    pub(crate) fn next_text(&self, filler: &str) -> String {
        format!("{} {:07} {filler}", self.source, self.records.len())
    }

    /// Notes what was written.
    pub(crate) fn note(&mut self, payload: Vec<u8>, span: u64) {
        self.records.push(Written { payload, span });
    }

    /// How many bytes of its file the source took.
    pub(crate) fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.span).sum()
    }
}

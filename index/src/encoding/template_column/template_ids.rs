//! Which template each text of a column has, without the values of the slots: most questions need no more.

use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader};

use super::super::dictionary::Templates;
use super::super::template::Template;
use super::TemplateColumn;
use crate::Strings;

/// Which template each text of a column has, and the few texts that have none. An *entry* is one text; a *code* is a
/// place in [`TemplateIds::distinct`].
#[derive(Clone, Debug)]
pub struct TemplateIds {
    templates: Arc<Templates>,
    distinct: Vec<u32>,
    codes: Codes,
    standing: Strings,
    rows: Option<Vec<u32>>,
}

/// The code of each entry: most blocks have fewer than 256 templates.
#[derive(Clone, Debug)]
enum Codes {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
}

impl TemplateIds {
    /// Reads a column of so many texts and keeps what is no value of a slot; `rows` has the row of each text unless text
    /// `n` is of row `n`.
    ///
    /// # Errors
    /// When the bytes are no such column.
    pub(crate) fn decode(
        bytes: &[u8],
        entries: usize,
        rows: Option<Vec<u32>>,
        templates: Arc<Templates>,
    ) -> Result<Self, Malformed> {
        let column = TemplateColumn::decode(bytes, entries, templates)?;
        let narrow: Option<Vec<u8>> = if column.distinct.len() <= 256 {
            column.codes.iter().map(|code| u8::try_from(*code).ok()).collect()
        } else {
            None
        };
        let standing = Strings::from_texts(column.standing)
            .ok_or_else(|| Reader::new(bytes).malformed("text is not UTF-8"))?;
        Ok(Self {
            templates: column.templates,
            distinct: column.distinct,
            codes: narrow.map_or(Codes::Shorts(column.codes), Codes::Bytes),
            standing,
            rows,
        })
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        match &self.codes {
            Codes::Bytes(codes) => codes.len(),
            Codes::Shorts(codes) => codes.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the templates that occur, ascending; 0 among them when there are texts as they stand.
    pub fn distinct(&self) -> &[u32] {
        &self.distinct
    }

    /// The template with a number that occurs here.
    ///
    /// # Panics
    /// When the number is 0 or does not occur here.
    pub fn template(&self, id: u32) -> &Arc<Template> {
        self.templates.get(id).expect("a number that occurs has its template")
    }

    /// The texts as they stand: those of the entries with number 0, in their order.
    pub fn standing(&self) -> &Strings {
        &self.standing
    }

    /// The row of each entry; `None` when entry `n` is row `n`.
    pub fn rows(&self) -> Option<&[u32]> {
        self.rows.as_deref()
    }

    /// For every 64 entries a word, in which bit `n` says whether the code of entry `n` is marked; `marked` has a mark
    /// for every one of [`TemplateIds::distinct`].
    ///
    /// # Panics
    /// When there are fewer marks.
    pub fn entries_with(&self, marked: &[bool]) -> Vec<u64> {
        assert!(marked.len() >= self.distinct.len(), "a mark for every template");
        match &self.codes {
            Codes::Bytes(codes) => {
                // With a place for every byte no code has to be compared with the end.
                let mut table = [false; 256];
                let known = marked.len().min(table.len());
                table[..known].copy_from_slice(&marked[..known]);
                words(codes, |code| table[usize::from(code)])
            }
            Codes::Shorts(codes) => words(codes, |code| marked[usize::from(code)]),
        }
    }

    /// Bytes of memory that it takes, without the templates.
    pub(crate) fn memory_bytes(&self) -> usize {
        let codes = match &self.codes {
            Codes::Bytes(codes) => codes.len(),
            Codes::Shorts(codes) => codes.len() * size_of::<u16>(),
        };
        let rows = self.rows.as_ref().map_or(0, Vec::len);
        size_of::<Self>()
            + codes
            + (self.distinct.len() + rows) * size_of::<u32>()
            + self.standing.memory_bytes()
    }
}

fn words<T: Copy>(codes: &[T], is_marked: impl Fn(T) -> bool) -> Vec<u64> {
    let word =
        |codes: &[T]| (0..).zip(codes).fold(0, |word, (bit, code)| word | u64::from(is_marked(*code)) << bit);
    codes.chunks(64).map(word).collect()
}

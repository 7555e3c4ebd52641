//! Where in a data object the damage is: every part of it has a checksum, and the records of every block a root.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use palisade_storage::ObjectStorage;

use super::duties::Duty;
use super::report::{Finding, FindingKind};
use super::split::{opened, rebuilt, rows_of};
use crate::Block;
use crate::error::Error;
use crate::slice::{Section, Slice, Source};
use crate::split::{VocabularySource, data_name, root_of};

/// Whoever knows so many places in an object needs no more of them.
const PLACES_MAX: usize = 32;

/// Every place of a data object whose SHA-256 is not the signed one.
pub(super) fn locate(source: Arc<dyn ObjectStorage>, duty: &Duty) -> Vec<Finding> {
    let name = data_name(&duty.id);
    let mut places = Places { object: &duty.data, found: Vec::new() };
    let split = opened(source.clone(), duty);
    let blocks = match split.blocks() {
        Ok(blocks) => blocks,
        Err(error) => {
            places.error(&error);
            return places.found;
        }
    };
    let mut parts = Parts { source: &*source, name: &name, known: BTreeMap::new() };
    if let Some(slice) = blocks.first().and_then(|block| block.slice()) {
        parts.vocabulary(slice, &mut places);
    }
    for (position, block) in (0..).zip(blocks) {
        let before = places.found.len();
        parts.block(block, &mut places);
        for finding in places.found.iter_mut().skip(before) {
            finding.rows = Some(rows_of(position, block));
        }
        // A part that all blocks of a slice share is told once; what hangs on it is not told again.
        if places.found.len() == before
            && let Err(problem) = rebuilt(block)
        {
            places.push(None, problem);
            if let Some(finding) = places.found.last_mut() {
                finding.rows = Some(rows_of(position, block));
            }
        }
    }
    if root_of(blocks) != duty.claim.root {
        places.push(
            None,
            "its footer was changed: the roots of its blocks do not give the signed root".to_owned(),
        );
    }
    if places.found.is_empty() {
        let problem =
            "every record comes back and gives the signed roots: the change is in bytes that carry none";
        places.push(None, problem.to_owned());
    }
    places.found
}

struct Places<'a> {
    object: &'a str,
    found: Vec<Finding>,
}

impl Places<'_> {
    fn push(&mut self, bytes: Option<Range<u64>>, problem: String) {
        if self.found.len() < PLACES_MAX {
            self.found.push(Finding { bytes, ..Finding::new(FindingKind::Tampered, self.object, problem) });
        }
    }

    fn error(&mut self, error: &Error) {
        match error {
            Error::Damaged { offset, problem, .. } => {
                self.push(None, format!("from byte {offset} on: {problem}"));
            }
            error => self.push(None, error.to_string()),
        }
    }
}

/// Parts with a checksum; each is looked at once.
struct Parts<'a> {
    source: &'a dyn ObjectStorage,
    name: &'a str,
    known: BTreeMap<(u64, u64), bool>,
}

impl Parts<'_> {
    /// Whether the bytes have this checksum.
    fn is_right(&mut self, start: u64, length: u32, crc32c: u32) -> Option<bool> {
        let range = start..start + u64::from(length);
        if self.known.contains_key(&(range.start, range.end)) {
            return None;
        }
        let bytes = self.source.get(self.name, range.clone());
        let is_right = bytes.is_ok_and(|bytes| crc32c::crc32c(&bytes) == crc32c);
        self.known.insert((range.start, range.end), is_right);
        Some(is_right)
    }

    fn section(&mut self, slice: &Slice, section: Section, what: &str, places: &mut Places<'_>) {
        let Source::Object { start, .. } = &slice.source else { return };
        let start = start + u64::from(section.start);
        if self.is_right(start, section.length, section.crc32c) == Some(false) {
            places.push(
                Some(start..start + u64::from(section.length)),
                format!("{what} does not match its checksum"),
            );
        }
    }

    fn vocabulary(&mut self, slice: &Slice, places: &mut Places<'_>) {
        let VocabularySource::Object(stored) = &slice.vocabulary else { return };
        if self.is_right(stored.start, stored.length, stored.crc32c) == Some(false) {
            let range = stored.start..stored.start + u64::from(stored.length);
            places.push(
                Some(range),
                "the vocabulary of all its records does not match its checksum".to_owned(),
            );
        }
    }

    fn block(&mut self, block: &Block, places: &mut Places<'_>) {
        let Some(slice) = block.slice() else { return };
        for dictionary in &slice.dictionaries {
            let what = format!("the dictionary of field `{}`", dictionary.field);
            self.section(slice, dictionary.section, &what, places);
        }
        let sections = block.sections();
        self.section(slice, sections.times, "times", places);
        self.section(slice, sections.places, "places", places);
        self.section(slice, sections.shapes, "shapes", places);
        for column in &block.info().columns {
            self.section(slice, column.section, &format!("field `{}`", column.name), places);
        }
    }
}

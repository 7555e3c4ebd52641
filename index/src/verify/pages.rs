//! Pages of publishings against the log. A page vouches for nothing itself: its entries must be those that were signed,
//! and its marks are protected by its checksum alone.

use std::collections::BTreeSet;
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_seal::log::leaf_hash;
use palisade_storage::ObjectStorage;

use super::claims::Claims;
use super::findings::Findings;
use crate::evidence::{Entry, Event, PAGES, Page, page_name, page_range};

/// How long it may take until what a page tells of is signed; normally it is a second.
const SIGNED_AFTER: Duration = Duration::from_secs(180);

/// The longest page: each of a few classes has an entry, each of many lanes a mark.
const PAGE_BYTES_MAX: u64 = 64 << 20;

/// What pages say.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) count: u64,
    /// Splits that pages tell of and the log does not yet.
    pub(super) unsigned_splits: BTreeSet<String>,
    /// Publishings that the log does not tell of yet.
    pub(super) unsigned: u64,
}

pub(super) fn audit(
    storage: &dyn ObjectStorage,
    claims: &Claims,
    now: Timestamp,
    findings: &mut Findings,
) -> Pages {
    let mut pages = Pages::default();
    let names = match storage.list(PAGES) {
        Ok(names) => names,
        Err(error) => {
            findings.unreadable(PAGES, &error);
            return pages;
        }
    };
    let mut found = BTreeSet::new();
    for name in &names {
        let Some(range) = page_range(name).filter(|range| page_name(range.start, range.end) == *name) else {
            findings.tampered(name, "no page has such a name");
            continue;
        };
        let range = (range.start, range.end);
        found.insert(range);
        pages.count += 1;
        match read(storage, name) {
            Err(problem) => findings.tampered(name, problem),
            Ok(None) => findings.incomplete(name, "it cannot be read; try again when its storage answers"),
            Ok(Some(page)) => judge(name, range, &page, claims, now, &mut pages, findings),
        }
    }
    for (first, next) in claims.publishings.keys().filter(|range| !found.contains(range)) {
        let problem = format!(
            "it is not there although batches {first} to {next} were published; a lost catalog could not be made again"
        );
        findings.incomplete(page_name(*first, *next), problem);
    }
    pages
}

fn read(storage: &dyn ObjectStorage, name: &str) -> Result<Option<Page>, String> {
    let Ok(length) = storage.length(name) else { return Ok(None) };
    if length > PAGE_BYTES_MAX {
        return Err(format!("it has {length} bytes, far more than any page"));
    }
    let Ok(bytes) = storage.get(name, 0..length) else { return Ok(None) };
    let page = Page::decode(&bytes);
    page.map(Some).map_err(|malformed| format!("at byte {}: {}", malformed.offset, malformed.problem))
}

fn judge(
    name: &str,
    range: (u64, u64),
    page: &Page,
    claims: &Claims,
    now: Timestamp,
    pages: &mut Pages,
    findings: &mut Findings,
) {
    let (first, next) = range;
    if page.after.next_sequence != next {
        let problem = format!("it goes up to batch {}, its name up to {next}", page.after.next_sequence);
        return findings.tampered(name, problem);
    }
    if let Some(publishing) = claims.publishings.get(&range) {
        let signed = publishing
            .entries
            .iter()
            .map(|at| usize::try_from(*at).ok().and_then(|at| claims.entries.get(at)));
        let told: Vec<_> = page.entries.iter().map(|entry| leaf_hash(entry)).collect();
        if !signed.eq(told.iter().map(Some)) {
            findings.tampered(name, "its entries are not those that were signed");
        }
        return;
    }
    if page.entries.is_empty() {
        // Lanes moved without a batch to tell of.
        return;
    }
    pages.unsigned += 1;
    let mut newest = Timestamp::MIN;
    for entry in &page.entries {
        let Ok(entry) = Entry::parse(entry) else {
            return findings.tampered(name, "it has an entry that cannot be read");
        };
        newest = newest.max(entry.at);
        let told = match entry.event {
            Event::Split { first, next, split, .. } => {
                pages.unsigned_splits.insert(split.id.clone());
                (first, next)
            }
            Event::Empty { first, next } => (first, next),
            Event::Deed { .. } | Event::Idle => range,
        };
        if told != range {
            return findings.tampered(name, format!("it tells of batches {} to {}", told.0, told.1));
        }
    }
    if first < claims.next_batch() {
        findings.tampered(name, format!("batches from {first} on were published differently, says the log"));
    } else if newest < now.minus(SIGNED_AFTER) || newest > now.plus(SIGNED_AFTER) {
        let problem = "what it tells of is not in the signed log, and should be long since; the log was cut, or the \
            server ended before it signed and was not started again";
        findings.incomplete(name, problem);
    }
}

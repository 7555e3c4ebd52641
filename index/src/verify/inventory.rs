//! Objects of splits that are there: whether the log, or a page at least, tells of each.

use std::collections::BTreeSet;

use palisade_storage::ObjectStorage;

use super::claims::Claims;
use super::findings::Findings;
use super::pages::Pages;
use crate::split::{FOLDER, sequences_of};

/// The names below the folder of splits.
pub(super) fn read(storage: &dyn ObjectStorage, findings: &mut Findings) -> BTreeSet<String> {
    match storage.list(FOLDER) {
        Ok(names) => names.into_iter().collect(),
        Err(error) => {
            findings.unreadable(FOLDER, &error);
            BTreeSet::new()
        }
    }
}

pub(super) fn audit(names: &BTreeSet<String>, claims: &Claims, pages: &Pages, findings: &mut Findings) {
    for name in names {
        let stem = name.strip_prefix(FOLDER).unwrap_or(name);
        let id = stem.strip_suffix(".data").or_else(|| stem.strip_suffix(".index"));
        match id {
            Some(id) if claims.splits.contains_key(id) || pages.unsigned_splits.contains(id) => {}
            Some(_) => match sequences_of(name) {
                // Half of a publishing that a crash cut short; the next start removes it.
                Some(range) if range.start >= claims.next_batch() => {
                    let problem = "the log does not tell of it; it may be left over from a crash, and goes at the next \
                        start, or somebody put it there";
                    findings.incomplete(name, problem);
                }
                _ => findings.tampered(name, "the log does not tell of it; somebody put it there"),
            },
            None => findings.tampered(name, "no object of a split has such a name; somebody put it there"),
        }
    }
}

//! The catalog of a data directory against the signed log: entries that were signed must be those that it has, what it
//! lists must be what its entries tell of, and the log may lag only a little.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use palisade_record::Timestamp;

use super::claims::{Claims, hash_of_summary};
use super::findings::Findings;
use super::log::bundle_of;
use crate::Copies;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::evidence::LOG;

/// Entries that are read at once.
const ENTRIES_AT_ONCE: usize = 1_000;

/// How far the log may be behind a catalog that is written at this moment.
const LAG_MAX: Duration = Duration::from_secs(60);

/// What the catalog says.
#[derive(Default)]
pub(super) struct Listed {
    /// Where the data objects of its splits are.
    pub(super) copies: BTreeMap<String, Copies>,
    /// How many entries it has for the log.
    pub(super) entries: u64,
    /// When the first entry was made that is not signed yet.
    unsigned_since: Option<Timestamp>,
    /// Everything its entries say.
    pub(super) claims: Claims,
}

/// Reads a catalog and compares it; nothing when it cannot be read, which is told.
pub(super) fn audit(
    path: &Path,
    signed: &Claims,
    is_live: bool,
    now: Timestamp,
    findings: &mut Findings,
) -> Option<Listed> {
    let object = path.display().to_string();
    let (listed, summaries) = match read(path, signed, findings) {
        Ok(read) => read,
        Err(error) => {
            findings.incomplete(object, format!("it cannot be read: {error}"));
            return None;
        }
    };
    let signed_entries = signed.entries.len() as u64;
    if listed.entries < signed_entries {
        let problem = format!(
            "it knows {} entries of the log, of which {signed_entries} are signed: an older catalog was put back",
            listed.entries
        );
        findings.incomplete(&object, problem);
    }
    let oldest_allowed = if is_live { now.minus(LAG_MAX) } else { Timestamp::MAX };
    if listed.entries > signed_entries && listed.unsigned_since.is_none_or(|at| at <= oldest_allowed) {
        let problem = format!(
            "it has {signed_entries} entries, the catalog has {}: its end was cut off, or the server ended before it \
            signed them; start it, which signs them",
            listed.entries
        );
        findings.incomplete(format!("{LOG}checkpoint"), problem);
    }
    splits(&object, &listed.claims, &summaries, findings);
    Some(listed)
}

type Summaries = HashMap<String, palisade_seal::log::Hash>;

fn read(path: &Path, signed: &Claims, findings: &mut Findings) -> Result<(Listed, Summaries)> {
    let catalog = Catalog::open_to_read(path)?;
    let object = path.display().to_string();
    let mut listed = Listed::default();
    // One view of all tables, whatever is written meanwhile.
    let (splits, mut position) = (catalog.splits()?, 0u64);
    loop {
        let entries = catalog.log_entries(position, ENTRIES_AT_ONCE)?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            let at = listed.claims.entries.len();
            // What is wrong with signed entries is told of the log.
            let added = listed.claims.add(position, &entry);
            let (here, there) = (listed.claims.entries.get(at), signed.entries.get(at));
            if there.is_none() {
                listed.unsigned_since = listed.unsigned_since.or(listed.claims.last_at);
            }
            if there.is_some() && here != there {
                let size = signed.entries.len() as u64;
                let problem = format!(
                    "its entry {position} is not the one in `{}`, which is signed",
                    bundle_of(size, position)
                );
                findings.tampered(&object, problem);
            } else if let (Err(problem), None) = (added, there) {
                findings.tampered(&object, format!("entry {position}: {problem}"));
            }
            position += 1;
        }
    }
    listed.entries = position;
    let summaries = splits.iter().map(|(split, _)| (split.id.clone(), hash_of_summary(split))).collect();
    listed.copies = splits.into_iter().map(|(split, copies)| (split.id, copies)).collect();
    Ok((listed, summaries))
}

/// The splits that a catalog lists must be those of which its entries tell.
fn splits(object: &str, claims: &Claims, summaries: &Summaries, findings: &mut Findings) {
    for (id, claim) in claims.kept() {
        match summaries.get(id) {
            Some(summary) if *summary == claim.summary => {}
            Some(_) => {
                findings.tampered(object, format!("what it says of split {id} is not what the log says"));
            }
            None => {
                findings.incomplete(object, format!("it does not list split {id}, of which the log tells"));
            }
        }
    }
    for id in summaries.keys() {
        if claims.disposed.contains(id) {
            findings.tampered(object, format!("it lists split {id}, which was disposed of"));
        } else if !claims.splits.contains_key(id) {
            findings.tampered(object, format!("it lists split {id}, of which the log does not tell"));
        }
    }
}

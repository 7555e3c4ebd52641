//! Everything but the splits themselves: the log, and whether all that is there and all that is told of fit together.
//!
//! The order matters beside a live server. Splits are put before their pages, these before the catalog has them, that
//! before the log tells of them, that before the anchor: what is read first has come last.

use palisade_seal::log::Checkpoint;
use palisade_storage::ObjectStorage;

use super::catalog::{self, Listed};
use super::claims::Claims;
use super::duties::{Duties, duties};
use super::findings::Findings;
use super::log::{SignedLog, bundle_of};
use super::{Options, anchor, inventory, log, pages, receipts};
use crate::evidence::CHECKPOINTS;

/// What was seen.
pub(super) struct Survey {
    pub(super) findings: Findings,
    pub(super) newest: Option<Checkpoint>,
    pub(super) checkpoints: u64,
    pub(super) anchored: u64,
    pub(super) pages: u64,
    pub(super) receipts: u64,
    /// Publishings, or deeds, that are not signed yet.
    pub(super) unsigned: u64,
    pub(super) claims: Claims,
    pub(super) duties: Duties,
}

pub(super) fn survey(storage: &dyn ObjectStorage, options: &Options<'_>) -> Survey {
    let (mut findings, now) = (Findings::default(), options.clock.now());
    let anchored = options.anchor.map(|storage| anchor::read(storage, options.keys, &mut findings));
    let names = inventory::read(storage, &mut findings);
    let log = log::read(storage, options.keys, &mut findings);
    let listed = options
        .catalog
        .and_then(|path| catalog::audit(path, &log.claims, options.is_live, now, &mut findings));
    let pages = pages::audit(storage, &log.claims, now, &mut findings);
    if let Some(anchored) = &anchored {
        anchor::audit(storage, anchored, &log, &mut findings);
    }
    inventory::audit(&names, &log.claims, &pages, &mut findings);
    let receipts = receipts::audit(storage, options.depth, &mut findings);
    whole(&log, listed.as_ref(), &mut findings);
    let duties = duties(&log.claims, listed.as_ref(), options.place, &names);
    Survey {
        findings,
        newest: log.newest().cloned(),
        checkpoints: log.checkpoints.len() as u64,
        anchored: anchored.map_or(0, |anchored| anchored.len() as u64),
        pages: pages.count,
        receipts,
        unsigned: pages.unsigned,
        claims: log.claims,
        duties,
    }
}

/// Whether there is a log, without a gap in what it tells of.
fn whole(log: &SignedLog, listed: Option<&Listed>, findings: &mut Findings) {
    let is_new = listed.is_some_and(|listed| listed.entries == 0);
    let Some(newest) = log.newest() else {
        if !is_new {
            findings.incomplete(CHECKPOINTS, "there is no checkpoint that the given key vouches for");
        }
        return;
    };
    // After an entry that cannot be read, gaps would be told that are none.
    if log.claims.entries.len() as u64 == newest.tree.size {
        for (position, problem) in log.claims.gaps() {
            findings.tampered(bundle_of(newest.tree.size, position), format!("entry {position}: {problem}"));
        }
    }
}

//! Applies what [`mod@crate::decide`] says: one step of one split at a time, each of which may be repeated.
//!
//! Killed anywhere, the next start goes on: what was put is found under its name, what was noted is in the catalog, and
//! what was to be removed is listed there before it is.

mod backoff; // not again at once
mod bytes; // a data object, checked
mod dispose; // the end of a split
mod error;
mod evict; // near index objects that have to go
mod evidence; // the copy that is locked
mod holds; // what may not go
mod mirror; // what is copied beside the evidence
mod near; // copies of middle age, and of none
mod old_receipts; // receipts that were put
mod receipts; // journal files that are put as they are
mod removal; // what no query reads any more
mod restores; // objects that come back from archives
mod round; // one pass over everything
mod state; // what the catalog knows, as decisions want it
mod status; // numbers for people
mod worker; // the thread

#[cfg(test)]
mod tests;

use std::sync::Arc;

use palisade_index::Index;
use palisade_record::{ByteSize, Clock, Timestamp};

use crate::{Classes, Hold, LockMode, PriceTable, Term, receipt_term};

pub use error::Error;
pub use holds::Holds;
pub use restores::{RestoreRequest, Restores};
pub use round::{Applier, Round};
pub use status::{Configured, Locks, Share, Status};
pub use worker::Lifecycle;

/// Tells whether a split, by its id, can hold what the query of a hold asks for. It says yes when in doubt.
pub type Covers = Arc<dyn Fn(&str, &Hold) -> bool + Send + Sync>;

/// What an operator chose.
#[derive(Clone)]
pub struct Settings {
    /// All classes.
    pub classes: Classes,
    /// How long, and how strongly, what is beside the evidence is locked: as the longest and the strongest class in use.
    pub beside: Beside,
    /// How long, and how strongly, receipts are locked: as the longest and the strongest class of streams that have them.
    pub receipts: Beside,
    /// Most bytes of index objects in the data directory.
    pub index_bytes: ByteSize,
    /// How certificates call who disposes.
    pub actor: String,
    /// What bringing objects back costs.
    pub prices: PriceTable,
}

/// The lock of the log and of the pages of publishings, or of receipts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beside {
    /// From the moment an object is put.
    pub term: Term,
    /// Its mode.
    pub mode: LockMode,
}

impl Beside {
    /// That of the longest and the strongest of these classes, of which unknown ones are left out.
    pub fn of<'a>(classes: &Classes, in_use: impl IntoIterator<Item = &'a str>) -> Self {
        let mut beside = Self { term: Term::ZERO, mode: LockMode::None };
        for class in in_use.into_iter().filter_map(|name| classes.get(name).ok()) {
            beside.term = beside.term.max(class.retention);
            beside.mode = beside.mode.max(class.lock_in_effect());
        }
        beside
    }

    /// That of the receipts of streams with these classes, of which unknown ones are left out.
    pub fn of_receipts<'a>(classes: &Classes, in_use: impl IntoIterator<Item = &'a str>) -> Self {
        let mut receipts = Self { term: Term::ZERO, mode: LockMode::None };
        for class in in_use.into_iter().filter_map(|name| classes.get(name).ok()) {
            receipts.term = receipts.term.max(receipt_term(class));
            receipts.mode = receipts.mode.max(class.lock_in_effect());
        }
        receipts
    }

    fn lock(self, now: Timestamp) -> Option<palisade_storage::Lock> {
        let until = state::whole_seconds(crate::LOCK_GRACE.after(self.term.after(now)));
        state::storage_mode(self.mode).map(|mode| palisade_storage::Lock { mode, until })
    }
}

/// The parts that do the work.
#[derive(Clone)]
pub struct Parts {
    /// What is kept.
    pub index: Index,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What holds cover.
    pub covers: Covers,
}

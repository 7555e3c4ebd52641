//! Which claims of the log a storage must meet, and how.

use std::collections::BTreeSet;

use palisade_record::Timestamp;
use palisade_storage::pinned;

use super::Place;
use super::catalog::Listed;
use super::claims::{Claim, Claims};
use crate::split::{data_name, index_name};
use crate::{Copies, FarCopy};

/// A split that must be in the storage.
#[derive(Clone, Debug)]
pub(super) struct Duty {
    pub(super) id: String,
    pub(super) claim: Claim,
    /// The data object, with its version where one is known.
    pub(super) data: String,
    pub(super) index: String,
    /// Until when it must be locked at least, as far as that is known.
    pub(super) locked_until: Option<Timestamp>,
    /// Whether the index object must be there, too.
    pub(super) is_index_due: bool,
}

/// All of them, and what need not be there.
#[derive(Default)]
pub(super) struct Duties {
    /// In the order of their entries.
    pub(super) splits: Vec<Duty>,
    /// Splits whose copy here was given up for one elsewhere.
    pub(super) elsewhere: u64,
}

impl Duties {
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        self.splits.iter().map(|duty| duty.id.as_str()).collect()
    }
}

pub(super) fn duties(
    claims: &Claims,
    listed: Option<&Listed>,
    place: Place,
    names: &BTreeSet<String>,
) -> Duties {
    let mut duties = Duties::default();
    for (id, claim) in claims.kept() {
        let name = data_name(id);
        let copies = listed.map(|listed| (listed.copies.get(id), listed.claims.disposed.contains(id)));
        let copy = match copies {
            // A deed that is not signed yet.
            Some((None, true)) => continue,
            Some((Some(copies), _)) => copy_in(copies, place),
            None | Some((None, _)) => Copy::Due(None),
        };
        let far = match copy {
            Copy::Elsewhere if !names.contains(&name) => {
                duties.elsewhere += 1;
                continue;
            }
            Copy::Elsewhere => None,
            Copy::Due(far) => far,
        };
        let mut claim = claim.clone();
        // An index that was just made again is told of in the catalog first, and signed within a second.
        if let Some(unsigned) = listed.and_then(|listed| listed.claims.splits.get(id)) {
            claim.indexes.extend(&unsigned.indexes);
        }
        let noted = far.and_then(|far| far.locked_until);
        duties.splits.push(Duty {
            id: id.clone(),
            data: pinned(&name, far.and_then(|far| far.version.as_deref())),
            index: index_name(id),
            locked_until: if place == Place::Hot { None } else { noted.max(claim.locked_until) },
            claim,
            is_index_due: copy != Copy::Elsewhere && place == Place::Hot,
        });
    }
    duties.splits.sort_by_key(|duty| duty.claim.position);
    duties
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Copy<'a> {
    Due(Option<&'a FarCopy>),
    Elsewhere,
}

fn copy_in(copies: &Copies, place: Place) -> Copy<'_> {
    let far = |copy| Option::map_or(copy, Copy::Elsewhere, |copy| Copy::Due(Some(copy)));
    match place {
        Place::Hot if copies.hot => Copy::Due(None),
        Place::Hot => Copy::Elsewhere,
        Place::Warm => far(copies.warm.as_ref()),
        Place::Cold => far(copies.cold.as_ref()),
    }
}

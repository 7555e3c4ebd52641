//! What is usual for a group, so that only what is not becomes an event of a rule.
//!
//! A profile stands between a record that was found and its window. It remembers what its group did, says nothing until it knows
//! enough, and lets a record through with one sentence that says why. What it remembers is bounded, lies in the store beside the
//! windows, and depends on nothing but the records: the same records in the same order give the same.
//!
//! | file | holds |
//! |---|---|
//! | `kind` | what every kind of profile does |
//! | `first_seen` | a value that the group never had |
//! | `dormant` | a group that was silent for long |
//! | `after_hours`, `week` | outside of the hours of work |
//! | `bulk` | far more different values than ever |
//! | `sequence_gap`, `counter` | a hole in numbers that rise by one |
//! | `impossible_travel` | one record here and the next one there |
//! | `place` | where on earth addresses are |
//! | `groups` | the profiles of all groups of a rule |

mod after_hours;
mod bulk;
mod counter;
mod dormant;
mod first_seen;
mod groups;
mod impossible_travel;
mod kind;
mod place;
mod sequence_gap;
mod week;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod mmdb;
#[cfg(test)]
mod tests;

pub use after_hours::AfterHours;
pub use bulk::Bulk;
pub use dormant::Dormant;
pub use first_seen::FirstSeen;
pub use groups::Profiles;
pub use impossible_travel::ImpossibleTravel;
pub use kind::{Needs, Observed, ProfileKind};
pub use place::{Place, Places, PlacesError};
pub use sequence_gap::SequenceGap;
pub use week::WorkingHours;

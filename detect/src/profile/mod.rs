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
//! | `groups` | the profiles of all groups of a rule |

mod after_hours;
mod dormant;
mod first_seen;
mod groups;
mod kind;
mod week;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod tests;

pub use after_hours::AfterHours;
pub use dormant::Dormant;
pub use first_seen::FirstSeen;
pub use groups::Profiles;
pub use kind::{Observed, ProfileKind};
pub use week::WorkingHours;

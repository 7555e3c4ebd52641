//! What is to be told, and to whom, until it was: rows that are written in the same transaction as the state they tell of.
//!
//! Each channel has a queue of its own. Notices of one episode leave it in the order of their numbers; of those that could leave
//! now, the gravest goes first. A notice leaves at least once; its key, number and channel are the same each time.
//!
//! | file | holds |
//! |---|---|
//! | `tables` | the tables |
//! | `entry` | a row, and how it is read |
//! | `enqueue` | how rows come in, and what happens when there are too many |
//! | `next` | which one is next |
//! | `settle` | what became of one |
//! | `replay` | dead letters once more |
//! | `listing` | rows and counts to show |
//! | `prune` | when rows go |

mod enqueue;
mod entry;
mod listing;
mod next;
mod prune;
mod replay;
mod settle;
mod tables;

#[cfg(test)]
mod tests;

pub use enqueue::{Enqueued, enqueue};
pub use entry::{Entry, State};
pub(super) use entry::{stored, text_of_json};
pub use listing::{Counts, LIST_MAX, counts, list};
pub use next::{hurry, next, wait_until};
pub use prune::prune;
pub use replay::{Replayed, replay};
pub use settle::{abandon_others, dead, delivered, failed};
pub use tables::create_tables;

use std::time::Duration;

/// Notices that may wait for one channel. Ten thousand episodes at once are past what anybody reads; what comes after them becomes
/// a dead letter at once, so that it can still be seen and sent.
pub const WAITING_MAX: u32 = 10_000;

/// The same for notices that an episode is over: a receiver that was told of the beginning must be told of the end, so these have
/// as much room again.
pub const RESOLVES_WAITING_MAX: u32 = 2 * WAITING_MAX;

/// Dead letters kept of one channel; past it the oldest go, and are counted.
pub const DEAD_MAX: u32 = 10_000;

/// How long a delivered notice can be looked up. It also must outlive every repetition of its enqueuing.
pub const DELIVERED_KEPT: Duration = Duration::from_secs(7 * 86_400);

/// How long a dead letter can be replayed. Older ones tell of what is over.
pub const DEAD_KEPT: Duration = Duration::from_secs(30 * 86_400);

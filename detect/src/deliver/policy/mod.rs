//! Which channels are told of what, and when not: decided from what is configured and what people silenced, before anything is
//! enqueued.
//!
//! | file | holds |
//! |---|---|
//! | `matcher`, `matcher_text` | what alerts are told apart by, and how people write it |
//! | `pattern` | texts with `*` |
//! | `routing` | which alerts a channel takes |
//! | `silence` | what people do not want to be told for a while |
//! | `inhibition` | what says nothing new while something else goes on |
//! | `quiet_hours` | when a channel sleeps |
//! | `decide` | what happens to a notice in one channel |
//! | `combine` | several episodes in one message |
//! | `standing` | how an episode stands in a channel: told, muted, held |
//! | `muted` | what mutes others, and how much was muted |
//! | `admit` | a notice comes in |
//! | `release` | a silence ends, a group is complete |

mod admit;
mod combine;
mod decide;
mod inhibition;
mod matcher;
mod matcher_text;
mod muted;
mod quiet_hours;
mod release;
mod routing;
mod silence;
mod standing;

#[cfg(test)]
mod tests;

pub use admit::{Admitted, admit};
pub use inhibition::Inhibition;
pub use matcher::Matchers;
pub use matcher_text::MATCHERS_BYTES_MAX;
pub use muted::{MutedCount, muted};
pub use quiet_hours::QuietHours;
pub use release::{Released, release};
pub use routing::{ChannelPolicy, Policy};
pub use silence::{SILENCES_MAX, Silence, SilenceProblem, add, end, silences};

pub(super) use release::next_release;
pub(super) use standing::{create_tables, forget_others, prune};

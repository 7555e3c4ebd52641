//! Detection at work: a thread that reads what becomes durable, looks at it with all rules, and moves what is remembered on.
//!
//! | file | holds |
//! |---|---|
//! | `rows` | records that arrived, as rules see them |
//! | `clear` | what is sealed in them, in clear while rules look |
//! | `open_alerts` | episodes become alerts, and alerts become notices |
//! | `compose` | the words and links of a notice |
//! | `watcher` | the thread |
//! | `work` | what it does with records |
//! | `handle` | what others see of it |

mod clear;
mod compose;
mod handle;
mod open_alerts;
mod rows;
mod watcher;
mod work;

#[cfg(test)]
mod tests;

pub use clear::Unsealer;
pub use compose::{Composer, Evidences};
pub use handle::{Detection, LatencySummary, RuleReport, Status};
pub use rows::RowEvents;
pub use watcher::{Outgoing, Parts};

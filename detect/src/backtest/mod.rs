//! What a rule would have told: rules over records that are stored.
//!
//! | file | holds |
//! |---|---|
//! | `history` | stored records, the oldest first, as rules see them |
//! | `narrow` | a search that finds at least what rules look for |
//! | `replay` | the engine over history |
//! | `report` | what came of it, and how that differs from the rule as it was |
//! | `why` | why a rule told nothing at some time |

mod history;
pub(crate) mod narrow;
mod replay;
mod report;
mod why;

#[cfg(test)]
mod streaming_tests;
#[cfg(test)]
mod tests;

pub use history::{History, HistoryError, Page, SearchHistory};
pub use replay::{BacktestError, Question, backtest};
pub use report::{EpisodeReport, Report};
pub use why::{Why, WhyRecord, why};

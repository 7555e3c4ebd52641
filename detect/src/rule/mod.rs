//! A rule as its file tells it.

mod correlation;
mod header;

pub use correlation::{Bound, Comparison, Correlation, Measure, Threshold};
pub use header::{Header, RuleId, Severity};

//! Rules over records as they arrive, and what comes of them.
//!
//! | file | holds |
//! |---|---|
//! | `problem` | why a rule was refused, with file and line |
//! | `rule` | a rule as its file tells it |
//! | `events` | what rules look at: records in columns, wherever they lie |
//! | `notice` | what people are told of an episode |
//! | `deliver` | how they are told |

pub mod deliver;
pub mod events;
pub mod notice;
pub mod problem;
pub mod rule;

pub use events::Events;
pub use notice::{Link, Moment, Notice, Occasion, Sample};
pub use problem::Problem;
pub use rule::{Bound, Comparison, Correlation, Header, Measure, RuleId, Severity, Threshold};

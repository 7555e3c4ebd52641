//! Rules over records as they arrive, and what comes of them.
//!
//! | file | holds |
//! |---|---|
//! | `problem` | why a rule was refused, with file and line |
//! | `rule_files` | rule files in folders |
//! | `yaml` | YAML in which everything knows its line |
//! | `rule` | a rule as its file tells it |
//! | `pipeline` | what rules mean by log sources and fields, as data |
//! | `matcher` | many detections against many records at once |
//! | `events`, `json_events` | what rules look at: records in columns, wherever they lie |
//! | `notice` | what people are told of an episode |

pub mod events;
pub mod json_events;
pub mod matcher;
pub mod notice;
pub mod number;
pub mod pipeline;
pub mod problem;
pub mod rule;
mod rule_files;
pub mod yaml;

pub use events::Events;
pub use json_events::JsonEvents;
pub use matcher::{Match, Matcher};
pub use notice::{Link, Moment, Notice, Occasion, Sample};
pub use pipeline::Pipeline;
pub use problem::Problem;
pub use rule::{
    Bound, Comparison, Correlation, Detection, Header, Measure, Needed, Placeholders, Rule, RuleId, RuleSet,
    Severity, Threshold,
};
pub use rule_files::{check_rules, read_rule_files};

//! Rules over records as they arrive, and what comes of them.
//!
//! | file | holds |
//! |---|---|
//! | `problem` | why a rule was refused, with file and line |
//! | `yaml` | YAML in which everything knows its line |
//! | `rule` | a rule as its file tells it |
//! | `window` | what the events of a group measure over time, and the episodes that come of it |
//! | `correlate` | the groups of a rule |
//! | `profile` | what is usual for a group, so that only what is not counts |
//! | `plan` | what a rule does with the records that are found |
//! | `engine` | all rules over everything that comes |
//! | `store` | what is remembered across a restart |
//! | `pipeline` | what rules mean by log sources and fields, as data |
//! | `matcher` | many detections against many records at once |
//! | `events`, `json_events` | what rules look at: records in columns, wherever they lie |
//! | `run` | detection at work |
//! | `library` | rules as files, and those that come with the program |
//! | `trial` | events that must and must not make rules fire |
//! | `service` | the whole: rules, records, channels |
//! | `http` | the same for those who ask over HTTP |
//! | `backtest` | what rules would have told, and why they did not |
//! | `schedule` | rules that are searches |
//! | `notice` | what people are told of an episode |
//! | `deliver` | how they are told |

pub mod backtest;
pub mod correlate;
pub mod deliver;
pub mod engine;
pub mod events;
pub mod http;
pub mod json_events;
pub mod library;
pub mod matcher;
pub mod notice;
pub mod number;
pub mod pipeline;
pub mod plan;
pub mod problem;
pub mod profile;
pub mod rule;
pub mod run;
pub mod schedule;
pub mod service;
pub mod store;
pub mod trial;
pub mod window;
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

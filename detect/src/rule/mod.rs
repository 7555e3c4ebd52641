//! A rule as its file tells it.
//!
//! | file | holds |
//! |---|---|
//! | `header`, `alerting` | what every rule says of itself and of its alerts |
//! | `detection`, `correlation`, `watch`, `scheduled`, `filter` | the kinds of rules |
//! | `condition`, `modifier`, `modifier_chain`, `pattern`, `fold`, `text`, `network`, `placeholder` | the parts that are languages of their own |
//! | `read` | from YAML to rules |
//! | `set` | all rules together: names, filters, chains |

mod alerting;
mod condition;
mod correlation;
mod detection;
mod filter;
mod fold;
mod header;
mod modifier;
mod modifier_chain;
pub(crate) mod network;
mod pattern;
mod placeholder;
pub(crate) mod read;
mod scheduled;
mod set;
mod text;
mod watch;

pub use alerting::Alerting;
pub use condition::parse_condition;
pub(crate) use condition::single;
pub use correlation::{Bound, Comparison, Correlation, Measure, Needed, Threshold};
pub use detection::{
    Condition, Detection, FieldReference, Group, Item, LogSource, Network, Place, Search, Selection, Test,
    TimePart,
};
pub use filter::{Filter, Target};
pub use fold::{fold, fold_char};
pub use header::{Header, RuleId, Severity};
pub use modifier::Modifiers;
pub use pattern::{DASHES, Pattern, Piece, Shape};
pub use placeholder::Placeholders;
pub use read::{VALUES_MAX, read};
pub use scheduled::Scheduled;
pub use set::{RuleSet, Summary};
pub(crate) use text::wildcards;
pub use watch::{Watch, WatchKind};

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it says of itself.
    pub header: Header,
    /// What it looks for.
    pub body: Body,
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Body {
    /// Something in one record.
    Detection(Detection),
    /// Something about the events of other rules.
    Correlation(Correlation),
    /// Something about what a detection finds, that Sigma has no words for.
    Watch(Watch),
    /// Something about the answers of a search.
    Scheduled(Scheduled),
    /// Nothing by itself; it tunes other rules.
    Filter(Filter),
}

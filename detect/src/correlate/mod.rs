//! The groups of a rule: their windows, their episodes, and how many of them there may be.
//!
//! | file | holds |
//! |---|---|
//! | `key` | which group an event belongs to |
//! | `watermark` | up to which time everything has come |
//! | `group` | one group as it lies in memory and in the store |
//! | `correlator` | all groups of a rule |

mod correlator;
mod group;
mod key;
mod watermark;

pub use correlator::{Correlator, Counts, Limits, Told};
pub use group::Evidence;
pub use key::{GroupKey, normal};
pub use watermark::Sources;

//! Windows in event time: what the events of one group measure over time, and the spans in which a rule holds.
//!
//! At a time `t` a window holds the events in `(t - span, t]`. What they measure is a step function of `t` that changes only where an
//! event enters or leaves. A rule holds where that function passes its threshold. Nothing here depends on the order in which events
//! arrive, nor on any clock: the same events give the same spans.
//!
//! | file | holds |
//! |---|---|
//! | `entry` | an event as a window remembers it |
//! | `meter` | what a rule measures |
//! | `gauge` | what the events in a window measure |
//! | `shape` | what a rule asks of a window |
//! | `timeline` | the events of a group, and the spans in which the threshold is passed |
//! | `span` | spans, joined over short gaps |
//! | `episode` | spans that people are told of, once each |

mod entry;
mod episode;
mod gauge;
mod meter;
mod shape;
mod span;
mod timeline;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use entry::Entry;
pub use episode::{Change, Episode, Episodes, Now};
pub use meter::Meter;
pub use shape::Shape;
pub use span::Span;
pub use timeline::Timeline;

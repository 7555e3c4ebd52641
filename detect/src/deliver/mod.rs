//! How people are told: the outbox, and who takes notices out of it to where they are read.
//!
//! | file | holds |
//! |---|---|
//! | `outbox` | what is to be told and to whom, until it was |
//! | `delivery`, `turn` | all channels at work, each in a thread |
//! | `policy` | which channels are told of what, and when not |
//! | `keeper` | releases what was held or muted, forgets what is over |
//! | `worker` | takes notices out of the outbox and sends them, for one channel |
//! | `metrics` | how every channel is doing, in numbers |
//! | `outcome` | how sending ended |
//! | `retry` | what happens to a notice after an attempt |
//! | `breaker` | whether a channel is asked at all |
//! | `outage` | a channel that does not work, told through the others |
//! | `conversation` | what a receiver was told of an episode, last |
//! | `channel` | the kinds of receivers |
//! | `heartbeat` | somebody outside notices when detection stops |
//! | `http` | requests that go only where they may |
//! | `settings` | a channel as it is configured |
//! | `wording`, `template`, `cut` | the words of a message |
//! | `secret` | what must not be shown |

pub mod breaker;
pub mod channel;
mod conversation;
mod cut;
mod delivery;
mod heartbeat;
pub mod http;
mod keeper;
pub(crate) mod metrics;
mod outage;
pub mod outbox;
pub mod outcome;
pub mod policy;
pub mod retry;
mod secret;
mod settings;
mod tables;
mod template;
mod turn;
mod wording;
mod worker;

#[cfg(test)]
mod delivery_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod worker_tests;

pub use delivery::{CHANNELS_MAX, ChannelReport, Delivery};
pub use heartbeat::{PULSE_MAX, Pulse};
pub use secret::Secret;
pub use settings::{ChannelSettings, Kind, Method};
pub use tables::create_tables;
pub use template::{Template, TemplateProblem};
pub use wording::Wording;

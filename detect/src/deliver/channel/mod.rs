//! Where people read: each kind of receiver in a file of its own.
//!
//! | file | holds |
//! |---|---|
//! | `pagerduty` | PagerDuty, Events API v2 |
//! | `slack_webhook`, `slack_bot`, `slack_blocks` | Slack: one message after the other, or one that changes, with a thread |
//! | `alertmanager` | Prometheus Alertmanager, API v2 |
//! | `webhook`, `signature` | anything that takes Standard Webhooks 1.0 |
//! | `email`, `email_text` | mail, a thread for each episode |

mod alertmanager;
mod email;
mod email_text;
mod pagerduty;
mod signature;
mod slack_blocks;
mod slack_bot;
mod slack_webhook;
mod webhook;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod email_tests;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod slack_tests;
#[cfg(test)]
mod tls_tests;

pub use alertmanager::Alertmanager;
pub use email::{Email, EmailSettings, Security};
pub use pagerduty::PagerDuty;
pub use signature::SigningSecret;
pub use slack_bot::SlackBot;
pub use slack_webhook::SlackWebhook;
pub use webhook::Webhook;

use std::time::Duration;

use data_encoding::HEXLOWER;
use palisade_record::Timestamp;
use sha2::{Digest, Sha256};

use super::outcome::Outcome;
use crate::notice::Notice;

/// A receiver.
pub trait Channel: Send {
    /// Sends one message and waits until the receiver has it, or not. Bounded in time.
    fn send(&mut self, message: &Message<'_>) -> Outcome;

    /// The least time between two messages.
    fn pace(&self) -> Duration {
        Duration::ZERO
    }

    /// How often it is told again of what goes on; never, for receivers that remember.
    fn repeat_every(&self) -> Option<Duration> {
        None
    }

    /// Tells it again of episodes that go on.
    fn repeat(&mut self, notices: &[Notice], now: Timestamp) -> Outcome {
        let _ = (notices, now);
        Outcome::accepted()
    }
}

/// A notice on its way to one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The channel's name.
    pub channel: &'a str,
    /// What is told.
    pub notice: &'a Notice,
    /// What the receiver called the episode when it was first told of it.
    pub reference: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

impl Message<'_> {
    /// Who this message is: the same at every attempt, and after a restart.
    pub fn id(&self) -> String {
        digest(&[self.channel, &self.notice.dedup_key, &self.notice.number.to_string()])
    }

    /// Who its episode is in this channel.
    pub fn thread_id(&self) -> String {
        digest(&[self.channel, &self.notice.dedup_key])
    }
}

/// 128 bits are enough for things that nobody forges.
fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize()[..16])
}

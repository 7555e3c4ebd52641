//! Slack's incoming webhooks: one message after the other, as they cannot change what they said.

use std::time::Duration;

use super::slack_blocks::message as blocks;
use super::{Channel, Message};
use crate::deliver::http::{Client, Request, Target};
use crate::deliver::outcome::Outcome;
use crate::deliver::wording::Wording;

/// Slack takes about one message a second for each channel, and answers 429 to more.
pub(super) const PACE: Duration = Duration::from_secs(1);

/// An incoming webhook.
pub struct SlackWebhook {
    /// How it is asked.
    pub client: Client,
    /// `https://hooks.slack.com/services/…`
    pub target: Target,
    /// Its words.
    pub wording: Wording,
}

impl Channel for SlackWebhook {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let body = blocks(message.notice, &self.wording).to_string();
        match self.client.send(&Request { target: &self.target, headers: &[], body: Some(body.as_bytes()) }) {
            Ok(answer) => answer.outcome(),
            Err(outcome) => outcome,
        }
    }

    fn pace(&self) -> Duration {
        PACE
    }
}

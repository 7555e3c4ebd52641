//! Slack with a bot's token: one message for each episode, which changes, and a thread below it with what happened.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::slack_blocks::message as blocks;
use super::slack_webhook::PACE;
use super::{Channel, Message};
use crate::deliver::http::{Client, Request, Target};
use crate::deliver::outcome::{Failure, FailureKind, Outcome};
use crate::deliver::secret::Secret;
use crate::deliver::wording::Wording;
use crate::notice::Occasion;

/// A bot in a channel of Slack.
pub struct SlackBot {
    /// How it is asked.
    pub client: Client,
    /// `https://slack.com`
    pub target: Target,
    /// `xoxb-…`
    pub token: Secret,
    /// The id of the channel, `C0123456789`, or its name.
    pub conversation: String,
    /// Its words.
    pub wording: Wording,
}

/// Where the message of an episode is. It changes through the channel's id, which the first answer tells.
#[derive(Serialize, Deserialize)]
struct Place {
    channel: String,
    ts: String,
}

#[derive(Deserialize)]
struct Reply {
    ok: bool,
    error: Option<String>,
    channel: Option<String>,
    ts: Option<String>,
}

impl SlackBot {
    fn call(&self, method: &str, mut body: Value, more: &[(&str, &str)]) -> Result<Reply, Outcome> {
        for (name, value) in more {
            body[*name] = (*value).into();
        }
        let headers = [("authorization", format!("Bearer {}", self.token.expose()))];
        let target = self.target.with_path(&format!("/api/{method}"));
        let body = body.to_string();
        let answer =
            self.client.send(&Request { target: &target, headers: &headers, body: Some(body.as_bytes()) })?;
        if let failed @ Outcome::Failed(_) = answer.outcome() {
            return Err(failed.without(&self.token));
        }
        // Slack answers 200 to what it does not take, too.
        let reply: Reply = serde_json::from_slice(&answer.body).map_err(|_| {
            let reason = format!("{method}: the answer is not Slack's{}", answer.said());
            Outcome::failed(FailureKind::Unavailable, reason).without(&self.token)
        })?;
        if reply.ok {
            return Ok(reply);
        }
        let error = reply.error.as_deref().unwrap_or("no reason");
        Err(Outcome::Failed(Failure {
            kind: kind_of(error),
            reason: format!("{method}: {error}"),
            retry_after: answer.retry_after,
        }))
    }

    fn post(&self, message: &Message<'_>) -> Outcome {
        let body = blocks(message.notice, &self.wording);
        match self.call("chat.postMessage", body, &[("channel", &self.conversation)]) {
            Ok(Reply { channel: Some(channel), ts: Some(ts), .. }) => {
                Outcome::Accepted { reference: serde_json::to_string(&Place { channel, ts }).ok() }
            }
            Ok(_) => Outcome::accepted(),
            Err(outcome) => outcome,
        }
    }

    /// The message first, then the thread: if only one of them succeeds, saying the first again changes nothing.
    fn change(&self, message: &Message<'_>, place: &Place) -> Outcome {
        let body = || blocks(message.notice, &self.wording);
        let at = ("channel", place.channel.as_str());
        let changed = self.call("chat.update", body(), &[at, ("ts", &place.ts)]);
        if let Err(Outcome::Failed(failure)) = &changed {
            // Somebody deleted it: tell it anew rather than not at all.
            if failure.reason.ends_with("message_not_found") {
                return self.post(message);
            }
        }
        let replied =
            changed.and_then(|_| self.call("chat.postMessage", body(), &[at, ("thread_ts", &place.ts)]));
        match replied {
            Ok(_) => Outcome::accepted(),
            Err(outcome) => outcome,
        }
    }
}

/// Errors that pass, of <https://docs.slack.dev/reference/methods/chat.postMessage>; all others need a person.
fn kind_of(error: &str) -> FailureKind {
    match error {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => FailureKind::RateLimited,
        "fatal_error"
        | "internal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org"
        | "accesslimited" => FailureKind::Unavailable,
        _ => FailureKind::Refused,
    }
}

impl Channel for SlackBot {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let place = message.reference.and_then(|reference| serde_json::from_str::<Place>(reference).ok());
        match (message.notice.occasion, place) {
            (Occasion::Update | Occasion::Resolve, Some(place)) => self.change(message, &place),
            (_, _) => self.post(message),
        }
    }

    fn pace(&self) -> Duration {
        PACE
    }
}

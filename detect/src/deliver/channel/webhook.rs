//! Anything that takes Standard Webhooks 1.0: JSON, signed, with an id that stays the same however often it is sent.

use serde::Serialize;

use super::signature::{SigningSecret, signatures};
use super::{Channel, Message};
use crate::deliver::http::{Client, Request, Target};
use crate::deliver::outcome::{FailureKind, Outcome};
use crate::deliver::template::occasion;
use crate::deliver::wording::Wording;
use crate::notice::Notice;
use palisade_record::Timestamp;

/// Bytes of a message; samples are left out of one that is longer. Receivers are advised to take no more.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// A receiver of webhooks.
pub struct Webhook {
    /// How it is asked.
    pub client: Client,
    /// Where it is.
    pub target: Target,
    /// What it knows signatures by, the newest first; at least one.
    pub secrets: Vec<SigningSecret>,
    /// Its words.
    pub wording: Wording,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(flatten)]
    notice: &'a Notice,
}

impl Webhook {
    fn body(&self, notice: &Notice) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Body {
            kind: format!("alert.{}", occasion(notice.occasion)),
            timestamp: notice.made_at,
            data: Data {
                title: self.wording.title(notice, str::to_owned),
                text: self.wording.own_body(notice, str::to_owned),
                notice,
            },
        })
    }
}

impl Channel for Webhook {
    fn send(&mut self, message: &Message<'_>) -> Outcome {
        let bounded = self.body(message.notice).and_then(|body| match body.len() {
            0..=MESSAGE_BYTES_MAX => Ok(body),
            _ => self.body(&Notice { samples: Vec::new(), ..message.notice.clone() }),
        });
        let body = match bounded {
            Ok(body) => body,
            Err(error) => return Outcome::failed(FailureKind::Refused, format!("it is no JSON: {error}")),
        };
        let id = format!("msg_{}", message.id());
        // The time of the attempt: receivers refuse what is old, as it could be a repetition by somebody else.
        let timestamp = message.now.as_millis().div_euclid(1_000);
        let headers = [
            ("webhook-signature", signatures(&self.secrets, &id, timestamp, &body)),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-id", id),
        ];
        match self.client.send(&Request { target: &self.target, headers: &headers, body: Some(&body) }) {
            Ok(answer) => answer.outcome(),
            Err(outcome) => outcome,
        }
    }
}

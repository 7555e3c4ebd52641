//! A channel as it is configured, and how it becomes one that sends.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::Clock;

use super::channel::{
    Alertmanager, Channel, Email, EmailSettings, PagerDuty, SigningSecret, SlackBot, SlackWebhook, Webhook,
};
use super::http::{Client, Reach, Target};
use super::secret::Secret;
use super::wording::Wording;

/// A channel as it is configured.
#[derive(Clone, PartialEq, Debug)]
pub struct ChannelSettings {
    /// Its name, as alerts and people call it.
    pub name: String,
    /// What it speaks, and to whom.
    pub kind: Kind,
    /// How far it may reach.
    pub reach: Reach,
    /// Certificates (PEM) by which its receiver is known, instead of the well-known authorities.
    pub authorities: Option<Vec<u8>>,
    /// How long a message may take, [`super::http::REQUEST_TIMEOUT`] unless a receiver is known to need more.
    pub timeout: Duration,
    /// Its words.
    pub wording: Wording,
}

/// What a channel speaks, and to whom.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// PagerDuty.
    PagerDuty {
        /// The address of its Events API v2.
        target: Target,
        /// The integration's key.
        routing_key: Secret,
    },
    /// Slack, through an incoming webhook.
    SlackWebhook {
        /// The webhook.
        target: Target,
    },
    /// Slack, through a bot.
    SlackBot {
        /// Slack itself.
        target: Target,
        /// The bot's token.
        token: Secret,
        /// The channel in Slack.
        conversation: String,
    },
    /// Alertmanager.
    Alertmanager {
        /// Its root.
        target: Target,
        /// A bearer token, for a proxy in front of it.
        token: Option<Secret>,
    },
    /// Standard Webhooks.
    Webhook {
        /// The receiver.
        target: Target,
        /// What it knows signatures by.
        secrets: Vec<SigningSecret>,
    },
    /// Mail.
    Email(Box<EmailSettings>),
    /// Not told of alerts: asked again and again while detection is alive, so that somebody notices when it is not.
    Heartbeat {
        /// Who is asked.
        target: Target,
        /// How often.
        every: Duration,
        /// How.
        method: Method,
    },
}

/// How somebody is asked who listens for a heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// With a GET.
    #[default]
    Get,
    /// With a POST of an empty object.
    Post,
}

impl Kind {
    /// As it is configured and shown.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PagerDuty { .. } => "pagerduty",
            Self::SlackWebhook { .. } | Self::SlackBot { .. } => "slack",
            Self::Alertmanager { .. } => "alertmanager",
            Self::Webhook { .. } => "webhook",
            Self::Email(_) => "email",
            Self::Heartbeat { .. } => "heartbeat",
        }
    }

    /// Whether it is told of alerts.
    pub const fn takes_notices(&self) -> bool {
        !matches!(self, Self::Heartbeat { .. })
    }
}

impl ChannelSettings {
    pub(super) fn client(&self, clock: Arc<dyn Clock>) -> Result<Client, String> {
        Client::new(self.reach, self.authorities.as_deref(), self.timeout, clock)
    }

    /// Prepares to send; nothing is connected to yet. `None` for a channel that is not told of alerts. The error says what is
    /// wrong with its certificates or addresses.
    pub(super) fn open(&self, clock: Arc<dyn Clock>) -> Result<Option<Box<dyn Channel>>, String> {
        let wording = self.wording.clone();
        if let Kind::Email(settings) = &self.kind {
            let authorities = self.authorities.as_deref();
            let email = Email::new(settings.as_ref().clone(), authorities, wording, self.timeout)?;
            return Ok(Some(Box::new(email)));
        }
        let client = self.client(clock)?;
        Ok(Some(match self.kind.clone() {
            Kind::PagerDuty { target, routing_key } => {
                Box::new(PagerDuty { client, target, routing_key, wording })
            }
            Kind::SlackWebhook { target } => Box::new(SlackWebhook { client, target, wording }),
            Kind::SlackBot { target, token, conversation } => {
                Box::new(SlackBot { client, target, token, conversation, wording })
            }
            Kind::Alertmanager { target, token } => Box::new(Alertmanager { client, target, token, wording }),
            Kind::Webhook { target, secrets } => Box::new(Webhook { client, target, secrets, wording }),
            Kind::Email(_) | Kind::Heartbeat { .. } => return Ok(None),
        }))
    }
}

//! What each kind of channel has of its own.

use std::time::Duration;

use palisade_detect::deliver::channel::{EmailSettings, Security};
use palisade_detect::deliver::http::{Reach, Target};
use palisade_detect::deliver::{Kind, Method};
use toml_edit::Value;

use super::problem::{Problem, suggestion};
use super::section::Section;
use super::{secrets, value};

/// A kind, as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Word {
    PagerDuty,
    Slack,
    Alertmanager,
    Webhook,
    Email,
    Heartbeat,
}

const WORDS: [(&str, Word); 6] = [
    ("pagerduty", Word::PagerDuty),
    ("slack", Word::Slack),
    ("alertmanager", Word::Alertmanager),
    ("webhook", Word::Webhook),
    ("email", Word::Email),
    ("heartbeat", Word::Heartbeat),
];

impl Word {
    pub(super) fn takes_notices(self) -> bool {
        self != Self::Heartbeat
    }
}

/// The address that every account of PagerDuty has, outside of the EU.
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/enqueue";

const SLACK: &str = "https://slack.com";

/// A heart that beats faster is a burden on who listens.
const HEARTBEAT_EVERY_MIN: Duration = Duration::from_secs(5);

const HEARTBEAT_EVERY: Duration = Duration::from_secs(60);

pub(super) fn word(value: &Value) -> Result<Word, String> {
    let known = WORDS.map(|(word, _)| word);
    let text = value::text(value)?;
    let found = WORDS.into_iter().find(|(word, _)| *word == text);
    found.map(|(_, kind)| kind).ok_or_else(|| {
        let (list, near) = (known.join(", "), suggestion(&text, &known));
        format!("must be one of {list}, not \"{}\"{near}", text.escape_debug())
    })
}

/// What a channel of this kind speaks to. `None` when something is missing or wrong, which was reported then.
pub(super) fn read(
    word: Word,
    section: &mut Section<'_>,
    reach: Reach,
    problems: &mut Vec<Problem>,
) -> Option<Kind> {
    match word {
        Word::PagerDuty => {
            let target = url_or(section, problems, reach, PAGERDUTY);
            let routing_key = secrets::one(section, problems, "routing_key", "routing_key_file");
            if routing_key.is_none() {
                secrets::missing(section, problems, "routing_key", "routing_key_file");
            }
            Some(Kind::PagerDuty { target: target?, routing_key: routing_key? })
        }
        Word::Slack => slack(section, reach, problems),
        Word::Alertmanager => {
            let target = url(section, problems, reach, "\"https://alertmanager.example\"");
            let token = secrets::one(section, problems, "token", "token_file");
            Some(Kind::Alertmanager { target: target?, token })
        }
        Word::Webhook => {
            let target = url(section, problems, reach, "\"https://receiver.example/alerts\"");
            let secrets = secrets::signing(section, problems);
            Some(Kind::Webhook { target: target?, secrets: secrets? })
        }
        Word::Email => email(section, problems),
        Word::Heartbeat => {
            let target = url(section, problems, reach, "\"https://watchdog.example/palisade\"");
            let every = section.value(problems, "every", value::span(HEARTBEAT_EVERY_MIN));
            let method = section.value(problems, "method", method).unwrap_or_default();
            Some(Kind::Heartbeat { target: target?, every: every.unwrap_or(HEARTBEAT_EVERY), method })
        }
    }
}

/// A bot where there is a token, an incoming webhook where there is none.
fn slack(section: &mut Section<'_>, reach: Reach, problems: &mut Vec<Problem>) -> Option<Kind> {
    if !section.has("token") && !section.has("token_file") {
        let target = url(section, problems, reach, "\"https://hooks.slack.com/services/…\"");
        // They are keys of the bot; here they are known, so that no other key is proposed for them.
        secrets::one(section, problems, "token", "token_file");
        return Some(Kind::SlackWebhook { target: target? });
    }
    let target = url_or(section, problems, reach, SLACK);
    let token = secrets::one(section, problems, "token", "token_file");
    let conversation = section.required(problems, "channel", "\"C0123456789\"", value::text);
    Some(Kind::SlackBot { target: target?, token: token?, conversation: conversation? })
}

fn email(section: &mut Section<'_>, problems: &mut Vec<Problem>) -> Option<Kind> {
    let server = section.required(problems, "server", "\"smtp.bank.example\"", value::text);
    let port = section.value(problems, "port", port);
    let security = section.value(problems, "security", security).unwrap_or(Security::StartTls);
    let user = section.value(problems, "user", value::text);
    let password = secrets::one(section, problems, "password", "password_file");
    let mailbox = |value: &Value| EmailSettings::mailbox(&value::text(value)?);
    let from = section.required(problems, "from", "\"Palisade <palisade@bank.example>\"", mailbox);
    let to = section.required(problems, "to", "[\"oncall@bank.example\"]", |value| {
        value::text_or_texts(value)?.iter().map(|text| EmailSettings::mailbox(text)).collect()
    });
    if user.is_some() != password.is_some() {
        let message =
            "`detect.channels.user` and `password` belong together; give both, or neither".to_owned();
        problems.push(Problem { span: section.place(), message });
    }
    let settings = EmailSettings {
        server: server?,
        port,
        security,
        credentials: user.zip(password),
        from: from?,
        to: to?,
    };
    if let Err(wrong) = settings.check() {
        let message = format!("`detect.channels` of kind email {wrong}");
        problems.push(Problem { span: section.place(), message });
    }
    Some(Kind::Email(Box::new(settings)))
}

fn method(value: &Value) -> Result<Method, String> {
    match value::text(value)?.as_str() {
        "GET" => Ok(Method::Get),
        "POST" => Ok(Method::Post),
        other => Err(format!("must be \"GET\" or \"POST\", not \"{}\"", other.escape_debug())),
    }
}

fn port(value: &Value) -> Result<u16, String> {
    let port = value.as_integer().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    port.ok_or_else(|| "must be a number from 1 to 65535, like 587".to_owned())
}

fn security(value: &Value) -> Result<Security, String> {
    match value::text(value)?.as_str() {
        "starttls" => Ok(Security::StartTls),
        "tls" => Ok(Security::Tls),
        "none" => Ok(Security::None),
        other => Err(format!(
            "must be \"starttls\", \"tls\" or \"none\", not \"{}\"{}",
            other.escape_debug(),
            suggestion(other, &["starttls", "tls", "none"])
        )),
    }
}

fn url(
    section: &mut Section<'_>,
    problems: &mut Vec<Problem>,
    reach: Reach,
    example: &str,
) -> Option<Target> {
    section.required(problems, "url", example, |value| Target::parse(&value::text(value)?, reach))
}

fn url_or(
    section: &mut Section<'_>,
    problems: &mut Vec<Problem>,
    reach: Reach,
    usual: &str,
) -> Option<Target> {
    if section.has("url") {
        url(section, problems, reach, usual)
    } else {
        section.value(problems, "url", value::text);
        Target::parse(usual, reach).ok()
    }
}

//! What every kind of receiver must keep, whatever it speaks.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use palisade_record::ManualClock;

use super::*;
use crate::deliver::http::{Client, Reach, Target};
use crate::deliver::outcome::FailureKind::{self, Refused, Unavailable};
use crate::deliver::secret::Secret;
use crate::deliver::testing::{Mail, MailServer, NOON, Reply, Server, notice};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::{self, Resolve, Trigger, Update};

/// Long enough for a server in the same process on a machine that has much to do, short enough to wait for once.
const TIMEOUT: Duration = Duration::from_secs(4);

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a receiver can do.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Behaviour {
    Takes,
    IsNotWell,
    Refuses,
    BreaksOff,
    TalksNonsense,
    SaysNothing,
}

/// A kind of receiver with a fake of it.
trait Subject: Send {
    fn channel(&self) -> Box<dyn Channel>;
    fn behave(&self, behaviour: Behaviour);
    /// What it took and was not looked at yet, as text.
    fn took(&self) -> Vec<String>;
    /// A channel of this kind whose receiver is not there.
    fn to_nobody(&self) -> Box<dyn Channel>;
}

struct OverHttp {
    server: Server,
    make: fn(Client, Target) -> Box<dyn Channel>,
}

pub(super) fn client(reach: Reach) -> Client {
    Client::new(reach, None, TIMEOUT, Arc::new(ManualClock::at(NOON))).unwrap()
}

fn taken() -> Reply {
    Reply::Status(200, "", r#"{"ok":true,"channel":"C1","ts":"1.2"}"#.to_owned())
}

impl OverHttp {
    fn to(&self, url: &str) -> Box<dyn Channel> {
        (self.make)(client(Reach::Private), Target::parse(url, Reach::Private).unwrap())
    }
}

impl Subject for OverHttp {
    fn channel(&self) -> Box<dyn Channel> {
        self.to(&self.server.url("/hook"))
    }

    fn behave(&self, behaviour: Behaviour) {
        self.server.behave([match behaviour {
            Behaviour::Takes => taken(),
            Behaviour::IsNotWell => Reply::status(503),
            Behaviour::Refuses => Reply::Echo,
            Behaviour::BreaksOff => Reply::BreakOffHead,
            Behaviour::TalksNonsense => Reply::Garbage,
            Behaviour::SaysNothing => Reply::Silent,
        }]);
    }

    fn took(&self) -> Vec<String> {
        let told = |asked: &crate::deliver::testing::Asked| format!("{:?} {}", asked.headers, asked.body);
        self.server.asked().iter().map(told).collect()
    }

    fn to_nobody(&self) -> Box<dyn Channel> {
        self.to(&format!("http://127.0.0.1:{}/", free_port()))
    }
}

struct OverMail(MailServer);

fn mail_to(port: u16) -> Box<dyn Channel> {
    let settings = EmailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::None,
        credentials: None,
        from: EmailSettings::mailbox("Palisade <palisade@bank.example>").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    Box::new(Email::new(settings, None, Wording::default(), TIMEOUT).unwrap())
}

impl Subject for OverMail {
    fn channel(&self) -> Box<dyn Channel> {
        mail_to(self.0.address.port())
    }

    fn behave(&self, behaviour: Behaviour) {
        self.0.behave(match behaviour {
            Behaviour::Takes => Mail::Takes,
            Behaviour::IsNotWell => Mail::Defers,
            Behaviour::Refuses => Mail::Refuses,
            Behaviour::BreaksOff => Mail::BreaksOff,
            Behaviour::TalksNonsense => Mail::Garbage,
            Behaviour::SaysNothing => Mail::Silent,
        });
    }

    fn took(&self) -> Vec<String> {
        self.0.taken()
    }

    fn to_nobody(&self) -> Box<dyn Channel> {
        mail_to(free_port())
    }
}

/// Nobody listens there: it was just closed.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn subjects() -> Vec<(&'static str, Box<dyn Subject>)> {
    let over_http =
        |make| -> Box<dyn Subject> { Box::new(OverHttp { server: Server::start([taken()]), make }) };
    vec![
        (
            "pagerduty",
            over_http(|client, target| {
                let routing_key = Secret::new(SECRET);
                Box::new(PagerDuty { client, target, routing_key, wording: Wording::default() })
            }),
        ),
        (
            "slack webhook",
            over_http(|client, target| {
                Box::new(SlackWebhook { client, target, wording: Wording::default() })
            }),
        ),
        (
            "slack bot",
            over_http(|client, target| {
                let (token, conversation) = (Secret::new(SECRET), "C1".to_owned());
                Box::new(SlackBot { client, target, token, conversation, wording: Wording::default() })
            }),
        ),
        (
            "alertmanager",
            over_http(|client, target| {
                let token = Some(Secret::new(SECRET));
                Box::new(Alertmanager { client, target, token, wording: Wording::default() })
            }),
        ),
        (
            "webhook",
            over_http(|client, target| {
                let secrets = vec![SigningSecret::parse(SECRET).unwrap()];
                Box::new(Webhook { client, target, secrets, wording: Wording::default() })
            }),
        ),
        ("email", Box::new(OverMail(MailServer::start(Mail::Takes)))),
    ]
}

pub(super) fn send(
    channel: &mut dyn Channel,
    number: u32,
    occasion: Occasion,
    reference: Option<&str>,
) -> Outcome {
    let notice = notice("palisade:default:failed-sign-ins:1:1", number, occasion);
    channel.send(&Message { channel: "oncall", notice: &notice, reference, now: NOON })
}

pub(super) fn failure(outcome: Outcome) -> crate::deliver::outcome::Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Accepted { .. } => panic!("it was taken"),
    }
}

fn kind(outcome: &Outcome) -> Option<FailureKind> {
    match outcome {
        Outcome::Accepted { .. } => None,
        Outcome::Failed(failure) => {
            assert!(!failure.reason.is_empty());
            assert!(!failure.reason.contains(SECRET), "{}", failure.reason);
            Some(failure.kind)
        }
    }
}

#[test]
fn every_kind_tells_a_receiver_that_takes_it_from_one_that_may_later_and_one_that_never_will() {
    // Side by side, as each waits once for a receiver that says nothing.
    std::thread::scope(|scope| {
        for (name, subject) in subjects() {
            scope.spawn(move || tells_them_apart(name, subject.as_ref()));
        }
    });
}

fn tells_them_apart(name: &str, subject: &dyn Subject) {
    let mut channel = subject.channel();
    for (behaviour, expected) in [
        (Behaviour::Takes, None),
        (Behaviour::IsNotWell, Some(Unavailable)),
        (Behaviour::Refuses, Some(Refused)),
        (Behaviour::BreaksOff, Some(Unavailable)),
        (Behaviour::TalksNonsense, Some(Unavailable)),
        (Behaviour::SaysNothing, Some(Unavailable)),
        (Behaviour::Takes, None),
    ] {
        subject.behave(behaviour);
        let outcome = send(channel.as_mut(), 0, Trigger, None);
        assert_eq!(kind(&outcome), expected, "{name} {behaviour:?}: {outcome:?}");
    }
    let outcome = send(subject.to_nobody().as_mut(), 0, Trigger, None);
    assert_eq!(kind(&outcome), Some(Unavailable), "{name}: {outcome:?}");
}

#[test]
fn every_kind_tells_the_beginning_the_news_and_the_end_with_the_numbers() {
    for (name, subject) in subjects() {
        let mut channel = subject.channel();
        for (number, occasion) in [(0, Trigger), (1, Update), (2, Resolve)] {
            let outcome = send(channel.as_mut(), number, occasion, None);
            assert_eq!(kind(&outcome), None, "{name} {occasion:?}: {outcome:?}");
            let took = subject.took().join("\n").replace("=\r\n", "");
            assert!(took.contains("11 failed sign-ins from 192.0.2.7"), "{name}: {took}");
            assert!(took.contains("logs.example/search"), "{name}: {took}");
        }
    }
}

#[test]
fn every_kind_says_the_same_message_twice_so_that_it_can_be_known() {
    for (name, subject) in subjects() {
        let mut channel = subject.channel();
        let mut told = || {
            send(channel.as_mut(), 0, Trigger, None);
            subject.took().remove(0)
        };
        let (first, second) = (told(), told());
        let without_boundary = |text: &str| -> Vec<String> {
            // Parts of mail are divided by letters that are drawn each time, as the format advises.
            text.lines()
                .filter(|line| !line.contains("boundary") && !line.starts_with("--"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(without_boundary(&first), without_boundary(&second), "{name}");
    }
}

//! What receivers get to see, letter by letter where it matters.

use super::contract::{client, send};
use super::*;
use crate::deliver::http::{Reach, Target};
use crate::deliver::secret::Secret;
use crate::deliver::template::Template;
use crate::deliver::testing::{Reply, Server};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::{Resolve, Trigger, Update};

pub(super) fn target(server: &Server, path: &str) -> Target {
    Target::parse(&server.url(path), Reach::Private).unwrap()
}

#[test]
fn pagerduty_gets_one_incident_that_is_triggered_and_resolved() {
    let server = Server::start([Reply::status(202)]);
    let mut channel = PagerDuty {
        client: client(Reach::Private),
        target: target(&server, "/v2/enqueue"),
        routing_key: Secret::new("R0"),
        wording: Wording::default(),
    };
    for (number, occasion, action) in
        [(0, Trigger, "trigger"), (1, Update, "trigger"), (2, Resolve, "resolve")]
    {
        assert_eq!(send(&mut channel, number, occasion, None), Outcome::accepted());
        let asked = server.next();
        assert_eq!(asked.line, "POST /v2/enqueue HTTP/1.1");
        assert_eq!(asked.header("content-type"), Some("application/json"));
        let event = asked.json();
        assert_eq!(event["routing_key"], "R0");
        assert_eq!(event["event_action"], action);
        assert_eq!(event["dedup_key"], "palisade:default:failed-sign-ins:1:1");
        assert_eq!(event["payload"]["severity"], "error");
        assert_eq!(event["payload"]["source"], "source_ip=192.0.2.7");
        assert_eq!(event["payload"]["timestamp"], "2026-11-21T12:00:00.000Z");
        assert_eq!(event["links"][1]["text"], "Runbook");
        assert_eq!(event["payload"]["custom_details"]["group"]["source_ip"], "192.0.2.7");
        assert_eq!(event["payload"]["custom_details"]["author"], "Security team");
    }
}

#[test]
fn pagerduty_gets_titles_of_our_own_within_its_bounds() {
    let server = Server::start([Reply::status(202)]);
    let title = Template::parse(&"{{severity}}: {{summary}} ".repeat(30), &[] as &[&str]).unwrap();
    let mut channel = PagerDuty {
        client: client(Reach::Private),
        target: target(&server, "/"),
        routing_key: Secret::new("R0"),
        wording: Wording { title: Some(title), body: None },
    };
    send(&mut channel, 0, Trigger, None);
    let summary = server.next().json()["payload"]["summary"].as_str().unwrap().to_owned();
    assert!(summary.starts_with("high: 11 failed sign-ins"), "{summary}");
    assert_eq!(summary.chars().count(), 1_024);
}

#[test]
fn alertmanager_gets_an_alert_that_ends_by_itself_unless_it_is_said_again() {
    let server = Server::start([Reply::status(200)]);
    let mut channel = Alertmanager {
        client: client(Reach::Private),
        target: target(&server, "/am/"),
        token: None,
        wording: Wording::default(),
    };
    send(&mut channel, 0, Trigger, None);
    let asked = server.next();
    assert_eq!(asked.line, "POST /am/api/v2/alerts HTTP/1.1");
    let alert = &asked.json()[0];
    assert_eq!(alert["labels"]["alertname"], "Many failed sign-ins from one address");
    assert_eq!(alert["labels"]["source_ip"], "192.0.2.7");
    assert_eq!(alert["startsAt"], "2026-11-21T11:55:00.000Z");
    assert_eq!(alert["endsAt"], "2026-11-21T12:04:00.000Z");
    assert_eq!(alert["generatorURL"], "https://logs.example/search?query=a%20b&x=1");
    assert_eq!(alert["annotations"]["runbook_url"], "https://runbooks.example/sign-ins");

    send(&mut channel, 1, Resolve, None);
    let resolved = &server.next().json()[0];
    assert_eq!(resolved["endsAt"], "2026-11-21T12:00:00.000Z");
    assert_eq!(resolved["labels"], alert["labels"]);
}

#[test]
fn a_webhook_is_signed_with_every_secret_and_keeps_its_id() {
    let server = Server::start([Reply::status(204)]);
    let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
    let secrets: Vec<SigningSecret> =
        secrets.iter().map(|secret| SigningSecret::parse(secret).unwrap()).collect();
    let mut channel = Webhook {
        client: client(Reach::Private),
        target: target(&server, "/hook"),
        secrets: secrets.clone(),
        wording: Wording::default(),
    };
    send(&mut channel, 0, Trigger, None);
    let asked = server.next();
    let id = asked.header("webhook-id").unwrap();
    assert_eq!(id.len(), "msg_".len() + 32);
    assert_eq!(asked.header("webhook-timestamp"), Some("1795262400"));
    let expected = signature::signatures(&secrets, id, 1_795_262_400, asked.body.as_bytes());
    assert_eq!(asked.header("webhook-signature"), Some(expected.as_str()));
    assert_eq!(expected.split(' ').count(), 2);
    let body = asked.json();
    assert_eq!(body["type"], "alert.triggered");
    assert_eq!(body["data"]["dedup_key"], "palisade:default:failed-sign-ins:1:1");
    assert_eq!(body["data"]["rule"]["author"], "Security team");

    send(&mut channel, 1, Update, None);
    assert_ne!(server.next().header("webhook-id"), Some(id), "another message has another id");
}

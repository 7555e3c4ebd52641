//! What receivers get to see, letter by letter where it matters.

use super::contract::{client, send};
use super::*;
use crate::deliver::http::{Reach, Target};
use crate::deliver::outcome::FailureKind;
use crate::deliver::secret::Secret;
use crate::deliver::template::Template;
use crate::deliver::testing::{Mail, MailServer, Reply, Server};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::{Resolve, Trigger, Update};

fn target(server: &Server, path: &str) -> Target {
    Target::parse(&server.url(path), Reach::Private).unwrap()
}

fn failure(outcome: Outcome) -> crate::deliver::outcome::Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Accepted { .. } => panic!("it was taken"),
    }
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

fn bot(server: &Server) -> SlackBot {
    SlackBot {
        client: client(Reach::Private),
        target: target(server, "/"),
        token: Secret::new("xoxb-1"),
        conversation: "#oncall".to_owned(),
        wording: Wording::default(),
    }
}

fn slack_says(body: &str) -> Reply {
    Reply::Status(200, "", body.to_owned())
}

#[test]
fn slack_shows_an_episode_as_one_message_that_changes_with_a_thread_below() {
    let server = Server::start([slack_says(r#"{"ok":true,"channel":"C9","ts":"17.5"}"#)]);
    let mut channel = bot(&server);
    let Outcome::Accepted { reference: Some(reference) } = send(&mut channel, 0, Trigger, None) else {
        panic!("the answer tells where the message is")
    };
    let posted = server.next();
    assert_eq!(posted.line, "POST /api/chat.postMessage HTTP/1.1");
    assert_eq!(posted.header("authorization"), Some("Bearer xoxb-1"));
    assert_eq!(posted.json()["channel"], "#oncall");

    for (number, occasion) in [(1, Update), (2, Resolve)] {
        assert_eq!(send(&mut channel, number, occasion, Some(&reference)), Outcome::accepted());
        let (changed, replied) = (server.next(), server.next());
        assert_eq!(changed.line, "POST /api/chat.update HTTP/1.1");
        assert_eq!((&changed.json()["channel"], &changed.json()["ts"]), (&"C9".into(), &"17.5".into()));
        assert_eq!(replied.line, "POST /api/chat.postMessage HTTP/1.1");
        assert_eq!(replied.json()["thread_ts"], "17.5");
    }
}

#[test]
fn slack_says_ok_false_with_status_200_and_that_is_a_failure() {
    let server = Server::start([
        slack_says(r#"{"ok":false,"error":"channel_not_found"}"#),
        slack_says(r#"{"ok":false,"error":"internal_error"}"#),
        Reply::Status(429, "retry-after: 7\r\n", String::new()),
        Reply::BreakOffBody,
    ]);
    let mut channel = bot(&server);
    let mut next = || failure(send(&mut channel, 0, Trigger, None));
    let refused = next();
    assert_eq!(
        (refused.kind, refused.reason.as_str()),
        (FailureKind::Refused, "chat.postMessage: channel_not_found")
    );
    assert_eq!(next().kind, FailureKind::Unavailable);
    let limited = next();
    assert_eq!((limited.kind, limited.retry_after), (FailureKind::RateLimited, Some(Duration::from_secs(7))));
    assert_eq!(next().kind, FailureKind::Unavailable);
}

#[test]
fn a_slack_message_that_somebody_deleted_is_told_anew() {
    let server = Server::start([
        slack_says(r#"{"ok":false,"error":"message_not_found"}"#),
        slack_says(r#"{"ok":true,"channel":"C9","ts":"18.0"}"#),
    ]);
    let outcome = send(&mut bot(&server), 1, Update, Some(r#"{"channel":"C9","ts":"17.5"}"#));
    assert!(matches!(outcome, Outcome::Accepted { reference: Some(place) } if place.contains("18.0")));
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

#[test]
fn a_receiver_that_never_stops_talking_is_cut_off_and_what_it_said_first_counts() {
    let server = Server::start([Reply::Huge, Reply::BreakOffBody]);
    let mut channel = SlackWebhook {
        client: client(Reach::Private),
        target: target(&server, "/"),
        wording: Wording::default(),
    };
    assert_eq!(send(&mut channel, 0, Trigger, None), Outcome::accepted());
    assert_eq!(send(&mut channel, 0, Trigger, None), Outcome::accepted());
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Server::start([Reply::status(200)]);
    let headers = format!("location: {}\r\n", other.url("/"));
    let server = Server::start([Reply::Status(307, headers.leak(), String::new())]);
    let mut channel = SlackWebhook {
        client: client(Reach::Private),
        target: target(&server, "/"),
        wording: Wording::default(),
    };
    let refused = failure(send(&mut channel, 0, Trigger, None));
    assert_eq!(refused.kind, FailureKind::Refused);
    assert!(refused.reason.contains("redirects are not followed"), "{}", refused.reason);
    assert!(other.asked().is_empty());
}

#[test]
fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let server = Server::start([Reply::status(200)]);
    let url = format!("https://localhost:{}/", server.address.port());
    let target = Target::parse(&url, Reach::Public).unwrap();
    let mut channel = SlackWebhook { client: client(Reach::Public), target, wording: Wording::default() };
    let refused = failure(send(&mut channel, 0, Trigger, None));
    assert_eq!(refused.kind, FailureKind::Refused);
    assert!(
        refused.reason.contains("a loopback address; write `allow_private = true`"),
        "{}",
        refused.reason
    );
    assert!(server.asked().is_empty());
}

#[test]
fn a_receiver_without_tls_where_tls_is_expected_is_not_told_anything() {
    let server = Server::start([Reply::status(200)]);
    let url = format!("https://127.0.0.1:{}/", server.address.port());
    let target = Target::parse(&url, Reach::Private).unwrap();
    let mut channel = SlackWebhook { client: client(Reach::Private), target, wording: Wording::default() };
    assert_eq!(failure(send(&mut channel, 0, Trigger, None)).kind, FailureKind::Unavailable);
    assert!(server.asked().is_empty());
}

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let line =
        mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {mail}"));
    line.trim_start_matches(':').trim()
}

#[test]
fn mail_of_one_episode_is_one_thread() {
    let server = MailServer::start(Mail::Takes);
    let settings = EmailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(server.address.port()),
        security: Security::None,
        credentials: None,
        from: EmailSettings::mailbox("Palisade <palisade@bank.example>").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    let mut channel = Email::new(settings, None, Wording::default(), Duration::from_secs(5)).unwrap();
    for (number, occasion) in [(0, Trigger), (1, Update), (2, Resolve)] {
        assert_eq!(send(&mut channel, number, occasion, None), Outcome::accepted());
    }
    let mails = server.taken();
    let root = header(&mails[0], "Message-ID");
    assert!(root.ends_with("@bank.example>"), "{root}");
    for mail in &mails[1..] {
        assert_eq!(header(mail, "References"), root);
        assert_eq!(header(mail, "In-Reply-To"), root);
        assert_ne!(header(mail, "Message-ID"), root);
    }
    assert_eq!(header(&mails[0], "Date"), "Sat, 21 Nov 2026 12:00:00 +0000");
    assert_eq!(header(&mails[0], "Auto-Submitted"), "auto-generated");
    assert!(mails[0].contains("text/plain") && mails[0].contains("text/html"));
    assert!(header(&mails[0], "Subject").starts_with("[high] Many failed sign-ins"));
}

#[test]
fn mail_without_tls_is_for_a_server_on_this_machine_and_without_a_password() {
    let settings = |server: &str, credentials| EmailSettings {
        server: server.to_owned(),
        port: None,
        security: Security::None,
        credentials,
        from: EmailSettings::mailbox("palisade@bank.example").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    assert_eq!(settings("localhost", None).check(), Ok(()));
    assert!(settings("mail.bank.example", None).check().unwrap_err().contains("starttls"));
    let password = Some(("palisade".to_owned(), Secret::new("hunter2")));
    assert!(settings("localhost", password).check().unwrap_err().contains("password without TLS"));
    assert!(EmailSettings::mailbox("nobody\r\nBcc: x@y").unwrap_err().contains("palisade@bank.example"));
}

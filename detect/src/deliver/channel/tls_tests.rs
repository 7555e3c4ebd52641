//! Receivers are told nothing before it is known who they are.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::ManualClock;

use super::contract::send;
use super::*;
use crate::deliver::http::{Client, Reach, Target};
use crate::deliver::outcome::FailureKind;
use crate::deliver::testing::{Certificate, MailServer, NOON, Reply, Server};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::Trigger;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Tells a receiver with this certificate, trusting this one. The outcome, and how many requests it saw.
fn tell(certificate: &Certificate, trusted: Option<&Certificate>) -> (Outcome, usize) {
    let server = Server::start_with_tls([Reply::status(200)], certificate);
    let authorities = trusted.map(|certificate| certificate.pem.as_bytes());
    let clock = Arc::new(ManualClock::at(NOON));
    let client = Client::new(Reach::Private, authorities, TIMEOUT, clock).unwrap();
    let url = format!("https://localhost:{}/", server.address.port());
    let target = Target::parse(&url, Reach::Private).unwrap();
    let mut channel = SlackWebhook { client, target, wording: Wording::default() };
    let outcome = send(&mut channel, 0, Trigger, None);
    (outcome, server.asked().len())
}

fn is_unavailable(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(failure) if failure.kind == FailureKind::Unavailable)
}

#[test]
fn a_certificate_is_trusted_that_was_configured_and_no_other() {
    let certificate = Certificate::of(&["localhost"]);
    assert_eq!(tell(&certificate, Some(&certificate)), (Outcome::accepted(), 1));

    let (outcome, asked) = tell(&certificate, None);
    assert!(is_unavailable(&outcome) && asked == 0, "{outcome:?}");
    let (outcome, asked) = tell(&certificate, Some(&Certificate::of(&["localhost"])));
    assert!(is_unavailable(&outcome) && asked == 0, "{outcome:?}");
}

#[test]
fn a_certificate_of_another_name_is_not_trusted() {
    let certificate = Certificate::of(&["receiver.example"]);
    let (outcome, asked) = tell(&certificate, Some(&certificate));
    assert!(is_unavailable(&outcome) && asked == 0, "{outcome:?}");
}

#[test]
fn a_file_without_certificates_is_refused() {
    let clock = Arc::new(ManualClock::at(NOON));
    let wrong = Client::new(Reach::Private, Some(b"hello"), TIMEOUT, clock).err().unwrap();
    assert!(wrong.contains("PEM"), "{wrong}");
}

fn mail(server: &MailServer, security: Security, trusted: Option<&Certificate>) -> Outcome {
    let settings = EmailSettings {
        server: "localhost".to_owned(),
        port: Some(server.address.port()),
        security,
        credentials: None,
        from: EmailSettings::mailbox("palisade@bank.example").unwrap(),
        to: vec![EmailSettings::mailbox("oncall@bank.example").unwrap()],
    };
    let authority = trusted.map(|certificate| certificate.pem.as_bytes());
    let mut channel = Email::new(settings, authority, Wording::default(), TIMEOUT).unwrap();
    send(&mut channel, 0, Trigger, None)
}

#[test]
fn mail_is_handed_over_after_starttls_or_over_tls_to_a_server_that_is_known() {
    let certificate = Certificate::of(&["localhost"]);
    for (security, server) in [
        (Security::StartTls, MailServer::start_with_starttls(&certificate)),
        (Security::Tls, MailServer::start_with_tls(&certificate)),
    ] {
        assert_eq!(mail(&server, security, Some(&certificate)), Outcome::accepted(), "{security:?}");
        assert_eq!(server.taken().len(), 1);
        assert!(is_unavailable(&mail(&server, security, None)), "{security:?}");
        assert!(server.taken().is_empty());
    }
}

#[test]
fn mail_is_not_sent_to_a_server_that_offers_no_tls_where_tls_is_wanted() {
    let server = MailServer::start(crate::deliver::testing::Mail::Takes);
    assert!(is_unavailable(&mail(&server, Security::StartTls, None)));
    assert!(server.taken().is_empty());
}

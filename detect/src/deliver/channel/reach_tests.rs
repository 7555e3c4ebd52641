//! Nothing is sent where it must not go, and no answer takes longer or more than it may.

use super::contract::{client, failure, send};
use super::formats::target;
use super::*;
use crate::deliver::http::{Reach, Target};
use crate::deliver::outcome::FailureKind;
use crate::deliver::testing::{Reply, Server};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::Trigger;

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

//! What Slack gets to see of an episode, and what it answers.

use super::contract::{client, failure, send};
use super::formats::target;
use super::*;
use crate::deliver::http::Reach;
use crate::deliver::outcome::FailureKind;
use crate::deliver::secret::Secret;
use crate::deliver::testing::{Reply, Server};
use crate::deliver::wording::Wording;
use crate::notice::Occasion::{Resolve, Trigger, Update};

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

//! What tests of this folder tell each other.

mod certificate;
mod mail_server;
mod scripted;
mod server;

pub(crate) use certificate::Certificate;
pub(crate) use mail_server::{Mail, MailServer};
pub(crate) use scripted::Scripted;
pub(crate) use server::{Asked, Reply, Server};

use palisade_record::Timestamp;

use crate::notice::{Link, Moment, Notice, Occasion, Sample};
use crate::rule::{Header, RuleId, Severity};

/// 2026-11-21T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::from_nanos(1_795_262_400_000_000_000);

/// A notice with something in every field.
pub(crate) fn notice(key: &str, number: u32, occasion: Occasion) -> Notice {
    let window = Moment { from: Timestamp::from_nanos(NOON.as_nanos() - 300_000_000_000), to: NOON };
    Notice {
        dedup_key: key.to_owned(),
        number,
        occasion,
        rule: Header {
            id: RuleId("failed-sign-ins".to_owned()),
            name: Some("failed_sign_ins".to_owned()),
            title: "Many failed sign-ins from one address".to_owned(),
            description: "Somebody tries passwords.".to_owned(),
            level: Severity::High,
            status: Some("stable".to_owned()),
            author: Some("Security team".to_owned()),
            tags: vec!["attack.t1110".to_owned(), "pci.10.4.1".to_owned()],
            false_positives: vec!["A service with an old password".to_owned()],
            references: vec!["https://attack.mitre.org/techniques/T1110/".to_owned()],
            runbook: Some("https://runbooks.example/sign-ins".to_owned()),
            alerting: Default::default(),
            file: "rules/bank/sign_ins.yml".to_owned(),
            line: 1,
        },
        severity: Severity::High,
        summary: "11 failed sign-ins from 192.0.2.7 in 5 minutes, more than 10".to_owned(),
        group: vec![("source_ip".to_owned(), "192.0.2.7".to_owned())],
        value: Some(11.0),
        condition: "> 10 in 5 minutes".to_owned(),
        records: 11,
        window,
        events: window,
        samples: vec![Sample {
            id: "0123456789abcdef".to_owned(),
            timestamp: NOON,
            stream: "audit".to_owned(),
            text: "sign-in failed for <anna> & \"otto\"".to_owned(),
        }],
        links: vec![Link {
            name: "Search".to_owned(),
            address: "https://logs.example/search?query=a%20b&x=1".to_owned(),
        }],
        latency_ms: 420,
        lateness_ms: 1_200,
        is_late: false,
        made_at: NOON,
    }
}

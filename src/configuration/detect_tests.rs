//! `[detect]`: what is accepted, and how what is not is reported.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use palisade_detect::deliver::Kind;

use super::*;

fn detect(text: &str) -> Detect {
    read("p.toml", text).unwrap().detect
}

fn mistakes(text: &str) -> Vec<String> {
    read("p.toml", text).expect_err("the text has mistakes").lines().to_vec()
}

#[test]
fn every_kind_of_channel_is_read() {
    let detect = detect(
        r#"
        [detect]
        rules = ["rules/", "more/r.yml"]
        places = "/var/lib/palisade/cities.mmdb"
        [[detect.channels]]
        name = "oncall"
        kind = "pagerduty"
        routing_key = "R0"
        [[detect.channels]]
        name = "chat"
        kind = "slack"
        url = "https://hooks.slack.com/services/T/B/x"
        routes = ["severity>=medium and pack=bank", "tag=pci.*"]
        group_within = "30s"
        quiet_hours = "22:00-07:00"
        quiet_hours_zone = "Europe/Berlin"
        [[detect.channels]]
        name = "bot"
        kind = "slack"
        token = "xoxb-1"
        channel = "C1"
        title = "{{severity}}: {{rule.title}}"
        [[detect.channels]]
        name = "am"
        kind = "alertmanager"
        url = "http://127.0.0.1:9093"
        allow_private = true
        [[detect.channels]]
        name = "hook"
        kind = "webhook"
        url = "https://receiver.example/"
        secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        [[detect.channels]]
        name = "mail"
        kind = "email"
        server = "smtp.bank.example"
        user = "palisade"
        password = "hunter2"
        from = "Palisade <palisade@bank.example>"
        to = ["oncall@bank.example"]
        [[detect.channels]]
        name = "watchdog"
        kind = "heartbeat"
        url = "https://watchdog.example/x"
        every = "30s"
        [[detect.inhibitions]]
        source = "rule=network-down"
        target = "tag=host"
        equal = ["origin.cluster"]
        "#,
    );

    assert_eq!(detect.rules, [Path::new("rules/"), Path::new("more/r.yml")]);
    assert_eq!(detect.places.as_deref(), Some(Path::new("/var/lib/palisade/cities.mmdb")));
    let kinds: Vec<&str> = detect.channels.iter().map(|channel| channel.kind.as_str()).collect();
    assert_eq!(kinds, ["pagerduty", "slack", "slack", "alertmanager", "webhook", "email", "heartbeat"]);
    assert!(matches!(detect.channels[1].kind, Kind::SlackWebhook { .. }));
    assert!(matches!(detect.channels[2].kind, Kind::SlackBot { .. }));
    assert!(matches!(&detect.channels[4].kind, Kind::Webhook { secrets, .. } if secrets.len() == 2));
    let told: Vec<&str> = detect.policy.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(told, ["oncall", "chat", "bot", "am", "hook", "mail"], "a heartbeat is told of nothing");
    assert_eq!(detect.policy.channels[1].routes.len(), 2);
    assert_eq!(detect.policy.channels[1].group_within, Some(Duration::from_secs(30)));
    assert!(detect.policy.channels[1].quiet_hours.is_some());
    assert_eq!(detect.policy.inhibitions[0].equal, ["origin.cluster"]);

    let printed = format!("{detect:?}");
    for secret in ["R0", "xoxb-1", "hunter2", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "/services/T/B/x"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_write() {
    let text = r#"[detect]
rule = ["rules/"]
[[detect.channels]]
name = "on call"
kind = "pagerduty"
[[detect.channels]]
name = "a"
kind = "pagerdutty"
surely = "not asked for, as its kind is not known"
[[detect.channels]]
name = "b"
kind = "webhook"
url = "http://receiver.example/"
secret = "whsec_c2hvcnQ="
[[detect.channels]]
name = "c"
kind = "slack"
url = "https://hooks.slack.com/x"
routes = ["severity>=urgent"]
title = "{{sumary}}"
quiet_hours = "at night"
[[detect.channels]]
name = "d"
kind = "email"
server = "smtp.bank.example"
security = "none"
user = "palisade"
from = "nobody"
to = []
routing_key = "R0"
[[detect.inhibitions]]
source = "rule=a"
"#;
    let expected = [
        (2, "[detect] has no key `rule`; did you mean `rules`?"),
        (
            3,
            "`detect.channels.routing_key_file` is missing; write routing_key_file = \"/etc/palisade/routing_key\"",
        ),
        (4, "`detect.channels.name` must be at most 64 letters"),
        (
            8,
            "`detect.channels.kind` must be one of pagerduty, slack, alertmanager, webhook, email, heartbeat, not \"pagerdutty\"; did you mean `pagerduty`?",
        ),
        (13, "`detect.channels.url` is not https; "),
        (14, "`detect.channels.secret` has 5 bytes, and must have 24 to 64"),
        (19, "`detect.channels.routes` has the severity `urgent`; there are "),
        (20, "`detect.channels.title` at byte 0: there is no `sumary`; "),
        (21, "`detect.channels.quiet_hours` must be two times of day like \"22:00-07:00\""),
        (22, "`detect.channels.user` and `password` belong together"),
        (28, "`detect.channels.from` must be an address like"),
        (30, "[detect.channels] has no key `routing_key`"),
        (31, "`detect.inhibitions.target` is missing"),
    ];
    let found = mistakes(text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (line, (number, beginning)) in found.iter().zip(expected) {
        let (place, message) = line.split_once(": ").unwrap();
        assert!(place.starts_with(&format!("p.toml:{number}:")), "{line}, expected at {number}: {beginning}");
        assert!(message.starts_with(beginning), "{line}, expected {beginning}");
    }
}

#[test]
fn a_template_must_not_show_what_a_stream_protects() {
    let text = r#"
        [[streams]]
        name = "payments"
        protected = ["card"]
        [[detect.channels]]
        name = "chat"
        kind = "slack"
        url = "https://hooks.slack.com/x"
        body = "{{group.card}} {{group.patient_id}}"
    "#;
    let found = mistakes(text);
    assert!(found[0].contains("`detect.channels.body` at byte 0: `card` is protected"), "{found:?}");
    let ready = text.replace("{{group.card}} ", "");
    assert!(
        mistakes(&ready)[0].contains("`patient_id` is protected"),
        "`audit` is there without being named"
    );
}

#[test]
fn two_channels_must_not_share_a_name() {
    let one = "[[detect.channels]]\nname = \"a\"\nkind = \"pagerduty\"\nrouting_key = \"R0\"\n";
    assert_eq!(
        mistakes(&format!("{one}{one}")),
        ["p.toml:5:1: `detect.channels.name` a is there twice; name one otherwise"]
    );
}

#[test]
fn a_secret_in_a_file_is_read_from_it_unless_others_may_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routing_key");
    fs::write(&path, "R0\n").unwrap();
    let text = format!(
        "[[detect.channels]]\nname = \"a\"\nkind = \"pagerduty\"\nrouting_key_file = \"{}\"\n",
        path.display()
    );
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let read = detect(&text);
    assert!(
        matches!(&read.channels[0].kind, Kind::PagerDuty { routing_key, .. } if routing_key.expose() == "R0")
    );

    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let found = mistakes(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("run chmod 600"), "{found:?}");
    let both = format!("{text}routing_key = \"R1\"\n");
    assert!(mistakes(&both).iter().any(|line| line.contains("are both there")));
}

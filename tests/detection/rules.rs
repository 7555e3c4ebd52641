//! Rules: checked, tried, changed while the server runs, run over the past.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::{FAILURES, Watched, alerts, failures, send};
use crate::world::{Folder, PALISADE, run, wait_until};

#[test]
fn checking_rules_tells_every_mistake_with_file_and_line() {
    let folder = Folder::new();
    let rules = folder.folder("rules");
    fs::write(rules.join("good.yml"), FAILURES).unwrap();
    fs::write(rules.join("bad.yml"), "title: Bad\nid: bad\nlogsource: {product: x}\ndetection:\n    selection: {a|contians: b}\n    condition: selection\n").unwrap();
    let check =
        |path: &std::path::Path| run(Command::new(PALISADE).args(["rules", "check", "--json"]).arg(path));
    let finished = check(&rules);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    let told = finished.json();
    assert_eq!((&told["compiled"], &told["refused"]), (&json!(2), &json!(1)));
    let problem = &told["problems"][0];
    assert!(problem["file"].as_str().unwrap().ends_with("bad.yml"), "{problem}");
    assert_eq!(problem["line"], json!(5));
    assert!(problem["reason"].as_str().unwrap().contains("contians"), "{problem}");
    assert_eq!(check(&rules.join("good.yml")).code, 0);
    assert_eq!(check(&rules.join("none.yml")).code, 1);
}

#[test]
fn the_rules_that_come_with_the_program_do_what_their_tests_say() {
    let finished = run(Command::new(PALISADE).args(["rules", "test", "--json"]));
    let told = finished.json();
    assert_eq!((finished.code, &told["failed"]), (0, &json!(0)), "{told}");
    assert!(told["passed"].as_u64().unwrap() > 0);
}

/// A rule about another one, which stands elsewhere.
const CHAIN: &str = "title: Root again and again\nid: root-chain\n\
     correlation: {type: event_count, rules: [root-signs-in], group-by: [], timespan: 1h, condition: {gt: 5}}\n";
/// It tunes another one.
const QUIET: &str = "title: Not the backup\nid: root-filter\nlogsource: {category: authentication}\n\
     filter: {rules: [root-signs-in], selection: {source_ip: 192.0.2.250}, condition: not selection}\n";

#[test]
fn a_rule_that_changes_is_in_force_at_once_and_loses_nothing() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(6, "192.0.2.7", 0));
    let rule = "title: Root\nid: root-signs-in\nlogsource: {category: authentication}\nlevel: low\n\
                detection: {selection: {user_id: root}, condition: selection}\n";
    let put = client.post("/api/v1/rules", &json!({"text": rule})).json();
    assert_eq!((&put["id"], &put["in_force"]), (&json!("root-signs-in"), &json!(true)));
    let refused =
        client.post("/api/v1/rules", &json!({"text": rule.replace("condition: selection", "condition: x")}));
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("no selection `x`"), "{}", refused.text());
    let refused = client.post("/api/v1/rules", &json!({"text": CHAIN.replace("root-signs-in", "nobody")}));
    assert_eq!(refused.status, 400);
    let checked = |text: &str| client.post("/api/v1/rules/check", &json!({"text": text})).json();
    let told = checked(CHAIN);
    assert_eq!((&told["compiled"], &told["refused"]), (&json!(1), &json!(0)), "the other rule is in force");
    let told = checked(&CHAIN.replace("root-signs-in", "nobody"));
    assert_eq!((&told["refused"], &told["problems"][0]["file"]), (&json!(1), &json!("rule")), "{told}");
    let shown = client.get("/api/v1/rules/root-signs-in").json();
    assert_eq!((&shown["is_own"], &shown["text"]), (&json!(true), &json!(rule)));
    assert!(refused.text().contains("refers to `nobody`, which does not exist"), "{}", refused.text());
    send(&client, "{\"user_id\":\"root\",\"action\":\"login\"}\n");
    for text in [CHAIN, QUIET] {
        assert_eq!(client.post("/api/v1/rules", &json!({ "text": text })).status, 200, "{text}");
    }
    wait_until("the new rule tells", || alerts(&client).iter().any(|alert| alert["rule"] == "root-signs-in"));
    send(&client, &failures(5, "192.0.2.7", 0));
    watched.pager.wait_for("trigger", 1);
    let removed = client.attempt("DELETE", "/api/v1/rules/root-signs-in", &[], &[]).unwrap();
    assert_eq!(removed.status, 200);
    wait_until("its alert is over", || {
        alerts(&client).iter().any(|alert| alert["rule"] == "root-signs-in" && alert["state"] == "over")
    });

    // Who changed what is written down.
    let audit = watched.world.collector.export("palisade.audit");
    let events = audit.iter().map(|line| serde_json::from_slice::<serde_json::Value>(line).unwrap());
    let changes = events.filter(|event| event["outcome"] == "intended");
    let actions: Vec<_> = changes.map(|event| event["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["rule.put", "rule.put", "rule.put", "rule.put", "rule.put", "rule.remove"]);

    // In the folder, as a deployment would do it.
    let file = watched.world.folder.path().join("rules/own.yml");
    fs::write(&file, FAILURES.replace("gt: 10", "gt: 2")).unwrap();
    wait_until("the file is read again", || {
        client.get("/api/v1/rules/many-failed-sign-ins").json()["condition"]
            == "more than 2 events in 5 minutes"
    });
    send(&client, &failures(3, "192.0.2.9", 0));
    wait_until("it pages sooner now", || watched.pager.incidents().len() >= 2);
}

#[test]
fn the_past_tells_what_a_rule_would_have_told_and_why_it_told_nothing() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(12, "192.0.2.7", 3_000));
    send(&client, &failures(8, "192.0.2.8", 2_000));
    watched.pager.wait_for("trigger", 1);
    let question = json!({"rule": "many-failed-sign-ins", "from": "now-2h"});
    let told = client.post("/api/v1/rules/backtest", &question).json();
    assert_eq!((&told["began"], &told["found"]), (&json!(1), &json!(20)), "{told}");
    assert_eq!(told["episodes"][0]["group"], json!([["source_ip", "192.0.2.7"]]));

    let text = FAILURES.replace("gt: 10", "gt: 5");
    let question = json!({"rule": "many-failed-sign-ins", "from": "now-2h", "text": text, "compare": true});
    let told = client.post("/api/v1/rules/backtest", &question).json();
    assert_eq!((&told["began"], &told["earlier"]["began"]), (&json!(2), &json!(1)), "{told}");
    assert_eq!(told["earlier"]["only_now"].as_array().unwrap().len(), 1);

    let path = "/api/v1/rules/many-failed-sign-ins/explain?at=now-33m&group=%5B%22192.0.2.8%22%5D";
    let why = client.get(path).json();
    assert_eq!(why["counted"], json!(8), "{why}");

    let file = watched.world.folder.path().join("strict.yml");
    fs::write(&file, &text).unwrap();
    let file = file.display().to_string();
    let arguments =
        ["rules", "backtest", "many-failed-sign-ins", "--file", &file, "--from", "now-2h", "--compare"];
    let printed = watched.world.collector.command(&arguments).well().text();
    assert!(printed.contains("2 episodes") && printed.contains("1 are new"), "{printed}");
    let listed = watched.world.collector.command(&["rules", "list"]).well().text();
    assert!(listed.contains("many-failed-sign-ins"), "{listed}");
}

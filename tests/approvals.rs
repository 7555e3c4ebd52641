//! Deeds for which two people are needed.

use std::fs;

use serde_json::{Value, json};

use crate::page::browse;
use crate::world::{Client, World, wait_until};

/// A server where nobody forgets a person, or releases a hold, alone; and two privacy officers and an investigator.
struct Two {
    world: World,
}

impl Two {
    fn new() -> Self {
        let mut world = World::prepared();
        let file = world.folder.path().join("palisade.toml");
        fs::write(&file, "[access]\ntwo_people = [\"erasures\", \"holds.remove\"]\n").unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        Self { world }
    }

    /// Somebody with a token of their own.
    fn person(&self, name: &str, role: &str) -> Client {
        let owner = self.world.collector.client();
        let added = owner.post("/api/v1/users", &json!({"name": name, "roles": [role]}));
        let first = serde_json::from_slice::<Value>(&added.body).unwrap()["first_password"]
            .as_str()
            .unwrap()
            .to_owned();
        let nobody = Client::new(&self.world.collector.address(), None);
        let sign_in = |password: &str| {
            let answer = nobody.post("/api/v1/session", &json!({"name": name, "password": password}));
            answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
        };
        let send = |cookie: &str, path: &str, body: &Value| {
            let headers = [("cookie", cookie), ("x-palisade", "1")];
            nobody.attempt("POST", path, &headers, body.to_string().as_bytes()).unwrap()
        };
        let password = "a sentence of five words";
        let changed =
            send(&sign_in(&first), "/api/v1/session/password", &json!({"current": first, "new": password}));
        assert_eq!(changed.status, 204);
        let token = send(&sign_in(password), "/api/v1/tokens", &json!({"label": name, "roles": [role]}));
        let token: Value = serde_json::from_slice(&token.body).unwrap();
        Client::new(&self.world.collector.address(), token["token"].as_str())
    }
}

#[test]
fn what_one_person_asks_for_is_done_when_another_approves_it_and_not_before() {
    let two = Two::new();
    let (pia, pete) = (two.person("pia", "privacy-officer"), two.person("pete", "privacy-officer"));
    let ivan = two.person("ivan", "investigator");
    let client = two.world.collector.client();
    client.send("/api/v1/ingest/audit", &[], b"{\"patient_id\":\"P-4711\",\"action\":\"read\"}\n").json();
    let found = || {
        client.post("/api/v1/search", &json!({"query": "patient_id:P-4711"})).json()["records"]
            .as_array()
            .unwrap()
            .len()
    };
    wait_until("the record is found", || found() == 1);

    let wanted = json!({"field": "patient_id", "value": "P-4711", "reason": "asked for by the patient"});
    let asked = pia.post("/api/v1/erasures", &wanted);
    assert_eq!(asked.status, 202, "{}", asked.text());
    let id = asked.header("palisade-approval").unwrap().to_owned();
    assert_eq!(found(), 1, "nothing was done yet");
    let path = format!("/api/v1/approvals/{id}");
    let approve = json!({"approve": true, "note": "I have seen the letter"});
    assert_eq!(pia.post(&path, &approve).status, 403, "nobody approves what they asked for");
    assert_eq!(ivan.post(&path, &approve).status, 403, "nor who could not do it");
    assert_eq!(ivan.get("/api/v1/approvals").json()["approvals"], json!([]));
    let listed = pete.get("/api/v1/approvals").json();
    assert_eq!(
        (&listed["approvals"][0]["request"], &listed["approvals"][0]["decides"]),
        (&wanted, &json!(true))
    );

    let done = pete.post(&path, &approve);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(pete.post(&path, &approve).status, 404, "and once");
    wait_until("the person is forgotten", || found() == 0);
    let events: Vec<Value> = (two.world.collector.export("palisade.audit").iter())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let of = |action: &str| {
        events.iter().find(|event| event["action"] == action).unwrap_or_else(|| panic!("no {action}"))
    };
    assert_eq!((&of("deed.ask")["user_id"], &of("deed.approve")["user_id"]), (&json!("pia"), &json!("pete")));
    assert_eq!((&of("erase")["user_id"], &of("erase")["approved_by"]), (&json!("pia"), &json!("pete")));
    let text = two.world.collector.export("palisade.audit").concat();
    assert!(!String::from_utf8_lossy(&text).contains("P-4711"));
}

#[test]
fn what_is_refused_or_taken_back_is_not_done_and_who_lost_a_role_asked_in_vain() {
    let two = Two::new();
    let (pia, pete) = (two.person("pia", "privacy-officer"), two.person("pete", "privacy-officer"));
    let hold = json!({"matter": "26-7", "reason": "counsel", "from": "now-1d"});
    let hold: Value = serde_json::from_slice(&pia.post("/api/v1/holds", &hold).body).unwrap();
    let release = |client: &Client| {
        let path = format!("/api/v1/holds/{}?reason=closed", hold["id"].as_str().unwrap());
        let answer = client.attempt("DELETE", &path, &[], &[]).unwrap();
        assert_eq!(answer.status, 202, "{}", answer.text());
        format!("/api/v1/approvals/{}", answer.header("palisade-approval").unwrap())
    };
    let stands = || pete.get("/api/v1/holds").json()["holds"][0]["released"].is_null();

    assert_eq!(pete.post(&release(&pia), &json!({"approve": false})).status, 200);
    assert_eq!(
        pia.post(&release(&pia), &json!({"approve": false})).status,
        200,
        "whoever asked may think better of it"
    );
    assert!(stands());
    let waiting = release(&pia);
    two.world.collector.command(&["user", "disable", "pia"]).well();
    assert_eq!(pete.post(&waiting, &json!({"approve": true})).status, 409);
    assert!(stands());

    let said =
        two.world.collector.command(&["hold", "release", hold["id"].as_str().unwrap(), "--reason", "closed"]);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("needs a second person"), "{}", said.stderr);
    let waits = pete.get("/api/v1/approvals").json()["approvals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(pete.post(&format!("/api/v1/approvals/{waits}"), &json!({"approve": true})).status, 200);
    assert!(!stands());
}

#[test]
fn a_deed_that_there_is_not_is_a_mistake_that_is_told_at_the_start() {
    let mut world = World::prepared();
    let file = world.folder.path().join("palisade.toml");
    fs::write(&file, "[access]\ntwo_people = [\"erase\"]\n").unwrap();
    world.collector.arguments(&["--config", &file.display().to_string()]);

    world.collector.launch();

    assert!(!world.collector.becomes_ready());
    let said = world.collector.program().said();
    assert!(said.contains("`erase`, which is no deed; there are") && said.contains("erasures"), "{said}");
}

#[test]
fn what_waits_is_seen_and_approved_on_the_page() {
    let two = Two::new();
    let pia = two.person("pia", "privacy-officer");
    let client = two.world.collector.client();
    client.send("/api/v1/ingest/audit", &[], b"{\"patient_id\":\"P-4711\",\"action\":\"read\"}\n").json();
    let wanted = json!({"field": "patient_id", "value": "P-4711", "reason": "asked for by the patient"});
    assert_eq!(pia.post("/api/v1/erasures", &wanted).status, 202);

    browse(&two.world.collector, "approvals.mjs");

    let erased = client.get("/api/v1/erasures").json();
    assert_eq!(erased["erasures"].as_array().unwrap().len(), 1, "{erased}");
}

//! Who saw what: what people do with Palisade is evidence like any other.

mod clocks;
mod kills;
mod runs;

use serde_json::{Value, json};

use crate::world::{Client, Collector, World, wait_until};

/// Everything in the audit trail so far, the oldest first, as it is stored.
fn trail(collector: &Collector) -> Vec<Value> {
    let records = collector.export("palisade.audit");
    records.iter().map(|record| serde_json::from_slice(record).expect("the trail is JSON")).collect()
}

/// Those of one action.
fn done(collector: &Collector, action: &str) -> Vec<Value> {
    trail(collector).into_iter().filter(|event| event["action"] == action).collect()
}

fn search(client: &Client, request: &Value) -> Vec<Value> {
    let answer = client.post("/api/v1/search", request).json();
    answer["records"].as_array().unwrap().clone()
}

/// Three reads of two patients, searchable.
fn with_reads() -> World {
    let world = World::new();
    let client = world.collector.client();
    let reads = ["P-17", "P-17", "P-18"];
    let lines: String = reads
        .map(|patient| format!("{{\"action\":\"read\",\"user_id\":\"u-1\",\"patient_id\":\"{patient}\"}}\n"))
        .concat();
    assert_eq!(client.send("/api/v1/ingest/audit", &[], lines.as_bytes()).status, 200);
    wait_until("the reads are found", || search(&client, &json!({"stream": "audit"})).len() == 3);
    world
}

#[test]
fn a_search_is_recorded_with_who_what_when_and_how_many() {
    let world = with_reads();
    let client = world.collector.client();
    search(&client, &json!({"query": "action:read", "from": "2020-01-01T00:00:00Z", "limit": 2}));
    client.post("/api/v1/search", &json!({"query": "action:read | stats count() by user_id"})).json();
    client.post("/api/v1/search", &json!({"query": "action:("}));

    let searches = done(&world.collector, "search");
    let [page, table, refused] = &searches[searches.len() - 3..] else { panic!("{searches:?}") };
    assert_eq!((&page["user_id"], &page["outcome"]), (&json!("admin"), &json!("success")));
    assert_eq!((&page["query"], &page["results"]), (&json!("action:read"), &json!(2)));
    assert_eq!(page["from"], "2020-01-01T00:00:00.000Z");
    assert_eq!(
        (&table["query"], &table["results"]),
        (&json!("action:read | stats count() by user_id"), &json!(1))
    );
    assert_eq!((&refused["outcome"], &refused["status"]), (&json!("refused"), &json!(400)));
    assert!(refused["query"].is_null(), "what cannot be read may hold what must be sealed");
}

#[test]
fn who_looked_for_a_patient_is_found_by_the_patient_and_the_trail_holds_nobodys_id() {
    let world = with_reads();
    let client = world.collector.client();
    search(&client, &json!({"query": "patient_id:P-17"}));
    search(&client, &json!({"query": "P-18"}));

    let stored: Vec<u8> = world.collector.export("palisade.audit").concat();
    let stored = String::from_utf8(stored).unwrap();
    assert!(!stored.contains("P-17") && !stored.contains("P-18"), "{stored}");
    assert!(stored.contains("<sealed:"), "{stored}");
    let about = |patient: &str| {
        let request = json!({"query": format!("action:search {patient}"), "stream": "palisade.audit"});
        search(&client, &request).len()
    };
    wait_until("the searches are found by the patient", || about("P-17") >= 1 && about("P-18") >= 1);
    assert_eq!(about("P-19"), 0);
}

#[test]
fn the_trail_answers_only_who_asks_for_it_and_asking_is_recorded_too() {
    let world = with_reads();
    let client = world.collector.client();
    assert_eq!(search(&client, &json!({"query": "user_id:*"})).len(), 3);
    let named = json!({"query": "stream:palisade.audit action:search"});
    wait_until("the trail is searchable", || !search(&client, &named).is_empty());
    let before = done(&world.collector, "search").len();
    search(&client, &named);
    let searches = done(&world.collector, "search");
    assert_eq!(searches.len(), before + 1);
    assert_eq!(searches.last().unwrap()["query"], "stream:palisade.audit action:search");
}

#[test]
fn an_export_is_recorded_when_it_begins_and_when_its_last_byte_leaves() {
    let world = with_reads();
    let exported = world.collector.export("audit").len();
    let begun = done(&world.collector, "export");
    let ended = done(&world.collector, "export.end");
    let begun = begun.iter().find(|event| event["asked_stream"] == "audit").unwrap();
    let ended = ended.iter().find(|event| event["asked_stream"] == "audit").unwrap();
    assert_eq!((&begun["outcome"], &ended["outcome"]), (&json!("success"), &json!("success")));
    assert_eq!((exported, &ended["results"]), (3, &json!(3)));
    assert_eq!(ended["sha256"].as_str().unwrap().len(), 64);
    assert!(ended["bytes"].as_u64().unwrap() > 100);
}

#[test]
fn a_hold_is_written_down_before_it_is_placed_and_what_is_refused_too() {
    let world = World::new();
    let client = world.collector.client();
    let hold = json!({"matter": "case 7", "reason": "asked by the court", "query": "action:read"});
    let placed = client.post("/api/v1/holds", &hold).json();
    client.post("/api/v1/holds", &json!({"matter": "", "reason": "", "query": "action:read"}));
    let path = format!("/api/v1/holds/{}?reason=the+case+is+closed", placed["id"].as_str().unwrap());
    assert_eq!(client.attempt("DELETE", &path, &[], &[]).unwrap().status, 200);

    let placings = done(&world.collector, "hold.place");
    let outcomes: Vec<&Value> = placings.iter().map(|event| &event["outcome"]).collect();
    assert_eq!(outcomes, ["intended", "intended", "refused"]);
    assert_eq!(placings[0]["detail"]["matter"], "case 7");
    assert_eq!(done(&world.collector, "hold.release")[0]["detail"]["hold"], placed["id"]);
}

#[test]
fn from_where_somebody_asks_is_what_our_proxies_say_and_nobody_else() {
    let from = |configuration: &str| -> Vec<Value> {
        let mut world = World::prepared();
        let file = world.folder.path().join("palisade.toml");
        std::fs::write(&file, configuration).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        let forwarded = [("x-forwarded-for", "127.0.0.1, 203.0.113.5")];
        assert_eq!(world.collector.client().send("/api/v1/search", &forwarded, b"{}").status, 200);
        done(&world.collector, "search").iter().map(|event| event["source_ip"].clone()).collect()
    };

    assert_eq!(from(""), [json!("127.0.0.1")]);
    assert_eq!(from("[server]\nproxies = [\"127.0.0.0/8\"]\n"), [json!("203.0.113.5")]);
}

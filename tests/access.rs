//! People and programs, as they come: who may do what, and what becomes of it when that changes.

use serde_json::{Value, json};

use crate::page::browse;
use crate::world::{Client, World, run, wait_until};

const PASSWORD: &str = "a sentence of five words";

/// Somebody's browser: a cookie, and what it sends besides.
struct Browser {
    client: Client,
    cookie: String,
}

impl Browser {
    /// Signs in; gives the status when that fails.
    fn sign_in(world: &World, name: &str, password: &str) -> Result<Self, u16> {
        let client = Client::new(&world.collector.address(), None);
        let answer = client.post("/api/v1/session", &json!({"name": name, "password": password}));
        if answer.status != 204 {
            return Err(answer.status);
        }
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Ok(Self { client, cookie })
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let headers = [&[("cookie", &*self.cookie)], headers].concat();
        let answer = self.client.attempt(method, path, &headers, body.to_string().as_bytes()).unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, &[("x-palisade", "1")], body)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, &[], &json!({}))
    }
}

/// Adds a user with the program, and has them choose a password.
fn add(world: &World, name: &str, arguments: &[&str]) -> Browser {
    let added =
        world.collector.command(&[&["user", "add", name, "--json"], arguments].concat()).well().text();
    let added: Value = serde_json::from_str(&added).unwrap();
    let first = added["first_password"].as_str().unwrap();
    let browser = Browser::sign_in(world, name, first).unwrap();
    assert_eq!(browser.post("/api/v1/search", &json!({})).0, 403, "another password first");
    let change = json!({"current": first, "new": PASSWORD});
    assert_eq!(browser.post("/api/v1/session/password", &change).0, 204);
    Browser::sign_in(world, name, PASSWORD).unwrap()
}

fn world() -> World {
    let world = World::new();
    let client = world.collector.client();
    for (stream, text) in [("payments", "paid"), ("ledger", "booked"), ("audit", "opened")] {
        let record = json!({"message": format!("it was {text}"), "user_id": "u-1", "kind": stream});
        let sent = client.send(&format!("/api/v1/ingest/{stream}"), &[], format!("{record}\n").as_bytes());
        assert_eq!(sent.status, 200);
    }
    let count = || client.post("/api/v1/search", &json!({})).json()["records"].as_array().unwrap().len();
    wait_until("the records are found", || count() == 3);
    world
}

#[test]
fn somebody_sees_their_streams_and_of_the_others_not_even_that_they_exist() {
    let world = world();
    let ann = add(&world, "ann", &["--role", "viewer", "--role", "investigator", "--stream", "pay*"]);
    let all = ann.post("/api/v1/search", &json!({})).1;
    let streams: Vec<&Value> =
        all["records"].as_array().unwrap().iter().map(|record| &record["stream"]).collect();
    assert_eq!(streams, ["payments"]);

    for query in ["stream:ledger", "booked", "stream:palisade.audit", "not stream:payments"] {
        assert_eq!(ann.post("/api/v1/search", &json!({"query": query})).1["records"], json!([]), "{query}");
    }
    let named = ann.post("/api/v1/search", &json!({"stream": "ledger"})).1;
    assert_eq!(named["records"], json!([]));
    let counted = ann.post("/api/v1/search", &json!({"query": "* | stats count() by stream"})).1;
    assert_eq!(counted["rows"], json!([["payments", 1]]));
    assert_eq!(ann.post("/api/v1/histogram", &json!({})).1["total"], 1);
    let values = ann.post("/api/v1/values", &json!({"field": "kind"})).1["values"].to_string();
    assert!(values.contains("payments") && !values.contains("ledger"), "{values}");
    let fields = ann.post("/api/v1/fields", &json!({})).1;
    assert!(fields["fields"].as_array().unwrap().iter().all(|field| field["records"] == 1), "{fields}");
    let patterns = ann.post("/api/v1/patterns", &json!({})).1.to_string();
    assert!(!patterns.contains("booked"), "{patterns}");
    let related = ann.get("/api/v1/correlate?id=u-1").1;
    assert_eq!(related["records"].as_array().unwrap().len(), 1);
    let listed = ann.get("/api/v1/streams").1;
    assert_eq!(listed["streams"].as_array().unwrap().len(), 1, "{listed}");
    let (status, _) =
        ann.send("POST", "/api/v1/export", &[("x-palisade", "1")], &json!({"format": "ndjson"}));
    assert_eq!(status, 200);

    let hidden = world.collector.client().post("/api/v1/search", &json!({"stream": "ledger"})).json();
    let id = hidden["records"][0]["id"].as_str().unwrap();
    let unknown = id.replace(|digit: char| digit.is_ascii_digit(), "1");
    let answers = [id, &unknown].map(|id| {
        let (status, body) = ann.get(&format!("/api/v1/context?id={id}"));
        (status, body["error"]["message"].as_str().unwrap().replace(id, "ID"))
    });
    assert_eq!(answers[0].0, 404);
    assert_eq!(answers[0], answers[1], "a record that may not be seen, and one that there is not");
    assert_eq!(ann.get("/api/v1/alerts").0, 403, "alerts may be about any stream");
}

#[test]
fn a_field_that_is_not_granted_is_not_there() {
    let world = world();
    let client = world.collector.client();
    let ann = add(&world, "ann", &["--role", "investigator", "--stream", "*/-user*,-message"]);
    let of = |browser: &Browser, query: &str| {
        browser.post("/api/v1/search", &json!({"query": query})).1["records"].as_array().unwrap().len()
    };
    for (query, found) in
        [("*", 3), ("u-1", 0), ("user_id:u-1", 0), ("not user_id:*", 3), ("paid", 0), ("kind:ledger", 1)]
    {
        assert_eq!(of(&ann, query), found, "{query}");
    }
    let records = ann.post("/api/v1/search", &json!({"query": "kind:ledger"})).1["records"].clone();
    assert_eq!(records[0]["fields"], json!({"kind": "ledger"}));
    assert!(records[0].get("raw").is_none() && records[0]["withheld"] == true, "{records}");
    let headers = [("x-palisade", "1")];
    let export = |format: &str| {
        let (body, headers) = (json!({"format": format}).to_string(), [("cookie", &*ann.cookie), headers[0]]);
        ann.client.attempt("POST", "/api/v1/export", &headers, body.as_bytes()).unwrap()
    };
    assert_eq!(export("raw").status, 403);
    let csv = export("csv").text();
    assert!(csv.lines().count() == 4 && csv.contains(",ledger,") && !csv.contains("u-1"), "{csv}");

    // What somebody hands on is no more than what they have.
    let token = |grant: &str| {
        let body = json!({"label": "t", "roles": ["investigator"], "streams": [grant], "days": 1});
        ann.send("POST", "/api/v1/tokens", &headers, &body)
    };
    assert_eq!(token("payments").0, 403);
    assert_eq!(token("payments/-user").0, 403);
    let (status, made) = token("payments/-user*,-message,-level");
    assert_eq!(status, 201, "{made}");
    let program = Client::new(&world.collector.address(), made["token"].as_str());
    let found = program.post("/api/v1/search", &json!({})).json()["records"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["fields"]), (1, &json!({"kind": "payments"})));

    let printed = world.collector.command(&["user", "list"]).well().text();
    assert!(printed.contains("*/-message,-user*"), "{printed}");
    let wrong = world.collector.command(&["user", "add", "bob", "--role", "viewer", "--stream", "a/b, c"]);
    assert!(wrong.code != 0 && wrong.stderr.contains("no name of a field"), "{}", wrong.stderr);
    assert_eq!(of_owner(&client), 3);
}

/// How many records the owner finds by a value that others do not see.
fn of_owner(client: &Client) -> usize {
    client.post("/api/v1/search", &json!({"query": "user_id:u-1"})).json()["records"]
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn who_did_what_is_for_auditors_and_they_see_nothing_else() {
    let world = world();
    let viewer = add(&world, "vic", &["--role", "viewer"]);
    let auditor = add(&world, "aud", &["--role", "auditor"]);
    viewer.post("/api/v1/search", &json!({"query": "paid"}));

    let trail = json!({"query": "user_id:vic action:search", "stream": "palisade.audit"});
    assert_eq!(viewer.post("/api/v1/search", &trail).1["records"], json!([]));
    wait_until("the search is found", || {
        auditor.post("/api/v1/search", &trail).1["records"].as_array().is_some_and(|found| found.len() >= 2)
    });
    let open = auditor.post("/api/v1/search", &json!({"limit": 1000})).1;
    let streams = open["records"].as_array().unwrap().iter().map(|record| record["stream"].as_str().unwrap());
    assert!(streams.clone().count() > 5 && streams.clone().all(|stream| stream == "palisade.audit"));
    assert_eq!(auditor.post("/api/v1/reveal", &json!({"query": "*", "reason": "I want to see"})).0, 403);
    assert_eq!(auditor.get("/api/v1/verify").0, 200);
}

#[test]
fn duties_are_apart() {
    let world = world();
    let admin = add(&world, "adm", &["--role", "admin"]);
    let custodian = add(&world, "key", &["--role", "key-custodian"]);
    assert_eq!(admin.post("/api/v1/search", &json!({})).0, 403);
    assert_eq!(admin.post("/api/v1/keys/rotate", &json!({})).0, 403);
    assert_eq!(custodian.post("/api/v1/search", &json!({})).0, 403);
    assert_eq!(custodian.post("/api/v1/users", &json!({"name": "x", "roles": ["admin"]})).0, 403);
    assert_eq!(custodian.get("/api/v1/keys").0, 200);
    let (status, error) = admin.post("/api/v1/reveal", &json!({}));
    assert_eq!(status, 403);
    assert!(error["error"]["hint"].as_str().unwrap().contains("privacy-officer"), "{error}");
}

#[test]
fn a_session_ends_with_sign_out_disabling_and_a_new_password_and_not_with_a_restart() {
    let mut world = world();
    let ann = add(&world, "ann", &["--role", "viewer"]);
    world.collector.terminate();
    world.start_collector();
    let ann = Browser { client: Client::new(&world.collector.address(), None), cookie: ann.cookie };
    assert_eq!(ann.get("/api/v1/session").1["name"], "ann");

    let other = Browser::sign_in(&world, "ann", PASSWORD).unwrap();
    assert_ne!(other.cookie, ann.cookie, "each sign-in has its own");
    assert_eq!(other.send("DELETE", "/api/v1/session", &[("x-palisade", "1")], &json!({})).0, 204);
    assert_eq!((other.get("/api/v1/session").0, ann.get("/api/v1/session").0), (401, 200));

    world.collector.command(&["user", "disable", "ann"]).well();
    assert_eq!(ann.get("/api/v1/session").0, 401);
    assert_eq!(Browser::sign_in(&world, "ann", PASSWORD).err(), Some(401));
    world.collector.command(&["user", "enable", "ann"]).well();
    assert_eq!(ann.get("/api/v1/session").0, 401, "what has ended has ended");

    let ann = Browser::sign_in(&world, "ann", PASSWORD).unwrap();
    world.collector.command(&["user", "password", "ann"]).well();
    assert_eq!(ann.get("/api/v1/session").0, 401);
    assert_eq!(Browser::sign_in(&world, "ann", PASSWORD).err(), Some(401));
}

#[test]
fn a_request_that_another_site_makes_a_browser_send_does_nothing() {
    let world = world();
    let admin = add(&world, "adm", &["--role", "admin"]);
    let user = json!({"name": "eve", "roles": ["admin"]});
    for headers in [
        &[][..],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("x-palisade", "1")],
        &[("sec-fetch-site", "same-site"), ("x-palisade", "1")],
    ] {
        assert_eq!(admin.send("POST", "/api/v1/users", headers, &user).0, 403, "{headers:?}");
    }
    let listed = world.collector.command(&["user", "list"]).well().text();
    assert!(!listed.contains("eve"), "{listed}");
    let form = json!({"name": "adm", "password": PASSWORD}).to_string();
    let headers = [("content-type", "text/plain")];
    let answer = admin.client.attempt("POST", "/api/v1/session", &headers, form.as_bytes()).unwrap();
    assert_eq!(answer.status, 415, "nobody is signed in as somebody else by a form");
    let own = [("sec-fetch-site", "same-origin"), ("x-palisade", "1")];
    assert_eq!(admin.send("POST", "/api/v1/users", &own, &user).0, 201);
}

#[test]
fn a_token_does_what_it_was_made_for_until_it_is_revoked() {
    let world = world();
    let made = ["token", "add", "--role", "viewer", "--stream", "pay*", "--label", "dashboard"];
    let token = world.collector.command(&made).well().text().trim().to_owned();
    let client = Client::new(&world.collector.address(), Some(&token));
    let found = client.post("/api/v1/search", &json!({})).json();
    assert_eq!(found["records"].as_array().unwrap().len(), 1);
    assert_eq!(client.post("/api/v1/export", &json!({})).status, 403);
    let more = client.post("/api/v1/tokens", &json!({"label": "more", "roles": ["viewer"]}));
    assert_eq!(more.status, 403, "a token makes no tokens");

    let machine =
        world.collector.command(&["token", "add", "--role", "agent", "--label", "west"]).well().text();
    let machine = Client::new(&world.collector.address(), Some(machine.trim()));
    assert_eq!(machine.send("/api/v1/ingest/app", &[], b"{\"message\":\"hello\"}\n").status, 200);
    assert_eq!(machine.post("/api/v1/search", &json!({})).status, 403);

    let listed = world.collector.command(&["token", "list", "--json"]).well().text();
    assert!(!listed.contains(&token), "{listed}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let id = listed["tokens"][0]["id"].as_str().unwrap();
    assert_eq!(
        (&listed["tokens"][0]["label"], listed["tokens"][0]["last_used_at"].is_string()),
        (&json!("dashboard"), true)
    );
    world.collector.command(&["token", "revoke", id]).well();
    assert_eq!(client.post("/api/v1/search", &json!({})).status, 401);
}

#[test]
fn who_signs_in_tries_to_and_gives_roles_stands_in_the_trail() {
    let world = world();
    add(&world, "ann", &["--role", "viewer"]);
    assert_eq!(Browser::sign_in(&world, "ann", "wrong wrong wrong").err(), Some(401));
    for _ in 0..5 {
        Browser::sign_in(&world, "nobody", "wrong wrong wrong").err().unwrap();
    }
    assert_eq!(Browser::sign_in(&world, "nobody", "wrong wrong wrong").err(), Some(429));

    let records = world.collector.export("palisade.audit");
    let events: Vec<Value> = records.iter().map(|record| serde_json::from_slice(record).unwrap()).collect();
    let of = |action: &str, user: &str, outcome: &str| {
        let is_it = |event: &&Value| {
            event["action"] == action && event["user_id"] == user && event["outcome"] == outcome
        };
        events.iter().filter(is_it).collect::<Vec<_>>()
    };
    assert_eq!(of("session.start", "ann", "success").len(), 2);
    assert_eq!(of("session.start", "ann", "failure")[0]["source_ip"], "127.0.0.1");
    assert_eq!(of("session.start", "nobody", "failure").len(), 5);
    assert_eq!(of("user.add", "admin", "intended")[0]["detail"]["roles"], json!(["viewer"]));
    assert_eq!(of("password.change", "ann", "intended").len(), 1);
    let text: Vec<u8> = records.concat();
    let secrets = [PASSWORD, "wrong wrong wrong"];
    assert!(secrets.iter().all(|secret| !text.windows(secret.len()).any(|part| part == secret.as_bytes())));
}

#[test]
fn somebody_signs_in_on_the_page_for_the_first_time_and_chooses_a_password() {
    let world = world();
    let added =
        world.collector.command(&["user", "add", "ann", "--role", "viewer", "--stream", "pay*", "--json"]);
    let added: Value = serde_json::from_str(&added.well().text()).unwrap();
    let first = added["first_password"].as_str().unwrap();

    let mut node = crate::page::script(&world.collector, "sign-in.mjs");
    run(node.env("PALISADE_FIRST_PASSWORD", first)).well();

    assert!(Browser::sign_in(&world, "ann", PASSWORD).is_ok());
}

#[test]
fn users_and_tokens_are_made_changed_and_taken_away_on_the_page() {
    let world = World::new();

    browse(&world.collector, "people.mjs");

    let users = world.collector.client().get("/api/v1/users").json();
    assert_eq!(
        (&users["users"][0]["name"], &users["users"][0]["roles"]),
        (&json!("ann"), &json!(["auditor"]))
    );
}

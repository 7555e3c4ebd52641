//! Several tenants in one program: each sees what is its own, and of the others nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Value, json};

use crate::world::{Client, World, run, wait_until};

/// Stands in everything that is the hospital's, and in no request of the other tenant.
const SECRET: &str = "zebra";

const PATIENT: &str = "P-4711";

const CONFIGURATION: &str = r#"
[storage]
split_age = "1s"
[[tenants]]
name = "hospital"
[[tenants.streams]]
name = "ward"
protected = ["patient_id"]
"#;

/// A program with two tenants; the second is the hospital.
struct Two {
    world: World,
}

impl Two {
    fn new() -> Self {
        let mut world = World::prepared();
        let file = world.folder.path().join("palisade.toml");
        fs::write(&file, CONFIGURATION).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        Self { world }
    }

    /// The owner of the first tenant.
    fn first(&self) -> Client {
        self.world.collector.client()
    }

    fn token_of_hospital(&self, file: &str) -> String {
        let path = self.world.collector.data_dir().join("tenants/hospital").join(file);
        fs::read_to_string(path).unwrap().trim().to_owned()
    }

    /// The owner of the hospital.
    fn hospital(&self) -> Client {
        Client::new(&self.world.collector.address(), Some(&self.token_of_hospital("admin.token")))
    }
}

fn records(client: &Client, request: &Value) -> Vec<Value> {
    client.post("/api/v1/search", request).json()["records"].as_array().unwrap().clone()
}

/// Fires for every read.
const RULE: &str = "title: A zebra was seen\ndescription: A zebra.\nid: seen\nlogsource: {category: authentication}\n\
                    detection: {selection: {action: read}, condition: selection}\nlevel: high\n";

/// What the hospital has of everything, by the names that routes take.
fn with_everything(two: &Two) -> Value {
    let client = two.hospital();
    let rule = client.post("/api/v1/rules", &json!({"text": RULE}));
    assert_eq!(rule.status, 200, "{}", rule.text());
    let record = json!({"message": format!("a {SECRET} was read"), "action": "read", "patient_id": PATIENT, "kind": SECRET});
    let sent = client.send("/api/v1/ingest/ward", &[], format!("{record}\n").as_bytes());
    assert_eq!(sent.status, 200);
    wait_until("the record is found", || records(&client, &json!({"stream": "ward"})).len() == 1);
    let id = records(&client, &json!({"stream": "ward"}))[0]["id"].clone();
    let user = client.post("/api/v1/users", &json!({"name": "okapi", "roles": ["viewer"]}));
    assert_eq!(user.status, 201, "{}", user.text());
    let token = json!({"label": SECRET, "roles": ["viewer"]});
    let token: Value = serde_json::from_slice(&client.post("/api/v1/tokens", &token).body).unwrap();
    let hold = json!({"matter": SECRET, "reason": "a test", "from": "now-1d"});
    let hold: Value = serde_json::from_slice(&client.post("/api/v1/holds", &hold).body).unwrap();
    let silence = json!({"matchers": ["rule=other"], "until": "now+1h", "reason": SECRET});
    let silence = client.post("/api/v1/silences", &silence).json();
    let erased = json!({"patient_id": "P-1"}).to_string();
    client.send("/api/v1/ingest/ward", &[], erased.as_bytes());
    let export = client.post("/api/v1/export", &json!({"format": "ndjson", "stream": "ward"}));
    let export = export.header("palisade-export").expect("an export has an id").to_owned();
    let review = json!({"from": "now-1d", "to": "now"});
    let review: Value = serde_json::from_slice(&client.post("/api/v1/reviews", &review).body).unwrap();
    let incident = json!({"title": SECRET, "query": "*", "stream": "ward"});
    let incident: Value = serde_json::from_slice(&client.post("/api/v1/incidents", &incident).body).unwrap();
    let alerts = || client.get("/api/v1/alerts").json()["alerts"].as_array().unwrap().clone();
    wait_until("the rule has fired", || alerts().len() == 1);
    json!({
        "record": id, "user": "okapi", "token": token["id"], "hold": hold["id"], "silence": silence["id"], "rule": "seen",
        "alert": alerts()[0]["id"], "export": export, "review": review["id"],
        "incident": incident["id"],
    })
}

/// The routes that there are, as the document lists them, which another test compares with the program.
fn routes() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    let text = fs::read_to_string(path).unwrap();
    let route = |line: &str| {
        let (method, path) = line.strip_prefix("| `")?.split_once('`')?.0.split_once(' ')?;
        Some((method.to_owned(), path.to_owned()))
    };
    text.lines().filter_map(route).collect()
}

/// A path with the names of what the hospital has.
fn concrete(path: &str, owned: &Value) -> String {
    let kind = match path.split('/').nth(3).unwrap_or_default() {
        "users" => "user",
        "tokens" => "token",
        "holds" => "hold",
        "silences" => "silence",
        "rules" => "rule",
        "alerts" => "alert",
        "exports" => "export",
        "reviews" => "review",
        "incidents" => "incident",
        _ => "record",
    };
    let name = owned[kind].as_str().unwrap().replace(':', "%3A");
    let fill = |part: &str| match part {
        "{stream}" => "ward".to_owned(),
        part if part.starts_with('{') => name.clone(),
        part => part.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Everything that somebody of the first tenant could say about what is the hospital's.
fn bodies(owned: &Value) -> Vec<Value> {
    vec![
        json!({}),
        json!({"query": "*", "from": "now-1d", "to": "now", "limit": 1000}),
        json!({"query": "*", "stream": "ward", "reason": "I want to see it"}),
        json!({"query": "* | stats count() by stream, kind", "tenant": "hospital"}),
        json!({"id": owned["record"], "rule": owned["rule"], "field": "kind", "value": PATIENT}),
        json!({"field": "patient_id", "value": PATIENT, "reason": "I want it gone"}),
        json!({"person": PATIENT}),
        json!({"from": "now-1d", "to": "now"}),
        json!({"item": 1, "conclusion": "justified", "text": "it was somebody else"}),
        json!({"statement": "there is nothing to see here"}),
        json!({"text": "there is nothing to see here"}),
        json!({"duty": "notification", "text": "there is nothing to see here"}),
        json!({"query": "*", "format": "csv", "from": "now-1d", "to": "now", "rules": ["seen"]}),
    ]
}

#[test]
fn no_route_shows_or_changes_what_another_tenant_has() {
    let two = Two::new();
    let owned = with_everything(&two);
    let (first, hospital) = (two.first(), two.hospital());
    let listings = [
        "/api/v1/users",
        "/api/v1/tokens",
        "/api/v1/holds",
        "/api/v1/silences",
        "/api/v1/rules",
        "/api/v1/erasures",
    ];
    let ids = |path: &str| {
        let listed = hospital.get(path).json();
        let rows = listed.as_object().unwrap().values().find_map(Value::as_array).unwrap().clone();
        rows.iter().map(|row| format!("{}{}{}", row["id"], row["name"], row["released"])).collect::<Vec<_>>()
    };
    let before: Vec<Vec<String>> = listings.iter().map(|path| ids(path)).collect();

    let (mut calls, mut cells) = (0, 0);
    for (method, path) in routes() {
        // The tail does not end; it has a test of its own.
        if path == "/api/v1/tail" || path.starts_with("/assets/") {
            continue;
        }
        cells += 1;
        let path = concrete(&path, &owned);
        let record = owned["record"].as_str().unwrap();
        let paths = match method.as_str() {
            "GET" => vec![
                format!("{path}?tenant=hospital&id={record}&query=*&at=now-1m&stream=ward&from=now-1d"),
                format!("{path}?id={PATIENT}"),
                path,
            ],
            _ => vec![path],
        };
        for path in paths {
            for body in bodies(&owned) {
                let headers = [
                    ("x-scope-orgid", "hospital"),
                    ("x-tenant", "hospital"),
                    ("content-type", "application/json"),
                ];
                let answer = first.attempt(&method, &path, &headers, body.to_string().as_bytes()).unwrap();
                assert!(!answer.text().contains(SECRET), "{method} {path} {body}: {}", answer.text());
                calls += 1;
                if method == "GET" {
                    break;
                }
            }
        }
    }

    let shows = |path: &str| hospital.get(path).text().contains(SECRET);
    let shown = ["/context?id=", "/alerts/", "/rules/"].map(|part| {
        let kind = part.trim_matches('/').trim_end_matches('s');
        let name = owned[kind].as_str().unwrap_or_else(|| owned["record"].as_str().unwrap());
        shows(&format!("/api/v1{part}{}", name.replace(':', "%3A")))
    });
    assert_eq!(shown, [true; 3], "those who may see it do");
    assert!(listings[1..4].iter().all(|path| shows(path)), "those who may see it do");

    println!("{cells} routes, {calls} requests");
    assert!(cells > 60, "only {cells} routes");
    let after: Vec<Vec<String>> = listings.iter().map(|path| ids(path)).collect();
    assert_eq!(before, after, "and nothing of the hospital's was changed");
    let question = json!({"stream": "ward", "query": "kind:zebra", "reason": "to see that it can be read"});
    let revealed = hospital.post("/api/v1/reveal", &question).json();
    assert!(revealed.to_string().contains(PATIENT), "the keys are still there: {revealed}");
    let trail = two.world.collector.export("palisade.audit").concat();
    assert!(!String::from_utf8_lossy(&trail).contains("\"user_id\":\"okapi\""));
}

#[test]
fn the_tail_of_one_tenant_has_nothing_of_another() {
    let two = Two::new();
    let tail = two.first().open("GET", "/api/v1/tail?query=message:*", &[], &[]).unwrap();
    let mut lines = BufReader::new(tail).lines();
    assert!(lines.next().unwrap().unwrap().contains("200"));

    for (client, word) in
        [(two.hospital(), SECRET), (two.first(), "lion"), (two.hospital(), SECRET), (two.first(), "last")]
    {
        let record = format!("{{\"message\":\"a {word}\"}}\n");
        assert_eq!(client.send("/api/v1/ingest/app", &[], record.as_bytes()).status, 200);
    }

    let heard: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.contains("a last")).collect();
    assert!(heard.iter().any(|line| line.contains("a lion")));
    assert!(heard.iter().all(|line| !line.contains(SECRET)), "{heard:?}");
}

#[test]
fn a_name_and_a_password_are_those_of_one_tenant() {
    let two = Two::new();
    let nobody = Client::new(&two.world.collector.address(), None);
    let add = |client: &Client| {
        let added = client.post("/api/v1/users", &json!({"name": "ann", "roles": ["viewer"]}));
        let added: Value = serde_json::from_slice(&added.body).unwrap();
        added["first_password"].as_str().unwrap().to_owned()
    };
    let (of_first, of_hospital) = (add(&two.first()), add(&two.hospital()));
    let sign_in = |password: &str, tenant: Option<&str>| {
        nobody.post("/api/v1/session", &json!({"name": "ann", "password": password, "tenant": tenant}))
    };

    for (password, tenant, status) in [
        (&of_hospital, None, 401),
        (&of_first, Some("hospital"), 401),
        (&of_first, Some("nowhere"), 401),
        (&of_first, None, 204),
        (&of_first, Some("default"), 204),
        (&of_hospital, Some("hospital"), 204),
    ] {
        let answer = sign_in(password, tenant);
        assert_eq!(answer.status, status, "{tenant:?}: {}", answer.text());
        let Some(cookie) = answer.header("set-cookie") else { continue };
        let cookie = cookie.split(';').next().unwrap();
        let who = nobody.attempt("GET", "/api/v1/session", &[("cookie", cookie)], &[]).unwrap().json();
        assert_eq!(who["tenant"], tenant.unwrap_or("default"));
    }
    let unknown = nobody.attempt("GET", "/api/v1/session", &[("cookie", "palisade_session=x")], &[]).unwrap();
    assert_eq!(unknown.status, 401);
}

/// Files below a folder that have a text, by their path in it.
fn having(text: &str, folder: &Path) -> Vec<String> {
    let finished = run(std::process::Command::new("grep").args(["-rlaF", text]).arg(folder));
    finished.text().lines().map(str::to_owned).collect()
}

#[test]
fn what_is_stored_lies_in_a_folder_of_its_own_which_is_verified_by_itself_and_survives_a_restart() {
    let mut two = Two::new();
    let owned = with_everything(&two);
    two.world.collector.kill();
    two.world.start_collector();

    let found = records(&two.hospital(), &json!({"stream": "ward", "query": "kind:zebra"}));
    assert_eq!(found[0]["id"], owned["record"]);
    assert!(records(&two.first(), &json!({"query": "kind:zebra"})).is_empty());
    let (data_dir, mine) = (two.world.collector.data_dir().to_owned(), "tenants/hospital");
    let places = having(SECRET, &data_dir);
    assert!(!places.is_empty() && places.iter().all(|place| place.contains(mine)), "{places:?}");
    let splits = data_dir.join(mine).join("objects/splits");
    wait_until("the record is in a split", || fs::read_dir(&splits).is_ok_and(|split| split.count() > 0));
    two.world.collector.terminate();
    let key = |folder: &Path| fs::read_to_string(folder.join("log.vkey")).unwrap();
    assert_ne!(key(&data_dir), key(&data_dir.join(mine)), "each signs with a key of its own");
    let folder = data_dir.join(mine).display().to_string();
    let verified =
        run(std::process::Command::new(crate::world::PALISADE).args(["verify", "--data-dir", &folder]));
    assert_eq!(verified.code, 0, "{}{}", verified.text(), verified.stderr);
}

//! Reports, as an auditor takes them: from a number on paper to its question, its records, and the proof of each.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::page::script;
use crate::world::{Finished, PALISADE, World, run, wait_until};

const CONFIGURATION: &str = r#"
[storage]
split_age = "1s"
[reports]
zone = "Europe/Berlin"
[[streams]]
name = "ward"
protected = ["patient_id"]
[detect]
rules = ["RULES"]
"#;

const RULE: &str = "title: Somebody reads at night\nid: night\nlogsource: {category: authentication}\nlevel: high\n\
                    detection: {selection: {user_id: dr-9, action: read}, condition: selection}\n";

/// A month of a small hospital and a small bank: who read whose data, when, and who could not sign in.
struct Month {
    world: World,
    reads: Vec<(String, String, String, &'static str)>,
}

impl Month {
    fn new() -> Self {
        let mut world = World::prepared();
        let rules = world.folder.path().join("rule.yml");
        fs::write(&rules, RULE).unwrap();
        let file = world.folder.path().join("palisade.toml");
        fs::write(&file, CONFIGURATION.replace("RULES", &rules.display().to_string())).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        let mut reads = Vec::new();
        for number in 0..600_u32 {
            let (role, user) = [("physician", number % 7), ("nurse", number % 3 + 10)][(number % 2) as usize];
            let (day, hour) = (number % 31 + 1, 6 + number % 12);
            let time = format!("2026-10-{day:02}T{hour:02}:{:02}:00Z", number % 60);
            reads.push((time, format!("dr-{user}"), format!("P-{}", number % 97), role));
        }
        for night in 0..15_u32 {
            let time = format!("2026-10-{:02}T01:{night:02}:00Z", night + 2);
            reads.push((time, "dr-9".to_owned(), format!("P-{night}"), "physician"));
        }
        let line = |(time, user, patient, role): &(String, String, String, &str)| {
            let record = json!({"timestamp": time, "action": "read", "outcome": "success", "user_id": user, "patient_id": patient, "role": role});
            format!("{record}\n")
        };
        let lines: String = reads.iter().map(line).collect();
        let client = world.collector.client();
        assert_eq!(client.send("/api/v1/ingest/ward", &[], lines.as_bytes()).status, 200);
        let sign_in = |number: u32| {
            let hostile = if number.is_multiple_of(3) { "#panic() *x* $y$ \u{202e}" } else { "ann" };
            let record = json!({
                "timestamp": format!("2026-10-{:02}T09:00:00Z", number % 28 + 1), "action": "login", "outcome": "failure",
                "user_id": hostile, "source_ip": "192.0.2.7",
            });
            format!("{record}\n")
        };
        let lines: String = (0..42).map(sign_in).collect();
        assert_eq!(client.send("/api/v1/ingest/bank", &[], lines.as_bytes()).status, 200);
        let found = || {
            let counted = client.post(
                "/api/v1/search",
                &json!({"query": "* | stats count()", "from": "2026-10-01T00:00:00Z"}),
            );
            counted.json()["rows"][0][0].as_u64()
        };
        wait_until("all are found", || found() == Some(615 + 42));
        wait_until("they are in the signed log", || {
            let folder = world.collector.data_dir().join("objects/log/checkpoints");
            fs::read_dir(folder).is_ok_and(|entries| entries.count() > 0)
        });
        Self { world, reads }
    }

    fn path(&self, name: &str) -> String {
        self.world.folder.path().join(name).display().to_string()
    }

    /// Makes the report of October, with all its files; waits until the log tells of it.
    fn report(&self) -> String {
        let out = self.path("october.pdf");
        let arguments = ["report", "--month", "2026-10", "--out", &out, "--tables", &self.path("tables")];
        let made = self.world.collector.command(&arguments).well().text();
        let id = made.split_whitespace().next().unwrap().to_owned();
        let fetch = ["report", "fetch", &id, "--out", &out];
        wait_until("the log tells of the report", || {
            self.world.collector.command(&fetch).well();
            Path::new(&format!("{out}.tlog-proof")).exists()
        });
        id
    }

    fn tables(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("tables/tables.json")).unwrap()).unwrap()
    }

    fn verify_report(&self) -> Finished {
        let key = self.world.collector.data_dir().join("log.vkey").display().to_string();
        run(Command::new(PALISADE).args(["verify", "--report", &self.path("october.pdf"), "--key", &key]))
    }
}

fn table<'a>(tables: &'a Value, id: &str) -> &'a Value {
    let found = tables["tables"].as_array().unwrap().iter().find(|table| table["id"] == id);
    found.unwrap_or_else(|| panic!("no table {id}"))
}

/// What stands on paper.
fn paper(file: &str) -> String {
    run(Command::new("pdftotext").args(["-layout", file, "-"])).well().text()
}

#[test]
fn the_numbers_on_paper_are_those_of_the_records_and_anybody_can_ask_for_them_again() {
    let month = Month::new();
    month.report();
    let (tables, text) = (month.tables(), paper(&month.path("october.pdf")));

    let count = |role: &str| month.reads.iter().filter(|read| read.3 == role).count();
    let roles = table(&tables, "ward-by-role");
    assert_eq!(roles["rows"], json!([["physician", count("physician")], ["nurse", count("nurse")]]));
    let after = table(&tables, "ward-after-hours");
    let night = after["rows"].as_array().unwrap().iter().find(|row| row[0] == "dr-9").unwrap();
    assert_eq!((&night[1], &night[2]), (&json!(15), &json!(15)), "{after}");
    let failed = table(&tables, "failed-sign-ins-by-address");
    assert_eq!(failed["rows"], json!([["192.0.2.7", 42]]));
    let dense: String = text.split_whitespace().collect();
    for wanted in [
        "315",
        "300",
        "192.0.2.7",
        "dr-9",
        "Evidence report, October 2026",
        "Europe/Berlin",
        "#panic()",
        "‹U+202E›",
    ] {
        let wanted: String = wanted.split_whitespace().collect();
        assert!(dense.contains(&wanted), "{wanted} is not on paper\n{text}");
    }
    assert!(!text.contains("P-1") && !tables.to_string().contains("P-1"), "no patient is named");

    let client = month.world.collector.client();
    let mut asked = 0;
    for query in tables["queries"].as_array().unwrap() {
        let is_counted = query["text"].as_str().unwrap().starts_with("* | stats count() by role");
        let question = json!({"query": query["text"], "stream": query["stream"], "from": query["from"], "to": query["to"], "limit": 10000});
        let answer = client.post("/api/v1/search", &question).json();
        if is_counted && query["stream"] == "ward" {
            assert_eq!(answer["rows"], roles["rows"]);
            asked += 1;
        }
    }
    assert_eq!(asked, 1);
    let csv = fs::read_to_string(month.path("tables/ward-by-role.csv")).unwrap();
    assert_eq!(csv, "role,accesses\r\nphysician,315\r\nnurse,300\r\n");
}

#[test]
fn an_auditor_walks_from_a_number_to_its_records_and_their_proofs() {
    let month = Month::new();
    month.report();

    // The number, and the question in brackets behind it.
    let tables = month.tables();
    let after = table(&tables, "ward-after-hours");
    let id = after["queries"][0].as_str().unwrap();
    let query = tables["queries"].as_array().unwrap().iter().find(|query| query["id"] == id).unwrap();
    assert!(paper(&month.path("october.pdf")).contains(query["text"].as_str().unwrap()));

    // Its records: the question without its pipes, for the person who stands out.
    let folder = month.path("case");
    let (from, to) = (query["from"].as_str().unwrap(), query["to"].as_str().unwrap());
    let export = [
        "export",
        "--stream",
        "ward",
        "--query",
        "user_id:dr-9",
        "--from",
        from,
        "--to",
        to,
        "--evidence",
        &folder,
    ];
    month.world.collector.command(&export).well();

    // The proof of each, with the public key alone.
    let key = month.world.collector.data_dir().join("log.vkey").display().to_string();
    let verified = run(Command::new(PALISADE).args(["verify", "--evidence", &folder, "--key", &key])).well();
    assert!(verified.text().contains("15 of 15 records are proved"), "{}", verified.text());

    // And of the report itself.
    let verified = month.verify_report();
    assert_eq!(verified.code, 0, "{}{}", verified.text(), verified.stderr);
    let pdf = month.path("october.pdf");
    let mut bytes = fs::read(&pdf).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&pdf, bytes).unwrap();
    let changed = month.verify_report();
    assert_eq!(changed.code, 1, "{}", changed.text());
    assert!(changed.text().contains("the log tells of a report with"), "{}", changed.text());
}

#[test]
fn the_same_document_gives_the_same_bytes_in_another_process() {
    let month = Month::new();
    month.report();

    let document = month.path("tables/document.json");
    let again = month.path("again.pdf");
    run(Command::new(PALISADE).args(["report", "typeset", &document, "--out", &again])).well();

    assert_eq!(fs::read(month.path("october.pdf")).unwrap(), fs::read(&again).unwrap());
    let said = run(Command::new("pdfinfo").arg(&again)).well().text();
    assert!(said.contains("Tagged:          yes"), "{said}");
}

#[test]
fn what_happened_in_a_month_stands_in_the_report_of_that_month() {
    let mut month = Month::new();
    let client = month.world.collector.client();
    let reveal = json!({"query": "user_id:dr-9", "stream": "ward", "reason": "a complaint of the ward", "limit": 5, "from": "2026-10-01T00:00:00Z"});
    assert_eq!(client.post("/api/v1/reveal", &reveal).status, 200);
    wait_until("the rule has fired", || {
        client.get("/api/v1/alerts").json()["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty())
    });
    let incident = json!({"title": "a letter to the wrong address"});
    assert!(matches!(client.post("/api/v1/incidents", &incident).status, 200 | 201));
    month.world.collector.kill();
    month.world.start_collector();
    let this_month = month.world.collector.command(&[
        "report",
        "--month",
        &now_as_month(),
        "--tables",
        &month.path("now"),
    ]);
    this_month.well();

    let tables: Value = serde_json::from_slice(&fs::read(month.path("now/tables.json")).unwrap()).unwrap();
    let reveals = table(&tables, "reveals")["rows"].as_array().unwrap();
    assert!(
        reveals.iter().any(|row| row[1] == "admin" && row[3] == "a complaint of the ward"),
        "{reveals:?}"
    );
    let alerts = table(&tables, "alerts-by-rule")["rows"].as_array().unwrap();
    assert_eq!(alerts[0][0], "Somebody reads at night", "{alerts:?}");
    let controls = table(&tables, "controls")["rows"].as_array().unwrap();
    let users = controls.iter().find(|row| row[1] == "164.312(a)(2)(i)").unwrap();
    assert!(users[3].as_str().unwrap().contains("gap (named-users"), "{users}");
    let starts = table(&tables, "not-running")["rows"].as_array().unwrap();
    let ended: Vec<&Value> = starts.iter().map(|row| &row[3]).collect();
    assert_eq!(ended, ["unknown", "killed"], "{starts:?}");
    assert!(starts[1][0].is_string() && starts[1][2].as_u64().is_some_and(|seconds| seconds < 300));
    let incidents = table(&tables, "incidents")["rows"].as_array().unwrap();
    let told: Vec<&Value> = incidents.iter().map(|row| &row[3]).collect();
    assert_eq!(told, ["a letter to the wrong address"], "{incidents:?}");
}

/// The month in which the test runs.
fn now_as_month() -> String {
    let said = run(Command::new("date").args(["-u", "+%Y-%m"])).well().text();
    said.trim().to_owned()
}

#[test]
fn what_is_no_month_or_no_report_is_told() {
    let month = Month::new();
    let refused = |arguments: &[&str]| {
        let finished = month.world.collector.command(arguments);
        assert_eq!(finished.code, 1, "{}", finished.text());
        finished.stderr
    };

    assert!(refused(&["report", "--month", "2026-13"]).contains("is no month; write it like 2026-10"));
    assert!(refused(&["report", "--month", "2999-01"]).contains("is no month"));
    assert!(refused(&["report", "--month", "2200-01"]).contains("has not begun"));
    assert!(refused(&["report", "--month", "2026-10", "--zone", "Atlantis"]).contains("no time zone"));
    let out = month.path("x.pdf");
    assert!(refused(&["report", "fetch", "..", "--out", &out]).contains("nothing at"));
    assert!(refused(&["report", "fetch", "none", "--out", &out]).contains("no report `none`"));
    assert!(!Path::new(&out).exists());
}

#[test]
fn a_report_is_made_and_read_on_the_page_and_each_number_leads_to_its_question() {
    let month = Month::new();
    let physicians = month.reads.iter().filter(|read| read.3 == "physician").count();

    let mut walk = script(&month.world.collector, "report.mjs");
    run(walk.env("PALISADE_PHYSICIANS", physicians.to_string())).well();
}

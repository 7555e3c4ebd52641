//! Who opened whose data: asked without a query language, explained by what other systems tell, reviewed, and signed.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::page::script;
use crate::world::{Answer, Client, World, run, wait_until};

const CONFIGURATION: &str = r#"
[storage]
split_age = "1s"
[reports]
zone = "Europe/Berlin"
[[streams]]
name = "ward"
protected = ["patient_id"]
[[streams]]
name = "care"
protected = ["patient_id"]
[review]
stream = "ward"
facts = "care"
[detect]
packs = ["palisade"]
"#;

/// Of whom most is asked.
const PATIENT: &str = "P-4711";

/// Opens the data of people with whom they have nothing to do, at night.
const INSIDER: &str = "nu-66";

/// The rule `review-overdue` of the pack `palisade`.
const OVERDUE: &str = "0b7a3a55-3f5d-4f0e-9c43-0d8b9a7c2e61";

/// One access, as the test knows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Opened {
    time: String,
    user: String,
    patient: String,
    outcome: &'static str,
    is_explained: bool,
}

struct Hospital {
    world: World,
    opened: Vec<Opened>,
}

impl Hospital {
    /// A month in which everybody has a reason but the insider, and but those of every eleventh access.
    fn new() -> Self {
        let mut world = World::prepared();
        let file = world.folder.path().join("palisade.toml");
        fs::write(&file, CONFIGURATION).unwrap();
        world.collector.arguments(&["--config", &file.display().to_string()]);
        world.start_collector();
        let mut opened = Vec::new();
        let mut facts = "kind,patient_id,user_id,ward,valid_from,valid_to,reference\n".to_owned();
        for number in 0..300_u32 {
            let (day, hour) = (number % 28 + 1, 8 + number % 9);
            let patient =
                if number.is_multiple_of(7) { PATIENT.to_owned() } else { format!("P-{}", number % 40) };
            let is_explained = !number.is_multiple_of(11);
            let user = if is_explained { format!("dr-{}", number % 5) } else { format!("cl-{number}") };
            let time = format!("2026-10-{day:02}T{hour:02}:{:02}:00Z", number % 60);
            if is_explained {
                let (from, to) = (
                    format!("2026-10-{day:02}T{hour:02}:00:00Z"),
                    format!("2026-10-{day:02}T{hour:02}:59:00Z"),
                );
                facts.push_str(&format!("appointment,{patient},{user},,{from},{to},A-{number}\n"));
            }
            let outcome = if number.is_multiple_of(33) { "failure" } else { "success" };
            opened.push(Opened { time, user, patient, outcome, is_explained });
        }
        for number in 0..12_u32 {
            let time = format!("2026-10-14T23:{:02}:30Z", number * 2);
            let patient = if number == 5 { PATIENT.to_owned() } else { format!("P-{}", number + 100) };
            opened.push(Opened {
                time,
                user: INSIDER.to_owned(),
                patient,
                outcome: "success",
                is_explained: false,
            });
        }
        let hospital = Self { world, opened };
        hospital.send(&hospital.opened);
        let table = hospital.world.folder.path().join("facts.csv");
        fs::write(&table, facts).unwrap();
        let told = ["review", "facts", &table.display().to_string(), "--stream", "care"];
        let said = hospital.world.collector.command(&told).well().text();
        assert!(said.is_empty(), "what it says is for people: {said}");
        let all = hospital.opened.len() as u64;
        wait_until("all are found", || {
            hospital.ask(&json!({"user": "nobody"})).status == 200 && hospital.count() == all
        });
        hospital
    }

    fn client(&self) -> Client {
        self.world.collector.client()
    }

    fn send(&self, opened: &[Opened]) {
        let line = |one: &Opened| {
            let record = json!({
                "timestamp": one.time, "action": "record.open", "outcome": one.outcome, "user_id": one.user,
                "patient_id": one.patient, "role": if one.user.starts_with("dr") { "physician" } else { "other" },
            });
            format!("{record}\n")
        };
        let lines: String = opened.iter().map(line).collect();
        assert_eq!(self.client().send("/api/v1/ingest/ward", &[], lines.as_bytes()).status, 200);
    }

    fn count(&self) -> u64 {
        let counted = json!({"query": "* | stats count()", "stream": "ward"});
        self.client().post("/api/v1/search", &counted).json()["rows"][0][0].as_u64().unwrap_or(0)
    }

    fn ask(&self, request: &Value) -> Answer {
        self.client().post("/api/v1/access", request)
    }
}

/// What an answer says, as far as the test knows it too: patients are tokens in it.
fn told(answer: &Value) -> BTreeSet<(String, String, String, bool)> {
    let text = |access: &Value, key: &str| access[key].as_str().unwrap().to_owned();
    let one = |access: &Value| {
        let seconds = text(access, "timestamp").replace(".000000000", "").replace(".000", "");
        (seconds, text(access, "user"), text(access, "outcome"), !access["explained_by"].is_null())
    };
    answer["accesses"].as_array().unwrap().iter().map(one).collect()
}

fn known<'a>(opened: impl Iterator<Item = &'a Opened>) -> BTreeSet<(String, String, String, bool)> {
    opened.map(|one| (one.time.clone(), one.user.clone(), one.outcome.to_owned(), one.is_explained)).collect()
}

#[test]
fn who_opened_a_persons_data_is_told_exactly_with_what_explains_it() {
    let hospital = Hospital::new();

    let answer = hospital.ask(&json!({"person": PATIENT}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let of_patient = || hospital.opened.iter().filter(|one| one.patient == PATIENT);
    assert_eq!(told(&answer), known(of_patient()));
    assert_eq!(answer["count"], of_patient().count());
    let explained = of_patient().filter(|one| one.is_explained).count();
    assert_eq!((&answer["explained"], &answer["unusable_facts"]), (&json!(explained), &json!(0)));
    let sentences =
        answer["accesses"].as_array().unwrap().iter().filter_map(|access| access["explained_by"].as_str());
    assert!(sentences.clone().all(|text| text.starts_with("appointment, 2026-10-") && text.contains("(A-")));

    let between = json!({"person": PATIENT, "from": "2026-10-08T00:00:00Z", "to": "2026-10-15T00:00:00Z", "outcome": "success", "unexplained": true});
    let answer = hospital.ask(&between).json();
    let meant = of_patient().filter(|one| {
        let is_between = ("2026-10-08".."2026-10-15").contains(&&one.time[..10]);
        is_between && one.outcome == "success" && !one.is_explained
    });
    assert_eq!(told(&answer), known(meant));
    assert!(told(&answer).iter().any(|(_, user, ..)| user == INSIDER));

    let by_user = hospital.ask(&json!({"user": INSIDER})).json();
    assert_eq!(told(&by_user), known(hospital.opened.iter().filter(|one| one.user == INSIDER)));
    let at_night =
        by_user["accesses"].as_array().unwrap().iter().filter(|access| access["after_hours"] == true);
    assert_eq!(at_night.count(), 12, "23:00 in London is 01:00 in Berlin");

    // On the command line, and as a file for a spreadsheet.
    let file = hospital.world.folder.path().join("accesses.csv");
    let out = file.display().to_string();
    let said =
        hospital.world.collector.command(&["access", "--person", PATIENT, "--csv", &out]).well().text();
    assert!(
        said.starts_with(&format!(
            "{} accesses; of those looked at {explained} explained",
            of_patient().count()
        )),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), of_patient().count() + 1);

    // Neither the question nor the answer tells the patient's name to whoever reads what was done.
    let trail = hospital.world.collector.export("palisade.audit").concat();
    let trail = String::from_utf8_lossy(&trail);
    assert!(trail.contains("asked for access") && !trail.contains(PATIENT), "{trail}");
}

#[test]
fn what_nothing_explains_is_ranked_reviewed_and_signed() {
    let hospital = Hospital::new();
    let month = json!({"from": "2026-09-30T22:00:00Z", "to": "2026-10-31T23:00:00Z"});

    let ranked = hospital.client().post("/api/v1/access/unexplained", &month).json();
    let opened = hospital.opened.clone();
    let unexplained: Vec<&Opened> = opened.iter().filter(|one| !one.is_explained).collect();
    assert_eq!(ranked["accesses"], hospital.opened.len());
    assert_eq!(ranked["explained"], hospital.opened.len() - unexplained.len());
    let users: BTreeSet<&str> = unexplained.iter().map(|one| one.user.as_str()).collect();
    assert_eq!(ranked["users"], users.len());
    let first: Vec<&str> = (0..3).map(|at| ranked["pairs"][at]["user"].as_str().unwrap()).collect();
    assert_eq!(first, [INSIDER; 3], "{ranked}");
    assert_eq!(ranked["pairs"][0]["others"], 9, "{ranked}");

    let begun = hospital.client().post("/api/v1/reviews", &month);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let review: Value = serde_json::from_slice(&begun.body).unwrap();
    let (id, items) = (review["id"].as_str().unwrap(), review["items"].as_array().unwrap().len());
    assert_eq!(review["items"][0]["user"], INSIDER);
    let command = |words: &[&str]| hospital.world.collector.command(words);
    let early = command(&["review", "sign", id, "all of it is in order"]);
    assert!(early.code == 1 && early.stderr.contains("have no finding yet: 1, 2, 3"), "{}", early.stderr);
    for item in 1..=items {
        let conclusion = if item == 1 { "violation" } else { "justified" };
        let number = item.to_string();
        command(&["review", "find", id, &number, conclusion, "asked the head of the ward"]).well();
    }
    let signed = command(&["review", "sign", id, "one goes to the data protection officer"]).well().text();
    assert!(signed.starts_with("signed by "), "{signed}");
    let late = command(&["review", "find", id, "1", "justified", "nothing has happened here"]);
    assert!(late.code == 1 && late.stderr.contains("is signed by"), "{}", late.stderr);
    let shown = command(&["review", "show", id]).well().text();
    assert!(
        shown.contains("violation") && shown.contains("one goes to the data protection officer"),
        "{shown}"
    );

    // What was signed outlives the process, and the log tells of it.
    let mut hospital = hospital;
    hospital.world.collector.terminate();
    hospital.world.start_collector();
    let list = hospital.client().get("/api/v1/reviews").json();
    assert_eq!(
        (&list["reviews"][0]["state"], &list["reviews"][0]["found"]),
        (&json!("signed"), &json!(items))
    );
    let trail = hospital.world.collector.export("palisade.audit").concat();
    let trail = String::from_utf8_lossy(&trail);
    for action in ["review.open", "review.find", "review.sign"] {
        assert!(trail.contains(action), "{action} is not written down");
    }

    // The report of the month tells the same.
    let path = |name: &str| hospital.world.folder.path().join(name).display().to_string();
    let (out, tables) = (path("october.pdf"), path("tables"));
    hospital
        .world
        .collector
        .command(&["report", "--month", "2026-10", "--out", &out, "--tables", &tables])
        .well();
    let tables: Value = serde_json::from_slice(&fs::read(path("tables/tables.json")).unwrap()).unwrap();
    let table =
        |id: &str| tables["tables"].as_array().unwrap().iter().find(|table| table["id"] == id).unwrap();
    let (all, left) = (opened.len(), unexplained.len());
    assert_eq!(table("explained")["rows"], json!([[all, all - left, left, users.len()]]));
    assert_eq!(table("unexplained")["rows"][0][0], INSIDER);
    let is_of_facts = |table: &Value| table["id"].as_str().unwrap().starts_with("care-");
    assert!(!tables["tables"].as_array().unwrap().iter().any(is_of_facts), "facts are no accesses");
    let row = &table("reviews")["rows"][0];
    assert_eq!((&row[0], &row[3], &row[4], &row[5]), (&json!(id), &json!(items), &json!(items), &json!(1)));
}

#[test]
fn a_review_that_nobody_signs_makes_an_alert() {
    let mut hospital = Hospital::new();
    let soon = json!({"from": "2026-10-01T00:00:00Z", "to": "2026-10-02T00:00:00Z", "due": "now+1s"});
    let opened = hospital.client().post("/api/v1/reviews", &soon);
    assert_eq!(opened.status, 201, "{}", opened.text());
    let overdue = |hospital: &Hospital| {
        hospital.client().get("/api/v1/reviews").json()["reviews"][0]["state"] == "overdue"
    };
    wait_until("it is overdue", || overdue(&hospital));

    // It looks when it starts, and every minute.
    hospital.world.collector.terminate();
    hospital.world.start_collector();
    let alerts = |hospital: &Hospital| {
        hospital.client().get("/api/v1/alerts").json()["alerts"].as_array().unwrap().clone()
    };
    let is_told = |alerts: &[Value]| alerts.iter().filter(|alert| alert["rule"] == OVERDUE).count() == 1;
    wait_until("somebody is told", || is_told(&alerts(&hospital)));

    hospital.world.collector.terminate();
    hospital.world.start_collector();
    let said = hospital.world.collector.export("palisade.audit").concat();
    let said = String::from_utf8_lossy(&said);
    assert_eq!(said.matches("\"action\":\"review.overdue\"").count(), 1, "it is said once: {said}");
}

#[test]
fn only_privacy_officers_ask_and_only_about_streams_that_they_may_read() {
    let hospital = Hospital::new();
    let client = hospital.client();
    let token = |role: &str, streams: &[&str]| -> Client {
        let wanted = json!({"label": role, "roles": [role], "streams": streams});
        let made: Value = serde_json::from_slice(&client.post("/api/v1/tokens", &wanted).body).unwrap();
        Client::new(&hospital.world.collector.address(), Some(made["token"].as_str().unwrap()))
    };
    let question = json!({"person": PATIENT});

    assert_eq!(token("privacy-officer", &["*"]).post("/api/v1/access", &question).status, 200);
    let elsewhere = token("privacy-officer", &["bank"]).post("/api/v1/access", &question);
    assert!(elsewhere.status == 403 && elsewhere.text().contains("may not read the stream `ward`"));
    for role in ["viewer", "investigator", "auditor", "admin"] {
        assert_eq!(token(role, &["*"]).post("/api/v1/access", &question).status, 403, "{role}");
    }
    assert_eq!(
        token("auditor", &["*"]).get("/api/v1/reviews").status,
        200,
        "auditors see that reviews are held"
    );
}

#[test]
fn what_is_wrong_with_a_question_or_a_table_is_told() {
    let hospital = Hospital::new();

    let both = hospital.ask(&json!({"person": PATIENT, "user": "dr-1"}));
    assert!(both.status == 400 && both.text().contains("either `person` or `user`"), "{}", both.text());
    let hostile = hospital.ask(&json!({"user": "\" or * | head 1 \\"}));
    assert_eq!((hostile.status, hostile.json()["count"].as_u64()), (200, Some(0)), "a value is a value");
    let endless = hospital.client().post("/api/v1/access/unexplained", &json!({}));
    assert!(endless.status == 400 && endless.text().contains("a span is needed"), "{}", endless.text());

    let table = hospital.world.folder.path().join("wrong.csv");
    let before = hospital
        .client()
        .post("/api/v1/search", &json!({"query": "* | stats count()", "stream": "care"}))
        .json();
    for (line, problem) in [
        (
            "stay,P-1,,surgery,2026-10-01,2026-10-02T00:00:00Z",
            "line 3: `valid_from` is `2026-10-01`; write it like",
        ),
        ("stay,P-1,,,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z", "line 3: it names fewer than two of"),
        (
            "stay,P-1,,surgery,2026-10-03T00:00:00Z,2026-10-02T00:00:00Z",
            "line 3: `valid_to` is before `valid_from`",
        ),
        ("stay,P-1", "wrong.csv is no table"),
    ] {
        let good = "stay,P-1,,surgery,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z";
        fs::write(&table, format!("kind,patient_id,user_id,ward,valid_from,valid_to\n{good}\n{line}\n"))
            .unwrap();
        let told = ["review", "facts", &table.display().to_string(), "--stream", "care"];
        let refused = hospital.world.collector.command(&told);
        assert!(refused.code == 1 && refused.stderr.contains(problem), "{}", refused.stderr);
    }
    let after = hospital
        .client()
        .post("/api/v1/search", &json!({"query": "* | stats count()", "stream": "care"}))
        .json();
    assert_eq!(before["rows"], after["rows"], "of a table with a mistake nothing is told");
}

#[test]
fn access_is_asked_ranked_reviewed_and_signed_on_the_page() {
    let hospital = Hospital::new();
    let now = jiff::Timestamp::now();
    let recent = |number: u32| Opened {
        time: (now - jiff::SignedDuration::from_mins(i64::from(number) + 5)).to_string(),
        user: INSIDER.to_owned(),
        patient: format!("P-{}", number + 200),
        outcome: "success",
        is_explained: false,
    };
    hospital.send(&(0..12).map(recent).collect::<Vec<_>>());
    let all = hospital.opened.len() as u64 + 12;
    wait_until("the recent ones are found", || hospital.count() == all);

    let mut walk = script(&hospital.world.collector, "access.mjs");
    run(walk.env("PALISADE_PATIENT", PATIENT).env("PALISADE_INSIDER", INSIDER)).well();

    let reviews = hospital.client().get("/api/v1/reviews").json();
    assert_eq!(reviews["reviews"][0]["state"], "signed", "{reviews}");
}

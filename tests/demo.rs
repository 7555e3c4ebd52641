//! The demonstration: what its guide promises is there, in every tier, and is what its files say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Client, Folder, PALISADE, Program, wait_for, wait_until};

/// The rule `many-records-opened-after-shift` of the pack `hospital`.
const AFTER_SHIFT: &str = "ef8ff643-b26b-4050-a9a0-a139e62fe5f9";

/// When, by whom, whose, and with what outcome.
type Access = (String, String, String, String);

struct Demo {
    program: Program,
    client: Client,
    folder: Folder,
}

impl Demo {
    /// The real one, only that records become cold within seconds.
    fn new() -> Self {
        let folder = Folder::new();
        let mut command = Command::new(PALISADE);
        command.args(["demo", "--port", "0", "--tiers", "2s", "--data-dir"]).arg(folder.path());
        let mut program = Program::start(&folder, "demo", command);
        let data = folder.path().join("data");
        let client = wait_for("the demonstration says what to try", || {
            assert!(program.ended().is_none(), "{}", program.said());
            let said = program.said();
            said.contains("Ctrl-C").then_some(())?;
            let read = |name: &str| fs::read_to_string(data.join(name)).unwrap().trim().to_owned();
            Some(Client::new(&read("address"), Some(&read("admin.token"))))
        });
        Self { program, client, folder }
    }

    /// The word behind another one in the guide.
    fn guided(&self, before: &str) -> String {
        let said = self.program.said();
        let (_, rest) = said.split_once(before).unwrap_or_else(|| panic!("no `{before}` in {said}"));
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// All accesses until a time that the files of the hospital tell.
    fn written(&self, to: &str) -> Vec<Access> {
        let mut files = Vec::new();
        for pod in ["hospital_records", "hospital_pharmacy"] {
            collect(&self.folder.path().join("pods"), pod, &mut files);
        }
        let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let fields = |line: &str| -> Option<Access> {
            let record: Value = serde_json::from_str(line.splitn(4, ' ').nth(3)?).ok()?;
            let text = |key: &str| record[key].as_str().unwrap().to_owned();
            Some((text("timestamp"), text("user_id"), text("patient_id"), text("outcome")))
        };
        text.lines().filter_map(fields).filter(|(time, ..)| time.as_str() < to).collect()
    }

    fn ask(&self, request: &Value) -> Value {
        self.client.post("/api/v1/access", request).json()
    }
}

fn collect(folder: &Path, pod: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_meant = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with(pod));
        if path.is_dir() {
            collect(&path, pod, files);
        } else if is_meant {
            files.push(path);
        }
    }
}

/// When, by whom, with what outcome: whose it is stands as a token in an answer.
fn told(answer: &Value) -> BTreeSet<(String, String, String)> {
    let text = |access: &Value, key: &str| access[key].as_str().unwrap().to_owned();
    let one = |access: &Value| (text(access, "timestamp"), text(access, "user"), text(access, "outcome"));
    answer["accesses"].as_array().unwrap().iter().map(one).collect()
}

fn without_person<'a>(accesses: impl Iterator<Item = &'a Access>) -> BTreeSet<(String, String, String)> {
    accesses.map(|(time, user, _, outcome)| (time.clone(), user.clone(), outcome.clone())).collect()
}

#[test]
fn who_opened_a_patients_record_is_told_over_all_tiers_exactly_and_the_insider_is_found() {
    let demo = Demo::new();
    let (patient, insider) = (demo.guided("access --person "), demo.guided("access --user "));
    wait_until("there are records in every tier", || {
        let storages = demo.client.get("/api/v1/storages").json();
        ["hot", "warm", "cold"].iter().all(|tier| storages[tier]["splits"].as_u64().unwrap() > 0)
    });
    // What is written from now on does not matter.
    let now = demo.ask(&json!({"user": "nu-001", "from": "now-1h"}))["accesses"][0]["timestamp"].clone();
    let to = now.as_str().expect("the first nurse always opens something").to_owned();
    let written = demo.written(&to);
    wait_until("all until then is found", || {
        let counted = json!({"query": "* | stats count()", "stream": "audit", "to": to});
        demo.client.post("/api/v1/search", &counted).json()["rows"][0][0] == written.len()
    });

    let of_patient = demo.ask(&json!({"person": patient, "to": to}));
    let meant = || written.iter().filter(|(_, _, whose, _)| *whose == patient);
    assert_eq!(told(&of_patient), without_person(meant()));
    assert!(meant().any(|(_, user, ..)| *user == insider) && meant().count() > 1);
    for user in [insider.as_str(), "nu-001", "cl-000"] {
        let by_user = demo.ask(&json!({"user": user, "to": to}));
        assert_eq!(
            told(&by_user),
            without_person(written.iter().filter(|(_, name, ..)| name == user)),
            "{user}"
        );
    }

    // Nobody has to look: a rule finds the insider, and so does the ranking.
    wait_until("somebody is told of the insider", || {
        let alerts = demo.client.get(&format!("/api/v1/alerts?rule={AFTER_SHIFT}")).json();
        alerts["alerts"].as_array().unwrap().iter().any(|alert| alert.to_string().contains(&insider))
    });
    let ranked =
        demo.client.post("/api/v1/access/unexplained", &json!({"from": "now-1h", "to": "now"})).json();
    assert_eq!(ranked["pairs"][0]["user"], insider.as_str(), "{ranked}");
}

//! What has to be true when nothing happens any more.

use std::fs;
use std::path::{Path, PathBuf};

use palisade_rig::Identity;
use serde_json::{Value, json};

use super::ledger::Fate;
use super::stage::{BUCKET, STREAMS, Stage};
use crate::world::wait_until;

/// Where the splits are.
#[derive(Default, Debug)]
pub(super) struct Tiers {
    pub(super) hot: usize,
    pub(super) warm: usize,
    pub(super) cold_only: usize,
}

/// Records of a page of a search.
const PAGE: usize = 97;

/// Waits until every record is in a split, every split is evidence, and the near copies are where their classes want them.
pub(super) fn settle(stage: &Stage) -> Tiers {
    let zero = |name: &str| stage.server.metric(name) == Some(0);
    wait_until("everything is evidence", || {
        zero("palisade_index_tail_records")
            && zero("palisade_lifecycle_unarchived_splits")
            && zero("palisade_lifecycle_removals_waiting")
            && zero("palisade_lifecycle_cold_unreachable")
    });
    let (hot, warm) = (stage.objects().join("splits"), stage.warm().join("splits"));
    wait_until("near copies are where their classes want them", || {
        let (Some(near), Some(mild)) = (streams(stage, &hot), streams(stage, &warm)) else { return false };
        let is_near = |stream: &String| stream == "near" || stream.starts_with("palisade.");
        near.iter().all(is_near) && mild.iter().all(|stream| stream == "mild")
    });
    let (config, data) =
        (stage.config().display().to_string(), stage.server.data_dir().display().to_string());
    wait_until("the bucket alone is enough to come back", || {
        stage.palisade(&["restore", "drill", "--config", &config, "--json", "--data-dir", &data]).code == 0
    });
    let (hot, warm) = (data_objects(&hot).len(), data_objects(&warm).len());
    let all = usize::try_from(stage.server.metric("palisade_index_splits").unwrap()).unwrap();
    let tier = |name: &str| stage.server.metric(&format!("palisade_lifecycle_splits{{tier=\"{name}\"}}"));
    let told = (tier("hot"), tier("warm"), tier("cold"));
    assert_eq!(told, (Some(hot as u64), Some(warm as u64), Some(all as u64)));
    Tiers { hot, warm, cold_only: all - hot - warm }
}

/// Data objects of splits in a folder.
fn data_objects(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "data"))
        .collect()
}

/// The streams of the splits in a folder; nothing when one of them just went.
fn streams(stage: &Stage, folder: &Path) -> Option<Vec<String>> {
    let paths: Vec<String> = data_objects(folder).iter().map(|path| path.display().to_string()).collect();
    if paths.is_empty() {
        return Some(Vec::new());
    }
    let mut arguments = vec!["inspect", "--json"];
    arguments.extend(paths.iter().map(String::as_str));
    let inspected = stage.palisade(&arguments);
    if inspected.code != 0 {
        return None;
    }
    let text = inspected.text();
    let reports = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let blocks = reports.flat_map(|report| report["blocks"].as_array().unwrap().clone());
    let mut streams: Vec<String> = blocks.map(|block| block["stream"].as_str().unwrap().to_owned()).collect();
    streams.sort();
    streams.dedup();
    Some(streams)
}

/// Every stream, whole: by an export and by a search page by page.
pub(super) fn compare(stage: &Stage) {
    for stream in STREAMS {
        let exported = stage.exported(stream).unwrap();
        stage.ledger.compare(stream, "the export", &exported);
        let mut searched = searched(stage, stream);
        stage.ledger.compare(stream, "the search", &searched);
        let mut exported = exported;
        searched.sort();
        exported.sort();
        assert_eq!(searched, exported, "a search and an export of {stream} agree on what was cut off");
    }
}

fn searched(stage: &Stage, stream: &str) -> Vec<String> {
    let mut request = json!({"query": "*", "stream": stream, "limit": PAGE});
    let mut marks = Vec::new();
    loop {
        let answer = stage.server.client().post("/api/v1/search", &request).json();
        let records = answer["records"].as_array().unwrap();
        marks.extend(records.iter().map(|record| record["fields"]["mark"].as_str().unwrap().to_owned()));
        if records.is_empty() || !answer["cursor"].is_string() {
            return marks;
        }
        request["cursor"] = answer["cursor"].clone();
    }
}

/// Every record by the one word that only it has.
pub(super) fn find_each(stage: &Stage) {
    let client = stage.server.client();
    // A word that no record has is looked for in the index of every split; one that was lost comes back.
    let nowhere = client.post("/api/v1/search", &json!({"query": "q7nowhere", "limit": 10})).json();
    assert_eq!(nowhere["records"], json!([]));
    // The splits of the audit trail are asked by who names it.
    client.post("/api/v1/search", &json!({"query": "q7nowhere", "stream": "palisade.audit"})).json();
    for stream in STREAMS {
        for (mark, fate) in stage.ledger.of(stream) {
            let request = json!({"query": format!("mark:{mark}"), "limit": 10});
            let answer = client.post("/api/v1/search", &request).json();
            let found = answer["records"].as_array().unwrap();
            let is_right = found.len() == 1 || found.is_empty() && fate == Fate::Cut;
            assert!(is_right, "{mark} of {stream} ({fate:?}) is found {} times", found.len());
            assert!(found.iter().all(|record| record["stream"] == stream), "{answer}");
        }
    }
}

/// Waits until the bucket has all of the log: what an auditor compares with the anchor.
pub(super) fn wait_for_log(stage: &Stage) {
    let key = stage.server.data_dir().join("log.vkey").display().to_string();
    let bucket = stage.store.address_of(BUCKET, Identity::Writer);
    let anchor = stage.folder.folder("anchor").display().to_string();
    let arguments = ["verify", "--json", "--bucket", &bucket, "--key", &key, "--anchor", &anchor];
    wait_until("the log is in the bucket", || stage.palisade(&arguments).code == 0);
}

/// What an auditor does, with the server down: the data directory, the bucket alone, and the bucket with the catalog.
pub(super) fn verify(stage: &Stage) {
    let data = stage.server.data_dir().display().to_string();
    let key = stage.server.data_dir().join("log.vkey").display().to_string();
    let bucket = stage.store.address_of(BUCKET, Identity::Writer);
    let anchor = stage.folder.folder("anchor").display().to_string();
    for arguments in [
        &["--data-dir", &*data, "--anchor", &anchor][..],
        &["--bucket", &bucket, "--key", &key, "--anchor", &anchor],
        &["--bucket", &bucket, "--data-dir", &data],
    ] {
        let report = stage.palisade(&[&["verify", "--json"], arguments].concat());
        assert_eq!(report.code, 0, "{arguments:?}: {}{}", report.text(), report.stderr);
    }
}

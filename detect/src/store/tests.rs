//! What was committed is there after a restart, all of it or nothing.

use std::os::unix::fs::PermissionsExt;

use palisade_record::Timestamp;

use super::*;
use crate::notice::{Moment, Notice, Occasion};
use crate::rule::{Header, RuleId, Severity};

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second, 0).unwrap()
}

pub(crate) fn notice(key: &str) -> Notice {
    let moment = Moment { from: at(1), to: at(2) };
    Notice {
        dedup_key: key.to_owned(),
        number: 0,
        occasion: Occasion::Trigger,
        rule: Header {
            id: RuleId("r1".to_owned()),
            title: "Many".to_owned(),
            level: Severity::High,
            ..Header::default()
        },
        severity: Severity::High,
        summary: "many".to_owned(),
        group: vec![("source_ip".to_owned(), "192.0.2.7".to_owned())],
        value: Some(11.0),
        condition: "> 10 in 5m".to_owned(),
        records: 11,
        window: moment,
        events: moment,
        samples: Vec::new(),
        links: Vec::new(),
        latency_ms: 0,
        lateness_ms: 0,
        is_late: false,
        made_at: at(3),
    }
}

fn alert(id: &str, told: i64, state: AlertState) -> AlertRow {
    AlertRow {
        id: id.to_owned(),
        rule: "r1".to_owned(),
        key: "[]".to_owned(),
        began_at: at(1),
        ended_at: None,
        told_at: at(told),
        state,
        notice: notice(id),
        acknowledged: None,
    }
}

fn window(key: &str, bytes: Option<Vec<u8>>) -> WindowRow {
    WindowRow { rule: "r1".to_owned(), shape: "s".to_owned(), key: key.to_owned(), bytes }
}

#[test]
fn what_was_committed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("detect.sqlite");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.remembered().unwrap().batch, None);
    let windows = vec![window("a", Some(vec![1])), window("b", Some(vec![2]))];
    let commit = Commit {
        batch: 7,
        event: 70,
        windows,
        alerts: vec![alert("x", 5, AlertState::Open)],
        asked: [("s".to_owned(), at(60))].into(),
    };
    store.commit(&commit, |_| Ok(())).unwrap();
    let gone = Commit { batch: 8, event: 80, windows: vec![window("a", None)], ..Commit::default() };
    store.commit(&gone, |_| Ok(())).unwrap();
    drop(store);

    let store = Store::open(&path).unwrap();
    let remembered = store.remembered().unwrap();
    assert_eq!((remembered.batch, remembered.event), (Some(8), 80));
    assert_eq!(remembered.asked, [("s".to_owned(), at(60))].into());
    assert_eq!(remembered.windows, [window("b", Some(vec![2]))]);
    assert_eq!(store.alert("x").unwrap(), Some(alert("x", 5, AlertState::Open)));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_commit_of_which_a_part_fails_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("detect.sqlite")).unwrap();
    let commit = Commit { batch: 7, windows: vec![window("a", Some(vec![1]))], ..Commit::default() };
    store.commit(&commit, |_| Err(rusqlite::Error::InvalidQuery)).unwrap_err();
    let remembered = store.remembered().unwrap();
    assert_eq!((remembered.batch, remembered.windows), (None, Vec::new()));
}

#[test]
fn alerts_come_in_pages_and_keep_what_people_said_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("detect.sqlite")).unwrap();
    let alerts = (0..5).map(|number| alert(&format!("a{number}"), number / 2, AlertState::Open)).collect();
    store.commit(&Commit { alerts, ..Commit::default() }, |_| Ok(())).unwrap();
    let mut filter = AlertFilter { limit: 2, ..AlertFilter::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.alerts(&filter).unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some((last.told_at, last.id.clone()));
        seen.extend(page.into_iter().map(|alert| alert.id));
    }
    assert_eq!(seen, ["a4", "a3", "a2", "a1", "a0"]);

    assert!(store.acknowledge("a1", "ann", "known scanner", at(9)).unwrap());
    assert!(!store.acknowledge("none", "ann", "", at(9)).unwrap());
    let over = Commit { alerts: vec![alert("a1", 0, AlertState::Over)], ..Commit::default() };
    store.commit(&over, |_| Ok(())).unwrap();
    let found = store.alert("a1").unwrap().unwrap();
    assert_eq!((found.state, found.acknowledged.unwrap().note.as_str()), (AlertState::Over, "known scanner"));
    let only_over = AlertFilter { state: Some(AlertState::Over), limit: 9, ..AlertFilter::default() };
    assert_eq!(store.alerts(&only_over).unwrap().len(), 1);
    assert_eq!(store.forget_alerts(at(100)).unwrap(), 1);
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("detect.sqlite");
    Store::open(&path).unwrap().write(|db| db.pragma_update(None, "user_version", 99)).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Layout { found: 99, .. })));
}

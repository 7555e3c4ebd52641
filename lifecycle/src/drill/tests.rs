//! Drills that pass, and drills that do not.

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn compared(what: &str, expected: &str, found: &str) -> Comparison {
    Comparison { what: what.to_owned(), expected: expected.to_owned(), found: found.to_owned() }
}

fn drill() -> Drill {
    Drill {
        source: "s3://evidence/hospital".to_owned(),
        started_at: at("2026-11-01T10:00:00Z"),
        finished_at: at("2026-11-01T10:14:30.5Z"),
        newest_before: at("2026-11-01T09:59:58Z"),
        newest_after: at("2026-11-01T09:59:58Z"),
        targets: Targets { recovery_time: Some("15min".parse().unwrap()), recovery_point: Some(Term::ZERO) },
        comparisons: vec![
            compared("records of audit", "120000", "120000"),
            compared("root of the log", "qz1=", "qz1="),
        ],
    }
}

#[test]
fn a_drill_that_brings_all_back_in_time_passes() {
    let report = DrillReport::of(drill()).unwrap();
    assert!(report.passed());
    assert_eq!((report.recovery_time_seconds(), report.recovery_point_seconds()), (871, 0));
    let text = report.to_string();
    assert!(text.starts_with("Recovery drill: passed\n"), "{text}");
    assert!(text.contains("recovery time   871 s (at most 15min)"), "{text}");
    let json = report.to_json();
    let start = r#"{"kind":"palisade-drill/v1","passed":true,"recovery_time_seconds":871,"recovery_point_seconds":0,"#;
    assert!(json.starts_with(start), "{json}");
}

#[test]
fn a_record_less_another_root_and_a_late_end_are_told() {
    let mut bad = drill();
    bad.finished_at = at("2026-11-01T10:15:01Z");
    bad.newest_after = at("2026-11-01T09:59:57.9Z");
    bad.comparisons =
        vec![compared("records of audit", "120000", "119999"), compared("root of the log", "qz1=", "")];
    let report = DrillReport::of(bad).unwrap();
    assert!(!report.passed());
    let expected = [
        "recovery took 901 s, more than 15min",
        "records are missing for 1 s, more than 0d",
        "records of audit: 120000 before, 119999 after",
        "root of the log: qz1= before, nothing after",
    ];
    assert_eq!(report.problems(), expected);
    assert!(report.to_string().contains("DIFFER  records of audit: 120000 before, 119999 after"));
}

#[test]
fn a_drill_that_compared_nothing_or_ran_backwards_is_no_drill() {
    let nothing = Drill { comparisons: Vec::new(), ..drill() };
    assert_eq!(DrillReport::of(nothing), Err(DrillError::NothingCompared));
    let backwards = Drill { finished_at: at("2026-11-01T09:00:00Z"), ..drill() };
    assert!(matches!(DrillReport::of(backwards), Err(DrillError::Backwards { .. })));
    let nameless = Drill { source: "\n".to_owned(), ..drill() };
    assert!(matches!(DrillReport::of(nameless), Err(DrillError::Text(_))));
}

//! What the linter finds, and what it lets pass.

use super::*;
use crate::{Changes, LockMode, StorageClass, Term};

const EVERYWHERE: Storages = Storages { warm: true, cold: true };

fn stream(class: &str) -> StreamPolicy {
    StreamPolicy { stream: "audit".to_owned(), class: class.to_owned(), receipts: false }
}

fn look(
    classes: &Classes,
    streams: &[StreamPolicy],
    storages: Storages,
    split_bytes: ByteSize,
) -> Vec<Finding> {
    lint(classes, streams, Surroundings { storages, prices: &PriceTable::default(), split_bytes })
}

/// The rules that an own class breaks.
fn rules(storages: Storages, from: &str, changes: Changes) -> Vec<&'static str> {
    let changes = Changes { from: from.to_owned(), ..changes };
    let classes = Classes::with([("mine".to_owned(), changes)]).unwrap();
    look(&classes, &[], storages, ByteSize::mib(64)).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn ready_classes_pass_where_they_can_be_kept() {
    let streams: Vec<_> = Class::ready().iter().map(|class| stream(&class.name)).collect();
    for warm in [false, true] {
        let storages = Storages { warm, cold: true };
        assert_eq!(look(&Classes::default(), &streams, storages, ByteSize::mib(64)), []);
    }
    let classes = Classes::default();
    let alone = look(&classes, &[stream("standard")], Storages::default(), ByteSize::mib(64));
    assert_eq!(alone, [], "a first start without any bucket is fine");
}

#[test]
fn a_class_below_its_rule_is_an_error_that_names_the_clause() {
    let short = Changes { retention: Some(Term::days(364)), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "pci-12m", short.clone()), ["retention-below-rule"]);
    assert_eq!(rules(EVERYWHERE, "standard", short), [] as [&str; 0]);
    let exact = Changes { retention: Some(Term::days(365)), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "pci-12m", exact.clone()), [] as [&str; 0]);
    assert_eq!(rules(EVERYWHERE, "sox-7y", exact.clone()), ["retention-below-rule"]);

    let classes = Classes::with([("mine".to_owned(), Changes { from: "hipaa-6y".to_owned(), ..exact })]);
    let findings = look(&classes.unwrap(), &[], EVERYWHERE, ByteSize::mib(64));
    let text = findings[0].to_string();
    assert!(
        text.starts_with("error: class mine: the retention of 365d is below the 2192d of HIPAA"),
        "{text}"
    );
}

#[test]
fn three_months_of_cards_are_near_and_warm_counts_only_where_it_is() {
    let near = |hot, warm| Changes {
        hot: Some(Term::days(hot)),
        warm: Some(Term::days(warm)),
        ..Changes::default()
    };
    let cold_only = Storages { warm: false, cold: true };
    assert_eq!(rules(EVERYWHERE, "pci-12m", near(7, 85)), [] as [&str; 0]);
    assert_eq!(rules(EVERYWHERE, "pci-12m", near(7, 84)), ["near-below-rule"]);
    assert_eq!(rules(cold_only, "pci-12m", near(7, 85)), ["near-below-rule"]);
}

#[test]
fn more_than_ten_years_has_to_be_meant() {
    let long = Changes { retention: Some("11y".parse().unwrap()), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "standard", long.clone()), ["retention-long"]);
    assert_eq!(rules(EVERYWHERE, "standard", Changes { long_retention: true, ..long }), [] as [&str; 0]);
    let ten = Changes { retention: Some("10y".parse().unwrap()), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "standard", ten), [] as [&str; 0]);
}

#[test]
fn compliance_has_to_be_typed_and_evidence_has_to_be_locked() {
    let mut strict = Changes { lock: Some(LockMode::Compliance), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "sox-7y", strict.clone()), ["compliance-unconfirmed"]);
    strict.confirmation = Some("nobody can delete mine for 2557d".to_owned());
    assert_eq!(rules(EVERYWHERE, "sox-7y", strict), [] as [&str; 0]);

    let open = Changes { lock: Some(LockMode::None), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "sox-7y", open.clone()), ["evidence-unlocked"]);
    assert_eq!(rules(EVERYWHERE, "standard", open), [] as [&str; 0]);
    assert_eq!(rules(Storages::default(), "sox-7y", Changes::default()), ["evidence-near-only"]);
}

#[test]
fn terms_have_to_fit_into_each_other() {
    let terms = |hot, warm, retention| Changes {
        hot: Some(Term::days(hot)),
        warm: Some(Term::days(warm)),
        retention: Some(Term::days(retention)),
        ..Changes::default()
    };
    assert_eq!(rules(EVERYWHERE, "standard", terms(31, 0, 30)), ["hot-beyond-retention"]);
    assert_eq!(rules(EVERYWHERE, "standard", terms(30, 1, 30)), ["warm-beyond-retention"]);
    assert_eq!(rules(EVERYWHERE, "standard", terms(30, 0, 30)), [] as [&str; 0]);
    assert_eq!(rules(EVERYWHERE, "standard", terms(0, 0, 0)), ["retention-zero"]);
}

#[test]
fn receipts_need_a_cold_storage_and_end_before_the_records() {
    let receipts = Changes { receipts: Some(Term::days(8)), ..Changes::default() };
    assert_eq!(rules(EVERYWHERE, "standard", receipts.clone()), [] as [&str; 0]);
    assert_eq!(rules(Storages::default(), "standard", receipts.clone()), ["receipts-without-cold"]);
    let short = Changes { retention: Some(Term::days(7)), warm: Some(Term::ZERO), ..receipts };
    assert_eq!(rules(EVERYWHERE, "standard", short), ["receipts-beyond-retention"]);

    let policy = StreamPolicy { receipts: true, ..stream("standard") };
    let findings = look(&Classes::default(), &[policy], Storages::default(), ByteSize::mib(64));
    assert_eq!(findings[0].subject, Subject::Stream("audit".to_owned()));
    assert_eq!(findings[0].rule, "receipts-without-cold");
}

#[test]
fn archive_classes_bill_for_short_lives_and_small_objects() {
    let class = |name: StorageClass, days| Changes {
        storage_class: Some(name),
        retention: Some(Term::days(days)),
        warm: Some(Term::ZERO),
        ..Changes::default()
    };
    let instant = StorageClass::GLACIER_INSTANT;
    assert_eq!(rules(EVERYWHERE, "standard", class(instant.clone(), 89)), ["minimum-duration"]);
    assert_eq!(rules(EVERYWHERE, "standard", class(instant.clone(), 90)), [] as [&str; 0]);
    assert_eq!(rules(EVERYWHERE, "standard", class(StorageClass::DEEP_ARCHIVE, 179)), ["minimum-duration"]);
    let unknown = class("GLACER".parse().unwrap(), 179);
    assert_eq!(rules(EVERYWHERE, "standard", unknown), ["storage-class-unpriced"]);

    for (name, bytes, expected) in [
        (instant.clone(), ByteSize::kib(127), 1),
        (instant, ByteSize::kib(128), 0),
        (StorageClass::GLACIER, ByteSize::mib(1), 1),
        (StorageClass::GLACIER, ByteSize::mib(64), 0),
    ] {
        let changes = Changes { from: "standard".to_owned(), ..class(name, 365) };
        let classes = Classes::with([("mine".to_owned(), changes)]).unwrap();
        let findings = look(&classes, &[], EVERYWHERE, bytes);
        assert_eq!(findings.iter().filter(|finding| finding.rule == "small-objects").count(), expected);
    }
}

#[test]
fn an_unknown_class_comes_first_with_the_nearest_name() {
    let streams = [stream("hipaa"), stream("sox-7y")];
    let findings = look(&Classes::default(), &streams, Storages::default(), ByteSize::mib(64));
    assert_eq!((findings[0].rule, findings[0].severity), ("class-unknown", Severity::Error));
    assert!(findings[0].message.contains("did you mean `hipaa-6y`?"), "{}", findings[0]);
    assert_eq!(findings[1].severity, Severity::Warning);
}

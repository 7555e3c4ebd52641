//! What the doctor certifies of real buckets.

use palisade_record::SystemClock;
use palisade_rig::{Identity, SeaweedFs};
use palisade_storage::Probe;
use palisade_storage::doctor::{Certificate, Verdict};

use crate::new_bucket;

fn examine(bucket: &str, identity: Identity, compliance: bool) -> Certificate {
    let address = SeaweedFs::shared().address_of(bucket, identity);
    Probe { compliance }.examine(&address, &SystemClock).unwrap()
}

fn failed(certificate: &Certificate, essential: bool) -> Vec<&str> {
    let failed =
        certificate.steps.iter().filter(|step| step.verdict == Verdict::Fail && step.essential == essential);
    failed.map(|step| step.name.as_str()).collect()
}

#[test]
fn a_bucket_with_locks_is_fit_for_a_writer() {
    let bucket = new_bucket(true);
    let certificate = examine(&bucket, Identity::Writer, true);

    assert!(certificate.is_fit(), "{certificate}");
    assert!(failed(&certificate, false).is_empty(), "{certificate}");
    assert!(certificate.steps.len() >= 28, "{certificate}");
    assert!(certificate.left.iter().any(|key| key.ends_with("/compliance")), "{certificate}");
    assert!(certificate.storage.starts_with(&format!("s3://{bucket}")));
}

#[test]
fn an_identity_that_may_bypass_is_told_and_leaves_nothing() {
    let bucket = new_bucket(true);
    let certificate = examine(&bucket, Identity::Admin, false);

    assert!(certificate.is_fit(), "{certificate}");
    assert!(failed(&certificate, false).contains(&"governance cannot be bypassed"), "{certificate}");
    assert!(certificate.left.is_empty(), "{certificate}");
    assert!(certificate.step("a compliance lock is kept").is_none());
}

#[test]
fn a_bucket_without_locks_is_not_fit() {
    let certificate = examine(&new_bucket(false), Identity::Admin, false);

    assert!(!certificate.is_fit(), "{certificate}");
    let failed = failed(&certificate, true);
    for step in
        ["versioning is on", "a lock is put with an object and kept", "overwriting makes a new version"]
    {
        assert!(failed.contains(&step), "{certificate}");
    }
    assert!(certificate.left.is_empty());
}

#[test]
fn a_bucket_that_is_not_there_is_not_fit_and_nothing_else_is_tried() {
    let certificate = examine("no-such-bucket", Identity::Admin, true);
    assert!(!certificate.is_fit());
    assert_eq!(certificate.steps.len(), 1, "{certificate}");
}

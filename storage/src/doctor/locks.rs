//! Locks and holds: everything that must not be possible is tried.

use super::bucket::{Bucket, Patient, done, refused};
use super::writes::in_parts;
use crate::LockMode;
use crate::s3::Problem;

const STAYS: &str = "refused, and the version is still there";

/// Locks that somebody with a special right could bypass.
pub(super) async fn governance(bucket: &mut Bucket) {
    let put = bucket.put_locked("locked", LockMode::Governance).await;
    let kept = kept(bucket, put.as_ref(), LockMode::Governance).await;
    let passed =
        bucket.certificate.must("a lock is put with an object and kept", "mode and date are told", kept);
    let (true, Ok(patient)) = (passed, put) else { return };

    let result = refused(bucket.delete(&patient, false).await);
    let result = and_is_there(bucket, &patient, result).await;
    bucket.certificate.must("a locked version cannot be deleted", STAYS, result);
    let result = refused(bucket.delete_as_many(&patient, false).await);
    let result = and_is_there(bucket, &patient, result).await;
    bucket.certificate.must("a locked version cannot be deleted as one of many", STAYS, result);
    let result = refused(bucket.retain(&patient, LockMode::Governance, bucket.until(1), false).await);
    let result = and_is_locked(bucket, &patient, 2, LockMode::Governance, result).await;
    bucket.certificate.must("a lock cannot be shortened", "refused, and the date stays", result);
    let result = done(bucket.retain(&patient, LockMode::Governance, bucket.until(4), false).await);
    let result = and_is_locked(bucket, &patient, 4, LockMode::Governance, result).await;
    bucket.certificate.must("a lock can be extended", "the later date is told", result);

    let put = in_parts(bucket, "parts").await;
    let kept = self::kept(bucket, put.as_ref(), LockMode::Governance).await;
    bucket.certificate.must("an object of several parts keeps its lock", "mode and date are told", kept);

    Box::pin(held(bucket)).await;
    Box::pin(bypass(bucket)).await;
}

/// Every attempt has an object of its own: one that succeeds leaves nothing for the next.
async fn bypass(bucket: &mut Bucket) {
    const EXPECTED: &str = "refused: this identity has no right to bypass (s3:BypassGovernanceRetention)";
    for (name, many) in [("bypass", false), ("bypass-many", true)] {
        let result = match bucket.put_locked(name, LockMode::Governance).await {
            Ok(patient) if many => refused(bucket.delete_as_many(&patient, true).await),
            Ok(patient) => refused(bucket.delete(&patient, true).await),
            Err(problem) => Err(problem.to_string()),
        };
        let step = if many {
            "governance cannot be bypassed by a deletion of many"
        } else {
            "governance cannot be bypassed"
        };
        bucket.certificate.should(step, EXPECTED, result);
    }
    let result = match bucket.put_locked("bypass-shorten", LockMode::Governance).await {
        Ok(patient) => refused(bucket.retain(&patient, LockMode::Governance, bucket.until(1), true).await),
        Err(problem) => Err(problem.to_string()),
    };
    bucket.certificate.should("governance cannot be shortened by a bypass", EXPECTED, result);
}

async fn held(bucket: &mut Bucket) {
    let Ok(patient) = bucket.put("held", b"held").await else { return };
    let held = done(bucket.hold(&patient, true).await);
    if !bucket.certificate.must("a legal hold is put on", "done", held) {
        return;
    }
    let result = refused(bucket.delete(&patient, true).await);
    let result = and_is_there(bucket, &patient, result).await;
    bucket.certificate.must("a held version cannot be deleted", STAYS, result);
    let released = match bucket.hold(&patient, false).await {
        Ok(()) => bucket.delete(&patient, false).await,
        failed => failed,
    };
    bucket.certificate.must("a hold can be released", "then it is deleted", done(released));
}

/// Locks that nobody can lift. They stay until they end.
pub(super) async fn compliance(bucket: &mut Bucket) {
    let put = bucket.put_locked("compliance", LockMode::Compliance).await;
    let kept = kept(bucket, put.as_ref(), LockMode::Compliance).await;
    let passed = bucket.certificate.must("a compliance lock is kept", "mode and date are told", kept);
    let (true, Ok(patient)) = (passed, put) else { return };
    for (bypass, name) in
        [(false, "a compliance lock forbids deletion"), (true, "a compliance lock cannot be bypassed")]
    {
        let result = refused(bucket.delete(&patient, bypass).await);
        let result = and_is_there(bucket, &patient, result).await;
        bucket.certificate.must(name, STAYS, result);
    }
    let result = refused(bucket.delete_as_many(&patient, true).await);
    let result = and_is_there(bucket, &patient, result).await;
    bucket.certificate.must("a compliance lock cannot be bypassed by a deletion of many", STAYS, result);
    let result = refused(bucket.retain(&patient, LockMode::Compliance, bucket.until(1), true).await);
    let result = and_is_locked(bucket, &patient, 2, LockMode::Compliance, result).await;
    bucket.certificate.must("a compliance lock cannot be shortened", "refused, and the date stays", result);
    let result = refused(bucket.retain(&patient, LockMode::Governance, bucket.until(3), true).await);
    let result = and_is_locked(bucket, &patient, 2, LockMode::Compliance, result).await;
    bucket.certificate.must("compliance cannot become governance", "refused, and the mode stays", result);
    let result = done(bucket.retain(&patient, LockMode::Compliance, bucket.until(3), false).await);
    let result = and_is_locked(bucket, &patient, 3, LockMode::Compliance, result).await;
    bucket.certificate.must("a compliance lock can be extended", "the later date is told", result);
}

async fn kept(bucket: &Bucket, put: Result<&Patient, &Problem>, mode: LockMode) -> Result<String, String> {
    match put {
        Ok(patient) if patient.version.is_none() => Err("it has no version: versioning is off".to_owned()),
        Ok(patient) => and_is_locked(bucket, patient, 2, mode, Ok("put".to_owned())).await,
        Err(problem) => Err(problem.to_string()),
    }
}

/// What the answer was, if the lock is as it should be too.
async fn and_is_locked(
    bucket: &Bucket,
    patient: &Patient,
    parts: u32,
    mode: LockMode,
    answer: Result<String, String>,
) -> Result<String, String> {
    let head = bucket.remote.head(&bucket.target(patient)).await;
    let lock = head.map_err(|problem| problem.to_string())?.description.lock;
    let lock = lock.ok_or_else(|| "no lock is told".to_owned())?;
    let told = format!("{} until {}", lock.mode, lock.until);
    let is_right =
        lock.mode == mode && lock.until >= bucket.until(parts) && lock.until < bucket.until(parts + 1);
    match answer {
        Ok(answer) if is_right => Ok(format!("{answer}, {told}")),
        Ok(answer) => Err(format!("{answer}, but then it is {told}")),
        Err(answer) => Err(format!("{answer}, and then it is {told}")),
    }
}

/// What the answer was, if the version is still there too.
async fn and_is_there(
    bucket: &Bucket,
    patient: &Patient,
    answer: Result<String, String>,
) -> Result<String, String> {
    match bucket.head(patient).await {
        Ok(_) => answer,
        Err(problem) => {
            Err(format!("{}, and it is gone: {}", answer.unwrap_or_else(|found| found), problem.said()))
        }
    }
}
